"""How much may be given: the limits of one application, and the room its call still has.

What is proposed counts as taken, so that two officers never promise the same euro. Whoever decides on
the answer holds the envelope's lock (``grants.domain.envelopes.lock``).
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from calls.enums import Allocation, ApplicationState
from calls.models import Application, Call, Strand
from grants.enums import AwardState
from grants.models import Award

CENT = Decimal("0.01")
IN_FORCE = (AwardState.APPROVED, AwardState.ACTIVE, AwardState.COMPLETED)
TAKEN = (AwardState.PROPOSED, *IN_FORCE)
UNDECIDED = (
    ApplicationState.SUBMITTED,
    ApplicationState.INFORMATION_REQUESTED,  # it keeps its place
    ApplicationState.ADMISSIBLE,
)


@dataclass(frozen=True)
class Limits:
    """The bounds of one award, in euros."""

    cost: Decimal
    rate: Decimal
    floor: Decimal
    ceiling: Decimal
    requested: Decimal

    @property
    def by_rate(self) -> Decimal:
        """The rate applied to the eligible cost, cents rounded down."""
        return (self.cost * self.rate / 100).quantize(CENT, ROUND_DOWN)

    @property
    def most(self) -> Decimal:
        return min(self.ceiling, self.by_rate)

    @property
    def suggested(self) -> Decimal:
        """What was asked, as far as it may be given."""
        return min(self.most, self.requested)


def limits_of(application: Application) -> Limits:
    """The bounds of an award to it. Without a budget table, the cost follows from the request."""
    strand = application.strand
    requested = application.requested or Decimal(0)
    cost = application.eligible_cost
    if cost is None:
        cost = (requested * 100 / strand.funding_rate).quantize(CENT)
    return Limits(cost, strand.funding_rate, strand.floor, strand.ceiling, requested)


def total(**filters) -> Decimal:
    """The sum of the awards that match, in euros."""
    return Award.objects.filter(**filters).aggregate(total=Coalesce(Sum("amount"), Decimal(0)))["total"]


def envelope_room(call: Call) -> Decimal:
    """What the call's envelope has left once every proposal waiting for a second person is counted."""
    envelope = call.envelope
    envelope.refresh_from_db(fields=["amount", "committed"])
    return envelope.free - total(envelope=envelope, state=AwardState.PROPOSED)


def strand_room(strand: Strand) -> Decimal | None:
    """What the strand's share has left, proposals counted; None when it draws on the whole envelope."""
    if strand.budget_share is None:
        return None
    return strand.budget_share - total(application__strand=strand, state__in=TAKEN)


def room(application: Application) -> Decimal:
    """What may still be proposed to this application, its own limits aside."""
    rooms = (envelope_room(application.call), strand_room(application.strand))
    return min(amount for amount in rooms if amount is not None)


def share_is_kept(strand: Strand) -> bool:
    """Whether the awards in force of a strand stay within its share of the envelope."""
    return strand.budget_share is None or (
        total(application__strand=strand, state__in=IN_FORCE) <= strand.budget_share
    )


def competitors(application: Application):
    """The submitted applications that draw on the same money: the strand's when it has its own share."""
    others = Application.objects.filter(call=application.call_id).exclude(pk=application.pk)
    if application.strand.budget_share is not None:
        return others.filter(strand=application.strand_id)
    return others.filter(strand__budget_share=None)


def ahead_of(application: Application):
    """First come, first served: those who submitted earlier and wait for a decision, first one first."""
    if application.call.allocation != Allocation.FIRST_COME:
        return Application.objects.none()
    earlier = competitors(application).filter(state__in=UNDECIDED)
    same_instant = earlier.filter(submitted_at=application.submitted_at, number__lt=application.number)
    return (earlier.filter(submitted_at__lt=application.submitted_at) | same_instant).by_arrival()


def reserve(call: Call):
    """The reserve list of a call, first rank first, each with the award it waits for."""
    return (
        Application.objects.filter(call=call, state=ApplicationState.RESERVE, award__state=AwardState.RESERVE)
        .select_related("award", "strand", "call__envelope")
        .order_by(F("reserve_rank").asc(nulls_last=True), "submitted_at", "number")
    )


def first_that_fits(call: Call) -> Application | None:
    """The first of the reserve list whose whole amount fits what is free now.

    An enterprise that meanwhile has all the awards one may have here is passed over.
    """
    free, shares = envelope_room(call), {}
    for application in reserve(call):
        strand = application.strand
        if strand.pk not in shares:
            shares[strand.pk] = strand_room(strand)
        share = shares[strand.pk]
        fits = application.award.amount <= free and (share is None or application.award.amount <= share)
        if fits and awards_held(application) < call.awards_per_enterprise:
            return application
    return None


def awards_held(application: Application) -> int:
    """How many awards of this call the enterprise has, or has been proposed for."""
    return (
        Award.objects.filter(
            application__call=application.call_id, enterprise=application.enterprise_id, state__in=TAKEN
        )
        .exclude(application=application)
        .count()
    )
