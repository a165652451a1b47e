"""What a person should have looked at before deciding, as sentences with a verdict. Reads only."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from calls.domain import limits
from calls.models import Application
from grants.domain import deminimis
from grants.enums import LegalBasis
from wecd.common import formatting

OK, LOOK, STOP = "ok", "look", "stop"


@dataclass(frozen=True)
class Check:
    """``ok``: as it should be; ``look``: a person must judge; ``stop``: the move would be refused."""

    state: str
    sentence: str


def before_proposal(application: Application) -> list[Check]:
    """Rules, turn, awards held, room and de minimis, for the largest amount that may be proposed."""
    amount = limits.limits_of(application).suggested
    return [
        _rules(application),
        _turn(application),
        _held(application),
        _room(application, amount),
        _aid(application, amount),
    ]


def before_approval(application: Application, *, by) -> list[Check]:
    """The same for the amount proposed, and whether ``by`` is another person."""
    award = application.award
    found = [_rules(application), _amount(application, award.amount), _money_for(application, award)]
    if award.legal_basis == LegalBasis.DE_MINIMIS:
        found.append(_aid(application, award.amount))
    found.append(_second_person(award, by))
    return found


def _rules(application) -> Check:
    results = application.rule_results or []
    if not results:
        return Check(LOOK, _("No rule was run when it was submitted."))
    bad = [result.get("sentence", "") for result in results if result.get("verdict") == "no"]
    unknown = [result for result in results if result.get("verdict") == "unknown"]
    if bad:
        return Check(STOP, _("%(count)s rules say no: %(first)s") % {"count": len(bad), "first": bad[0]})
    if unknown:
        return Check(
            LOOK, _("%(count)s rules could not be answered by the portal.") % {"count": len(unknown)}
        )
    return Check(OK, _("All %(count)s rules say yes.") % {"count": len(results)})


def _amount(application, amount) -> Check:
    bounds = limits.limits_of(application)
    words = {"amount": formatting.money(amount), "most": formatting.money(bounds.most)}
    if bounds.floor <= amount <= bounds.most:
        return Check(OK, _("%(amount)s is within the rate and the ceiling: %(most)s at most.") % words)
    return Check(STOP, _("%(amount)s is outside the bounds: %(most)s at most.") % words)


def _turn(application) -> Check:
    first = limits.ahead_of(application).first()
    if first is None:
        return Check(OK, _("No earlier application waits for a decision."))
    return Check(
        STOP,
        _("First come, first served: %(reference)s came earlier and waits.") % {"reference": first.reference},
    )


def _held(application) -> Check:
    held, allowed = limits.awards_held(application), application.call.awards_per_enterprise
    words = {"held": held, "allowed": allowed}
    if held < allowed:
        return Check(
            OK, _("The enterprise has %(held)s of the %(allowed)s awards it may have in this call.") % words
        )
    return Check(
        STOP, _("The enterprise already has %(held)s of the %(allowed)s awards it may have here.") % words
    )


def _room(application, amount) -> Check:
    left = limits.room(application)
    words = {"left": formatting.money(max(left, 0)), "amount": formatting.money(amount)}
    if amount <= left:
        return Check(OK, _("%(left)s may still be proposed.") % words)
    return Check(LOOK, _("%(left)s may still be proposed: %(amount)s would go to the reserve list.") % words)


def _money_for(application, award) -> Check:
    envelope = award.envelope
    words = {"free": formatting.money(envelope.free), "after": formatting.money(envelope.free - award.amount)}
    if award.amount > envelope.free:
        return Check(STOP, _("The envelope has only %(free)s left.") % words)
    strand = application.strand
    if strand.budget_share is not None:
        used = limits.total(application__strand=strand, state__in=limits.IN_FORCE)
        if used + award.amount > strand.budget_share:
            return Check(
                STOP,
                _("The strand's own share would be passed: %(left)s left of it.")
                % {"left": formatting.money(strand.budget_share - used)},
            )
    return Check(OK, _("The envelope has %(free)s free; %(after)s after this award.") % words)


def _aid(application, amount) -> Check:
    room = deminimis.room_for(application.enterprise.undertaking)
    words = {
        "total": formatting.money(room.total),
        "with": formatting.money(room.total + amount),
        "ceiling": formatting.money(room.ceiling),
    }
    if room.total + amount > room.ceiling:
        return Check(
            STOP,
            _("De minimis: %(with)s with this aid, over the ceiling of %(ceiling)s. It cannot be reduced.")
            % words,
        )
    return Check(OK, _("De minimis: %(with)s with this aid, of %(ceiling)s over three years.") % words)


def _second_person(award, by) -> Check:
    if award.proposed_by_id == by.pk:
        return Check(STOP, _("You proposed it: another person must approve it."))
    return Check(
        OK, _("Proposed by %(person)s, approved by you: two people.") % {"person": award.proposed_by}
    )
