"""Calls and applications, as the API shows them."""

from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Case, CharField, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Concat, Now

from accounts.api.parts import CONTACT, ENTERPRISE, SELF_EMPLOYED, of_firm, with_office
from actions.api.resources import ACTION
from calls.enums import Allocation, ApplicationState, CallKind, CallState, Phase, Uniqueness
from calls.models import Application, Call, Criterion, Extension, Strand
from calls.models.call import CLOSING_SOON
from grants.enums import AwardState
from wecd.common.rest import filters
from wecd.common.rest.fields import (
    Boolean,
    Day,
    Decimal,
    Enum,
    Instant,
    Integer,
    Link,
    Many,
    Money,
    Object,
    Text,
    Words,
)
from wecd.common.rest.resource import CREATED, ID, UPDATED, Resource

FAR = datetime(9000, 1, 1, tzinfo=UTC)
AWARD_STATES = {
    "reserve": "On the reserve list: proposed when another award is released.",
    "proposed": "Proposed, waiting for a second person to approve it.",
    "approved": "Approved by a second person: the money is committed.",
    "active": "The project has begun.",
    "completed": "The project is finished.",
    "declined": "Not approved: sent back to the officer.",
    "released": "Given up: the money was released.",
}
APPLICATION_STATES = {
    "submitted": "Received; whether it is admissible is being examined.",
    "information_requested": "The applicant was asked to complete it.",
    "admissible": "Admissible: it will be judged.",
    "inadmissible": "Not admissible, with a reason for each rule it does not meet.",
    "selected": "Proposed for an award.",
    "reserve": "On the reserve list.",
    "rejected": "Rejected, with reasons.",
    "awarded": "An award was approved.",
    "withdrawn": "Taken back by the applicant.",
}
PHASES = {
    "to_come": "Published, not open yet.",
    "open": "Open for applications.",
    "closing": "Open, with less than 72 hours left.",
    "closed": "The deadline has passed; applications are being assessed.",
    "results": "Decided: the results are published.",
    "cancelled": "Cancelled.",
}
PUBLIC_PHASES = [choice for choice in Phase.choices if choice[0] != Phase.DRAFT]


def phase(prefix: str = "") -> Case:
    """``Call.phase()`` in SQL: the clock decides, nothing is stored."""
    now = Now()  # the database's: SQL that is kept must not keep an instant
    return Case(
        When(state=CallState.DRAFT, then=Value(Phase.DRAFT)),
        When(state=CallState.CANCELLED, then=Value(Phase.CANCELLED)),
        When(state__in=[CallState.CLOSED, CallState.ARCHIVED], then=Value(Phase.RESULTS)),
        When(opens_at__gt=now, then=Value(Phase.TO_COME)),
        When(closes_at__lte=now, then=Value(Phase.CLOSED)),
        When(closes_at__lte=now + CLOSING_SOON, then=Value(Phase.CLOSING)),
        default=Value(Phase.OPEN),
        output_field=CharField(),
    )


def call(source: str, *, null: bool = False) -> Object:
    """A call, inside another row."""
    return Object(
        source=source,
        null=null,
        help="The call.",
        fields={
            "id": ID,
            "code": Text(source="code", help="Prefix of its references.", example="CC-2026"),
            "kind": Enum(source="kind", choices=CallKind, help="What it gives."),
            "title": Words(source="title", help="Title."),
        },
    )


class CallFilters(filters.FilterSet):
    code = filters.Text(help="Prefix of the references.")
    kind = filters.Words(choices=CallKind.choices, help="What the call gives; repeat for several.")
    phase = filters.Words("phase_now", choices=PUBLIC_PHASES, help="Phase now; repeat for several.")
    programme = filters.Text("action__axis__programme__code", help="Code of the programme.")
    axis = filters.Text("action__axis__slug", help="Address of the axis.")
    action = filters.Text("action__slug", help="Address of the action.")
    opens_after = filters.Instant("opens_at", "gte", help="Opens at or after this instant.")
    opens_before = filters.Instant("opens_at", "lt", help="Opens before this instant.")
    closes_after = filters.Instant("closes_at", "gte", help="Closes at or after this instant.")
    closes_before = filters.Instant("closes_at", "lt", help="Closes before this instant.")


