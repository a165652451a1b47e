"""De minimis aid of a single undertaking: what it has had, what it may still have.

The window is rolling: the three years to a day leave out an aid granted exactly three years before it.
Postgres keeps the ceiling (see ``DeMinimisAid``); this module turns its refusal into a sentence.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from rules import has_perm

from accounts.models import Enterprise, Undertaking
from grants.enums import LegalBasis
from grants.models import DeMinimisAid, DeMinimisCeiling
from wecd.common import formatting, journal
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted

CEILING_CONSTRAINT = "deminimis_ceiling"


@dataclass(frozen=True)
class Room:
    """Where an undertaking stands on a day: total received, ceiling, and what is left, in euros."""

    total: Decimal
    ceiling: Decimal
    years: int

    @property
    def left(self) -> Decimal:
        return max(self.ceiling - self.total, Decimal(0))


def ceiling_on(day: date) -> DeMinimisCeiling | None:
    """The ceiling in force on a day."""
    return DeMinimisCeiling.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


def years_before(day: date, years: int) -> date:
    """The same day some years earlier; 28 February for a 29 that year does not have. As Postgres counts."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def total_for(undertaking: Undertaking, on: date | None = None) -> Decimal:
    """What the undertaking received in the rolling window that ends on a day (default: today), in euros."""
    return room_for(undertaking, on).total


def room_for(undertaking: Undertaking, on: date | None = None) -> Room:
    """Total, ceiling and room of an undertaking on a day (default: today)."""
    on = on or timezone.localdate()
    rule = ceiling_on(on)
    years = rule.years if rule else 3
    total = DeMinimisAid.objects.filter(
        undertaking=undertaking,
        cancelled_on=None,
        granted_on__lte=on,
        granted_on__gt=years_before(on, years),
    ).aggregate(total=Sum("amount"))["total"]
    return Room(total or Decimal(0), rule.amount if rule else Decimal(0), years)


def grant(award, *, on: date) -> DeMinimisAid:
    """Write the aid of an award, or refuse it whole: an aid is never trimmed to fit the ceiling.

    Runs in the transaction of the approval. Locks the enterprise first, so that nobody moves it into
    another control group meanwhile.
    """
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=award.enterprise_id)
    main = enterprise.activities.order_by("-is_main", "code").first()
    try:
        with transaction.atomic():
            return DeMinimisAid.objects.create(
                undertaking_id=enterprise.undertaking_id,
                enterprise=enterprise,
                award=award,
                amount=award.amount,
                granted_on=on,
                granting_authority=authority_of(award),
                nace_code=main.code if main else "",
            )
    except IntegrityError as error:
        if _constraint(error) != CEILING_CONSTRAINT:
            raise
        raise Refused(_sentence(award, enterprise, on)) from error


def cancel(award) -> None:
    """An award that is released leaves the total of its undertaking; its row stays, with the day."""
    DeMinimisAid.objects.filter(award=award, cancelled_on=None).update(
        cancelled_on=timezone.localdate(), updated_at=timezone.now()
    )


@transaction.atomic
def declare(
    enterprise: Enterprise, *, amount, granted_on: date, granting_authority: str, by, instrument="grant"
) -> DeMinimisAid:
    """Record an aid the enterprise had from somebody else. A fact: it is kept even above the ceiling."""
    if not has_perm(DeMinimisAid.get_perm("add"), by):  # SECURITY: by.has_perm lets superusers through
        raise NotAllowed(why_not_permitted(DeMinimisAid(), "add", by))
    aid = DeMinimisAid.objects.create(
        undertaking_id=enterprise.undertaking_id,
        enterprise=enterprise,
        amount=amount,
        granted_on=granted_on,
        granting_authority=granting_authority,
        instrument=instrument,
        enforced=False,
    )
    journal.record(aid, "grants.deminimisaid.declare", by=by, amount=str(amount), granted_on=granted_on)
    return aid


def follow(enterprise: Enterprise) -> int:
    """Past aid follows an enterprise into its new control group. Returns how many aids moved."""
    return (
        DeMinimisAid.objects.filter(enterprise=enterprise)
        .exclude(undertaking_id=enterprise.undertaking_id)
        .update(undertaking_id=enterprise.undertaking_id, updated_at=timezone.now())
    )


def authority_of(award) -> str:
    """Who grants the aid: the partner that leads the action, else the programme."""
    action = award.envelope.action
    return str(action.lead or action.axis.programme)


def counts(award) -> bool:
    return award.legal_basis == LegalBasis.DE_MINIMIS


def _constraint(error: IntegrityError) -> str:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", "") or ""


def _sentence(award, enterprise, on) -> str:
    room = room_for(enterprise.undertaking, on)
    return _(
        "%(undertaking)s already has %(total)s of de minimis aid over %(years)s years; with %(amount)s it"
        " would pass the ceiling of %(ceiling)s. The whole aid is refused: it cannot be reduced to fit."
    ) % {
        "undertaking": enterprise.undertaking,
        "total": formatting.money(room.total),
        "years": room.years,
        "amount": formatting.money(award.amount),
        "ceiling": formatting.money(room.ceiling),
    }
