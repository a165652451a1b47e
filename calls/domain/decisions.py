"""Decisions: admissible or not, proposed, approved by a second person, rejected, released.

Locks are always taken in one order: application, award, envelope, then applications of the reserve list.
What happens to an award happens to its application in the same transaction, whichever page it began on:
``calls.receivers`` brings the award's moves here.
"""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

import rules
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.rules import has_role
from calls.domain import limits
from calls.enums import ApplicationState
from calls.models import Application, Call
from grants.domain import awards, envelopes
from grants.enums import AwardState, LegalBasis
from grants.models import Award
from wecd.common import clocks, formatting, journal
from wecd.common.models import Clock
from wecd.common.outbox import queue_mail
from wecd.common.workflow import NotAllowed, Refused, move, why_not_permitted, wrong_state

SILENCE = "silence"  # the reason in the journal when nobody decided in time


# --- Admissibility ------------------------------------------------------------------------------------
def admit(application: Application, *, by, by_silence: bool = False) -> Application:
    """Declare the application admissible, stop its clock and tell the applicant.

    ``by_silence``: because its working days passed without a decision; refused while they have not.
    """
    with move(application, "admit", by=by, **({"reason": SILENCE} if by_silence else {})) as row:
        clock = clocks.of(row, Clock.Kind.ADMISSIBILITY)
        over = clock is not None and clocks.is_over(clock)
        if by_silence and not over:
            raise Refused(_("The working days of %(row)s are not over.") % {"row": row})
        clocks.stop(row, Clock.Kind.ADMISSIBILITY, ran_out=over)
        _tell(row, "admitted_by_silence" if by_silence else "admitted")
    return application


def refuse(application: Application, *, by, reasons) -> Application:
    """Declare the application not admissible, rule by rule; opens the objection window; tells why and how.

    ``reasons`` are sentences, or ``{"code": rule, "sentence": …}``; at least one. Refused once the clock ran
    out: silence has made it admissible, and the portal is about to say so.
    """
    found = as_reasons(reasons)
    with move(application, "refuse", by=by, reasons=found) as row:
        check_in_time(row)
        clocks.stop(row, Clock.Kind.ADMISSIBILITY)
        _decide(row, found)
        _tell(row, "refused")
    return application


def check_in_time(row: Application) -> None:
    """``Refused`` once the working days to check admissibility are over."""
    clocks.check_not_over(
        row,
        Clock.Kind.ADMISSIBILITY,
        _("The working days to check %(reference)s are over: silence makes it admissible.")
        % {"reference": row.reference},
    )


# --- Proposal ---------------------------------------------------------------------------------------
@transaction.atomic
def propose(
    application: Application, *, by, amount, reasons: str = "", legal_basis: str = LegalBasis.DE_MINIMIS
) -> Application:
    """Propose an award for a second person to approve; on the reserve list if the money does not reach.

    Refused with the number that would be right when the amount is outside the strand's bounds, out of turn
    (first come, first served), or beyond the awards one enterprise may have.
    """
    row = _locked(application)
    _may(row, "propose", by)
    amount = _amount(amount)
    _check_bounds(limits.limits_of(row), amount)
    envelopes.lock(row.call.envelope)
    _check_turn(row)
    _check_awards_held(row)
    fits = amount <= limits.room(row)
    award = awards.propose(
        envelope=row.call.envelope,
        enterprise=row.enterprise,
        reference=row.reference,
        title=row.title or str(row),
        eligible_cost=limits.limits_of(row).cost,
        rate=row.strand.funding_rate,
        amount=amount,
        reasons=reasons,
        legal_basis=legal_basis,
        in_reserve=not fits,
        by=by,
    )
    facts = {"amount": str(amount), "reasons": reasons}
    with move(application, "propose" if fits else "keep_in_reserve", by=by, **facts) as moved:
        moved.award = award
        if not fits:
            moved.reserve_rank = _next_rank(moved.call)
            _tell(moved, "reserve")
    return application


@transaction.atomic
def promote_first(call: Call, *, by) -> Application | None:
    """Propose the first of the reserve list whose whole amount fits; None when none does.

    The proposal stays that of the officer who made it, and waits for a second person like any other.
    """
    envelopes.lock(call.envelope)
    application = limits.first_that_fits(call)
    if application is None:
        return None
    with move(application, "promote", by=by, rank=application.reserve_rank) as row:
        awards.promote(row.award, by=by)
        row.reserve_rank = None
    return application


