"""Awards: proposed by one person, approved by another, released when they come to nothing."""

from django.db import transaction
from django.utils import timezone
from rules import has_perm

from grants import signals
from grants.domain import deminimis, envelopes
from grants.enums import AwardState, LegalBasis
from grants.models import Award, Envelope
from wecd.common import journal
from wecd.common.workflow import NotAllowed, move, why_not_permitted


@transaction.atomic
def propose(
    *,
    envelope: Envelope,
    enterprise,
    reference: str,
    title: str,
    eligible_cost,
    rate,
    amount,
    by,
    legal_basis: str = LegalBasis.DE_MINIMIS,
    reasons: str = "",
    in_reserve: bool = False,
) -> Award:
    """Write down what ``by`` would give; commits nothing. ``in_reserve`` waits for money to come free.

    How much may be given is the call's question (``calls.domain.decisions``), not asked here.
    """
    if not has_perm(Award.get_perm("propose"), by):
        raise NotAllowed(why_not_permitted(Award(), "propose", by))
    award = Award.objects.create(
        envelope=envelope,
        enterprise=enterprise,
        reference=reference,
        title=title,
        eligible_cost=eligible_cost,
        rate=rate,
        amount=amount,
        legal_basis=legal_basis,
        reasons=reasons,
        proposed_by=by,
        state=AwardState.RESERVE if in_reserve else AwardState.PROPOSED,
    )
    journal.record(award, "grants.award.propose", by=by, amount=str(award.amount), to=award.state)
    return award


def promote(award: Award, *, by) -> Award:
    """From the reserve list to a proposal. Whoever first proposed it still cannot approve it."""
    with move(award, "promote", by=by, amount=str(award.amount)):
        pass
    return award


@transaction.atomic
def approve(award: Award, *, by) -> Award:
    """The second signature: commits the money, writes the de minimis aid, tells the apps above.

    Refused whole when the envelope or the undertaking's ceiling has no room for all of it.
    """
    signals.award_locking.send(Award, award=award, by=by)
    with move(award, "approve", by=by, amount=str(award.amount)) as row:
        row.approved_by, row.approved_at = by, timezone.now()
        envelopes.commit(row.envelope, award=row, by=by)
        if deminimis.counts(row):
            deminimis.grant(row, on=timezone.localdate(row.approved_at))
    signals.award_approved.send(Award, award=award, by=by)
    return award


@transaction.atomic
def decline(award: Award, *, by, reason: str) -> Award:
    """The second person says no: the proposal goes back to those who made it. No money moves."""
    signals.award_locking.send(Award, award=award, by=by)
    with move(award, "decline", by=by, reason=reason):
        pass
    signals.award_declined.send(Award, award=award, by=by, reason=reason)
    return award


def lapse(award: Award, *, by, reason: str = "") -> Award:
    """A proposal whose application was withdrawn or rejected ends. Tells nobody: the caller does."""
    with move(award, "lapse", by=by, reason=reason):
        pass
    return award


@transaction.atomic
def release(award: Award, *, by, reason: str) -> Award:
    """Give the money back to the envelope, take the aid off the undertaking's total, tell the apps above."""
    signals.award_locking.send(Award, award=award, by=by)
    with move(award, "release", by=by, reason=reason) as row:
        entry = envelopes.release(row.envelope, award=row, by=by)
        row.journal_facts["amount"] = str(entry.amount)
        deminimis.cancel(row)
    signals.award_released.send(Award, award=award, by=by, reason=reason)
    return award
