"""Awards with their call, and vouchers, as the API shows them.

Awards are told here, above calls, because each names the call it comes from.
"""

from accounts.api.parts import ENTERPRISE, NUTS2_BY_POSTAL_CODE, nuts2, of_firm, with_office
from actions.api.resources import ACTION
from calls.api.resources import AWARD_STATES, call
from calls.enums import CallKind
from calls.models import Call
from grants.enums import AwardState, LegalBasis
from grants.models import Award
from grants.querysets import PUBLIC_STATES
from vouchers.enums import VoucherState
from vouchers.models import Voucher
from wecd.common.rest import filters
from wecd.common.rest.fields import Day, Decimal, Enum, Instant, Money, Object, Text
from wecd.common.rest.resource import CREATED, ID, UPDATED, Resource


class AwardFilters(filters.FilterSet):
    reference = filters.Text(help="Reference.")
    call = filters.Text("application__call__code", help="Code of the call.")
    kind = filters.Words(
        "application__call__kind", choices=CallKind.choices, help="What the call gives; repeat for several."
    )
    programme = filters.Text("envelope__action__axis__programme__code", help="Code of the programme.")
    action = filters.Text("envelope__action__slug", help="Address of the action.")
    nuts2 = filters.Words(
        "region",
        choices=[(code, code) for code in NUTS2_BY_POSTAL_CODE],
        help="NUTS 2 region of the registered office; repeat for several.",
    )
    enterprise_number = filters.Text(method=of_firm, help="Enterprise number, ten digits.")
    approved_after = filters.Instant("approved_at", "gte", help="Approved at or after this instant.")
    approved_before = filters.Instant("approved_at", "lt", help="Approved before this instant.")
    amount_min = filters.Amount("amount", "gte", help="At least this many euros.")
    amount_max = filters.Amount("amount", "lte", help="At most this many euros.")


class Awards(Resource):
    name = "awards"
    model = Award
    open = True
    help = "A sum given to an enterprise, and why. Natural persons are not named."
    depends = ("application__call", "envelope__action__axis__programme", "enterprise__sites")
    filterset_class = AwardFilters
    search = ("title", "reference")
    ordering = {"approved_at": "approved_at", "amount": "amount"}
    default_ordering = "created_at"
    fields = {
        "id": ID,
        "reference": Text(source="reference", help="Reference of the application.", example="CC-2026-0001"),
        "title": Text(source="title", help="Name of the project.", example="A repairable blanket"),
        "amount": Money(source="amount", help="Amount of the award."),
        "eligible_cost": Money(source="eligible_cost", help="Eligible cost, without VAT.", example="8000.00"),
        "rate": Decimal(
            source="rate",
            help="Share of the cost that is funded, in percent.",
            unit="percent",
            example="75.00",
        ),
        "legal_basis": Enum(source="legal_basis", choices=LegalBasis, help="On what ground it is given."),
        "state": Enum(
            source="state",
            choices=AwardState,
            help="Where it stands; open data has `approved`, `active` and `completed` only.",
            meanings=AWARD_STATES,
            example="approved",
        ),
        "approved_at": Instant(source="approved_at", null=True, help="When it was approved, in UTC."),
        "reasons": Text(
            source="reasons", null=True, help="Why it was given.", example="It opens a new market."
        ),
        "enterprise": ENTERPRISE,
        "call": call("application__call", null=True),
        "action": Object(source="envelope__action", fields=ACTION.fields, help="The action that pays."),
        "created_at": CREATED,
        "updated_at": UPDATED,
    }

    def rows(self, key):
        """SECURITY: open data is what is in force, whoever asks."""
        return super().rows(key).filter(state__in=PUBLIC_STATES)

    def joined(self, rows):
        return with_office(rows).alias(region=nuts2())


class VoucherFilters(filters.FilterSet):
    code = filters.Text(help="Code.")
    call = filters.Text("award__application__call__code", help="Code of the call.")
    action = filters.Text("award__application__call__action__slug", help="Address of the action.")
    state = filters.Words(choices=VoucherState.choices, help="State; repeat for several.")
    enterprise_number = filters.Text(method=of_firm, help="Enterprise number, ten digits.")
    expires_after = filters.Day("expires_on", "gte", help="Usable until this day or later.")
    expires_before = filters.Day("expires_on", "lt", help="Usable until a day before this one.")


class Vouchers(Resource):
    name = "vouchers"
    model = Voucher
    scope = "vouchers:read"
    help = "A voucher of an action your organisation leads or takes part in."
    depends = ("award__application__call__action__partners", "enterprise__sites")
    filterset_class = VoucherFilters
    search = ("code", "award__title")
    ordering = {"code": "code"}
    default_ordering = "created_at"
    fields = {
        "id": ID,
        "code": Text(source="code", help="Code on the voucher.", example="CC-2026-0001"),
        "state": Enum(
            source="state",
            choices=VoucherState,
            help="Where it stands.",
            meanings={
                "awaiting_contribution": "Waiting for the enterprise to pay its own share.",
                "issued": "Issued: the enterprise can use it.",
                "expired": "Not used in time; its money was released.",
                "cancelled": "Taken back; its money was released.",
            },
            example="issued",
        ),
        "amount": Money(source="amount", help="What the programme pays."),
        "own_share": Money(
            source="own_share", help="What the enterprise pays, without VAT.", example="2000.00"
        ),
        "contribution_on": Day(source="contribution_on", null=True, help="Day the own share arrived."),
        "issued_at": Instant(source="issued_at", null=True, help="When it was issued, in UTC."),
        "expires_on": Day(source="expires_on", null=True, help="Last day to use it."),
        "award": Object(
            source="award",
            help="The award it comes from.",
            fields={
                "id": ID,
                "title": Text(source="title", help="Name of the project.", example="A repairable blanket"),
            },
        ),
        "call": call("award__application__call", null=True),
        "enterprise": ENTERPRISE,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }

    def joined(self, rows):
        return with_office(rows)

    def lanes(self, reader):
        return "award__application__call", Call.objects.of_partner(reader.partner)


RESOURCES = [Awards, Vouchers]