# --- Second person ------------------------------------------------------------------------------------
@transaction.atomic
def approve(application: Application, *, by) -> Application:
    """Sign as the second person: commits the money and awards the application, or changes nothing."""
    row = _locked(application)
    _may(row, "award", by)
    awards.approve(row.award, by=by)  # its signal brings us to award_approved, in this transaction
    application.refresh_from_db()
    return application


@transaction.atomic
def send_back(application: Application, *, by, reason: str) -> Application:
    """The second person says no: the officer looks again, with the reason. The applicant is not told."""
    row = _locked(application)
    _may(row, "send_back", by)
    if not reason.strip():
        raise Refused(_("Say why you send it back, so that the officer knows what to look at."))
    awards.decline(row.award, by=by, reason=reason)
    application.refresh_from_db()
    return application


def reject(application: Application, *, by, reasons) -> Application:
    """Reject with reasons; opens the objection window and tells the applicant how to object."""
    found = as_reasons(reasons)
    with move(application, "reject", by=by, reasons=found) as row:
        drop_proposal(row, by=by)
        _decide(row, found)
        _tell(row, "rejected")
    return application


@transaction.atomic
def release(application: Application, *, by, reason: str) -> Application:
    """Give the award's money back to the envelope; the first of the reserve list that fits is proposed.

    The application stays awarded: that happened. Its award says "released".
    """
    row = _locked(application)
    if row.state != ApplicationState.AWARDED:
        raise Refused(wrong_state(row))
    if not reason.strip():
        raise Refused(_("Say why the money is released."))
    awards.release(row.award, by=by, reason=reason)
    application.refresh_from_db()
    return application


# --- What the award's moves do here (calls.receivers) ---------------------------------------------------
def lock_of(award: Award) -> None:
    """Lock the award's application before the award itself."""
    Application.objects.select_for_update(of=("self",)).filter(award=award).first()


def award_approved(award: Award, *, by) -> None:
    """Award the application: dated, objection window open, strand's share kept, applicant told."""
    application = _of(award)
    if application is None:
        return
    with move(application, "award", by=by, amount=str(award.amount)) as row:
        if not limits.share_is_kept(row.strand):  # the approval holds the envelope's lock: the sum is exact
            raise Refused(
                _("The strand “%(strand)s” has its own share of %(share)s, and this award would pass it.")
                % {"strand": row.strand, "share": formatting.money(row.strand.budget_share)}
            )
        _decide(row, as_reasons([award.reasons]) if award.reasons else [])
        _tell(row, "awarded", award=award)


def award_declined(award: Award, *, by, reason: str) -> None:
    """Put the application back among those to decide; tell who proposed it why."""
    application = _of(award)
    if application is None:
        return
    with move(application, "send_back", by=by, reason=reason) as row:
        row.award = None
        queue_mail("calls/decisions_sent_back", to=award.proposed_by, about=row, reason=reason, by=by)


def award_released(award: Award, *, by, reason: str) -> None:
    """Write it in the application's journal, tell the applicant, propose whom the money now reaches."""
    application = _of(award)
    if application is None:
        return
    journal.record(application, "calls.application.release", by=by, reason=reason, amount=str(award.amount))
    _tell(application, "released", award=award, reason=reason)
    _promote_all(application.call)


def drop_proposal(row: Application, *, by) -> None:
    """End the proposal of an application that leaves; who waits on the reserve list may move up.

    For use inside the move that takes ``row`` away: the caller saves it.
    """
    award, row.award, row.reserve_rank = row.award, None, None
    if award is None or award.state not in (AwardState.PROPOSED, AwardState.RESERVE):
        return
    was_proposed = award.state == AwardState.PROPOSED
    awards.lapse(award, by=by)
    if was_proposed:
        _promote_all(row.call)


# --- Who handles it -----------------------------------------------------------------------------------
@transaction.atomic
def assign(application: Application, *, officer: User | None, by) -> Application:
    """Give the application to an officer (or to nobody); no state changes, the journal says so."""
    row = _locked(application)
    if not rules.has_perm(row.get_perm("assign"), by, row):
        raise NotAllowed(why_not_permitted(row, "assign", by))
    if officer is not None and not has_role(officer, Role.OFFICER, Role.MANAGER):
        raise Refused(_("%(person)s is not a call officer.") % {"person": officer})
    row.officer = officer
    row.save(update_fields=["officer", "updated_at"])
    journal.record(row, "calls.application.assign", by=by, officer=str(officer or ""))
    application.refresh_from_db()
    return application