class Calls(Resource):
    name = "calls"
    model = Call
    open = True
    help = "A call for applications, from its publication on."
    depends = ("action__axis__programme", "envelope", "strands", "criteria", "extensions")
    filterset_class = CallFilters
    search = ("title_fr", "title_en", "summary_fr", "summary_en", "code")
    ordering = {"closes_at": Coalesce("closes_at", Value(FAR))}
    default_ordering = "closes_at"
    fields = {
        "id": ID,
        "code": Text(source="code", help="Prefix of its references.", example="CC-2026"),
        "slug": Text(source="slug", help="Last part of its address.", example="creative-vouchers-2026"),
        "url": Link(
            source=lambda prefix: Concat(
                Value(f"{settings.SITE_URL}/fr/calls/"),
                F(f"{prefix}slug"),
                Value("/"),
                output_field=CharField(),
            ),
            help="Its page.",
            example="https://portal.example.org/fr/calls/creative-vouchers-2026/",
        ),
        "kind": Enum(source="kind", choices=CallKind, help="What it gives."),
        "phase": Enum(
            source=phase,
            choices=Phase,
            help="Where it stands at this moment, by the clock.",
            meanings=PHASES,
            never=("draft",),
            example="open",
        ),
        "title": Words(source="title", help="Title."),
        "summary": Words(source="summary", help="In one sentence."),
        "action": ACTION,
        "opens_at": Instant(source="opens_at", null=True, help="First instant to apply, in UTC."),
        "closes_at": Instant(source="closes_at", null=True, help="The deadline, in UTC."),
        "grace_seconds": Integer(
            source="grace_seconds",
            help="Seconds after the deadline for a request already begun.",
            unit="seconds",
            example=60,
        ),
        "allocation": Enum(source="allocation", choices=Allocation, help="How awards are chosen."),
        "uniqueness": Enum(source="uniqueness", choices=Uniqueness, help="Applications per enterprise."),
        "awards_per_enterprise": Integer(
            source="awards_per_enterprise", help="Awards per enterprise, at most.", example=1
        ),
        "project_months": Integer(
            source="project_months", help="Months to carry out the project.", unit="months", example=12
        ),
        "budget": Money(
            source="envelope__amount", null=True, help="Sum of the envelope.", example="240000.00"
        ),
        "committed": Money(
            source="envelope__committed", null=True, help="Part of the envelope already promised."
        ),
        "decision_on": Day(source="decision_on", null=True, help="Day the decision is expected."),
        "strands": Many(
            rows=lambda: Strand.objects.filter(call=OuterRef("pk")).order_by("position", "pk"),
            help="Its lines, each with its own amounts.",
            fields={
                "code": Text(source="code", help="Short code.", example="a"),
                "title": Words(source="title", help="Title."),
                "floor": Money(source="floor", help="Smallest grant.", example="1000.00"),
                "ceiling": Money(source="ceiling", help="Largest grant."),
                "funding_rate": Decimal(
                    source="funding_rate",
                    help="Share of the cost that is funded, in percent.",
                    unit="percent",
                    example="75.00",
                ),
            },
        ),
        "created_at": CREATED,
        "updated_at": UPDATED,
    }
    more_fields = {
        "description": Words(source="description", help="What it is for."),
        "who": Words(source="who", help="Who may apply."),
        "funded": Words(source="funded", help="What is funded, a line each."),
        "not_funded": Words(source="not_funded", help="What is not funded, a line each."),
        "own_share_first": Boolean(
            source="own_share_first", help="Whether the own share is paid before the voucher is issued."
        ),
        "criteria": Many(
            rows=lambda: Criterion.objects.filter(call=OuterRef("pk")).order_by("position", "pk"),
            help="What applications are judged on.",
            fields={
                "label": Words(source="label", help="Criterion."),
                "weight": Integer(source="weight", help="Weight, in percent.", unit="percent", example=40),
            },
        ),
        "extensions": Many(
            rows=lambda: Extension.objects.filter(call=OuterRef("pk")).order_by("created_at", "pk"),
            help="Each time the deadline was moved, and why.",
            fields={
                "old_closes_at": Instant(source="old_closes_at", help="Deadline before, in UTC."),
                "new_closes_at": Instant(source="new_closes_at", help="Deadline after, in UTC."),
                "reason": Words(source="reason", help="Why."),
            },
        ),
    }

    def joined(self, rows):
        return rows.alias(phase_now=phase())

    def turned(self, since, until):
        """Calls that opened, began to close or closed."""
        between, soon = (since, until), (since + CLOSING_SOON, until + CLOSING_SOON)
        instants = Q(opens_at__range=between) | Q(closes_at__range=between) | Q(closes_at__range=soon)
        return set(Call.objects.filter(instants).values_list("pk", flat=True))