# --- Helpers --------------------------------------------------------------------------------------------
def as_reasons(reasons) -> list[dict]:
    """Reasons as stored: ``[{"code": rule or "", "sentence": …}]``; refuses an empty list."""
    reasons = [reasons] if isinstance(reasons, str | dict) else list(reasons or [])
    found = [reason if isinstance(reason, dict) else {"code": "", "sentence": reason} for reason in reasons]
    found = [
        {"code": str(reason.get("code", "")), "sentence": str(reason.get("sentence", "")).strip()}
        for reason in found
    ]
    found = [reason for reason in found if reason["sentence"]]
    if not found:
        raise Refused(_("Give at least one reason: the applicant must be able to understand the decision."))
    return found


def _of(award: Award) -> Application | None:
    return Application.objects.filter(award=award).select_related("call__envelope", "strand").first()


def _locked(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__envelope", "strand", "enterprise", "award")
        .get(pk=application.pk)
    )


def _may(row: Application, verb: str, by) -> None:
    """What ``move`` asks, before anything else is looked at."""
    if not rules.has_perm(row.get_perm(verb), by, row):
        raise NotAllowed(why_not_permitted(row, verb, by))
    if row.state not in row.MOVES[verb][0]:
        raise Refused(wrong_state(row))


def _amount(value) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise Refused(_("Write the amount in euros, such as 5,793.75.")) from None
    if not amount.is_finite() or amount != amount.quantize(limits.CENT):
        raise Refused(_("Write the amount in euros, with two decimals at most."))
    return amount


def _check_bounds(bounds: limits.Limits, amount: Decimal) -> None:
    words = {
        "floor": formatting.money(bounds.floor),
        "ceiling": formatting.money(bounds.ceiling),
        "rate": formatting.percent(bounds.rate),
        "cost": formatting.money(bounds.cost),
        "by_rate": formatting.money(bounds.by_rate),
    }
    if amount > bounds.ceiling:
        raise Refused(_("The largest grant of this strand is %(ceiling)s.") % words)
    if amount > bounds.by_rate:
        raise Refused(
            _("%(rate)s of an eligible cost of %(cost)s is %(by_rate)s: propose that at most.") % words
        )
    if amount < max(bounds.floor, limits.CENT):
        raise Refused(_("The smallest grant of this strand is %(floor)s.") % words)


def _check_turn(row: Application) -> None:
    waiting = limits.ahead_of(row)
    first = waiting.first()
    if first is not None:
        raise Refused(
            _(
                "First come, first served: %(count)s earlier applications wait for a decision,"
                " the first is %(reference)s. Decide on them before this one."
            )
            % {"count": waiting.count(), "reference": first.reference}
        )
    reserve = limits.first_that_fits(row.call)
    if reserve is not None:
        raise Refused(
            _("%(reference)s is on the reserve list and now fits: propose it first.")
            % {"reference": reserve.reference}
        )


def _check_awards_held(row: Application) -> None:
    held, allowed = limits.awards_held(row), row.call.awards_per_enterprise
    if held >= allowed:
        raise Refused(
            _("%(enterprise)s already has %(held)s of the %(allowed)s awards one enterprise may have here.")
            % {"enterprise": row.enterprise, "held": held, "allowed": allowed}
        )


def _next_rank(call: Call) -> int:
    highest = call.applications.aggregate(rank=Max("reserve_rank"))["rank"]
    return (highest or 0) + 1


def _promote_all(call: Call) -> None:
    """Nobody waits while the money is there: the portal itself moves them up, in order."""
    system = User.objects.system()
    while promote_first(call, by=system):
        pass


def _decide(row: Application, reasons: list[dict]) -> None:
    row.decision_reasons = reasons
    row.decided_at = timezone.now()
    row.objection_until = timezone.localdate(row.decided_at) + timedelta(days=row.call.objection_days)


def _tell(row: Application, what: str, **context) -> None:
    person = row.submitted_by or row.applicant
    queue_mail(f"calls/decisions_{what}", to=person, about=row, call=row.call, **context)