class ApplicationFilters(filters.FilterSet):
    reference = filters.Text(help="Reference.")
    call = filters.Text("call__code", help="Code of the call.")
    action = filters.Text("call__action__slug", help="Address of the action.")
    state = filters.Words(
        choices=[choice for choice in ApplicationState.choices if choice[0] != "draft"],
        help="State; repeat for several.",
    )
    enterprise_number = filters.Text(method=of_firm, help="Enterprise number, ten digits.")
    submitted_after = filters.Instant("submitted_at", "gte", help="Submitted at or after this instant.")
    submitted_before = filters.Instant("submitted_at", "lt", help="Submitted before this instant.")


class Applications(Resource):
    name = "applications"
    model = Application
    scope = "applications:read"
    help = "A submitted application under a call of an action your organisation leads or takes part in."
    depends = (
        "call__action__axis__programme",
        "call__action__partners",
        "strand",
        "enterprise__sites",
        "applicant",
        "award",
    )
    filterset_class = ApplicationFilters
    search = ("title", "reference")
    ordering = {"submitted_at": "submitted_at"}
    default_ordering = "created_at"
    fields = {
        "id": ID,
        "reference": Text(
            source="reference", help="Reference shown to the applicant.", example="CC-2026-0001"
        ),
        "title": Text(source="title", null=True, help="Name of the project.", example="A repairable blanket"),
        "state": Enum(
            source="state",
            choices=ApplicationState,
            help="Where it stands.",
            meanings=APPLICATION_STATES,
            never=("draft",),
        ),
        "call": call("call"),
        "action": Object(source="call__action", fields=ACTION.fields, help="The action of the call."),
        "strand": Text(source="strand__code", help="Code of the strand.", example="a"),
        "enterprise": ENTERPRISE,
        "self_employed": SELF_EMPLOYED,
        "contact": CONTACT,
        "eligible_cost": Money(
            source="eligible_cost", null=True, help="Eligible cost, without VAT.", example="8000.00"
        ),
        "requested": Money(source="requested", null=True, help="Sum asked for."),
        "submitted_at": Instant(source="submitted_at", help="When the server received it, in UTC."),
        "decided_at": Instant(source="decided_at", null=True, help="When it was decided, in UTC."),
        "objection_until": Day(source="objection_until", null=True, help="Last day to object."),
        "reserve_rank": Integer(
            source="reserve_rank", null=True, help="Rank on the reserve list, from 1.", example=3
        ),
        "award": Object(
            source="award",
            null=True,
            help="The award proposed or given.",
            fields={
                "id": ID,
                "amount": Money(source="amount", help="Amount."),
                "state": Enum(
                    source="state",
                    choices=AwardState,
                    help="State of the award.",
                    meanings=AWARD_STATES,
                    example="approved",
                ),
            },
        ),
        "created_at": CREATED,
        "updated_at": UPDATED,
    }

    def joined(self, rows):
        return with_office(rows)

    def lanes(self, reader):
        return "call", Call.objects.of_partner(reader.partner)


RESOURCES = [Calls, Applications]
