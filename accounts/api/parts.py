"""How an enterprise shows in the API: firms by name and number, natural persons by region only."""

from django.db.models import Case, CharField, F, FilteredRelation, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Left
from django.db.models.lookups import In

from accounts.enums import LegalForm, SizeClass
from wecd.common.rest.fields import Enum, Object, Text
from wecd.common.rest.reader import PERSONAL

# The Walloon provinces by the first two digits of their postal codes (NUTS 2021).
NUTS2_BY_POSTAL_CODE = {
    "BE31": range(13, 15),
    "BE32": [*range(60, 66), *range(70, 80)],
    "BE33": range(40, 50),
    "BE34": range(66, 70),
    "BE35": range(50, 60),
}
SIZES = {
    "micro": "Fewer than 10 people and at most EUR 2 million.",
    "small": "Fewer than 50 people and at most EUR 10 million.",
    "medium": "Fewer than 250 people and at most EUR 50 million of turnover.",
    "large": "Larger than that.",
}
NATURAL_PERSON = "null for a self-employed person, whose data are personal"


def with_office(rows: QuerySet, enterprise: str = "enterprise") -> QuerySet:
    """Join the registered office as ``office``: an enterprise has one at most."""
    sites = f"{enterprise}__sites"
    return rows.annotate(
        office=FilteredRelation(sites, condition=Q(**{f"{sites}__is_registered_office": True}))
    )


def of_firms(column: str):
    """A column of the enterprise, or null where it would tell who a natural person is."""

    def expression(prefix: str) -> Case:
        path = F(column) if column.startswith("office__") else F(f"{prefix}{column}")
        hidden = When(**{f"{prefix}legal_form": LegalForm.SELF_EMPLOYED}, then=Value(None))
        return Case(hidden, default=path, output_field=TextField())

    return expression


def of_persons(column: str):
    """A column of the enterprise where it is a natural person's, else null: for readers of personal data."""

    def expression(prefix: str) -> Case:
        path = F(column) if column.startswith("office__") else F(f"{prefix}{column}")
        shown = When(**{f"{prefix}legal_form": LegalForm.SELF_EMPLOYED}, then=path)
        return Case(shown, default=None, output_field=TextField())

    return expression


def nuts2(prefix: str = "") -> Case:
    """The NUTS 2 region of the registered office; null outside Wallonia."""
    digits = Left("office__postal_code", 2)
    regions = [
        When(Q(office__country="BE") & In(digits, [str(two) for two in begins]), then=Value(code))
        for code, begins in NUTS2_BY_POSTAL_CODE.items()
    ]
    return Case(*regions, default=None, output_field=CharField())


def of_firm(rows: QuerySet, name: str, value: str) -> QuerySet:
    """Rows of the firm with this number. SECURITY: a number that is not shown must not be found either."""
    return rows.filter(enterprise__number=value).exclude(enterprise__legal_form=LegalForm.SELF_EMPLOYED)


# SECURITY: no field of ENTERPRISE may tell who a natural person is: what does has the scope PERSONAL.
ENTERPRISE = Object(
    source="enterprise",
    help="The enterprise, with the address of its registered office.",
    fields={
        "name": Text(
            source=of_firms("name"), null=True, help=f"Name; {NATURAL_PERSON}.", example="Ardenne Textiles"
        ),
        "number": Text(
            source=of_firms("number"),
            null=True,
            help=f"Enterprise number, ten digits; {NATURAL_PERSON}.",
            example="0403019261",
        ),
        "legal_form": Enum(source="legal_form", choices=LegalForm, help="Legal form."),
        "size_class": Enum(
            source="size_class",
            choices=SizeClass,
            null=True,
            help="Size by Recommendation 2003/361/EC.",
            meanings=SIZES,
        ),
        "nuts2": Text(
            source=nuts2, null=True, help="NUTS 2 region (NUTS 2021); null outside Wallonia.", example="BE35"
        ),
        "postal_code": Text(
            source=of_firms("office__postal_code"),
            null=True,
            help=f"Postal code; {NATURAL_PERSON}.",
            example="5000",
        ),
    },
)

CONTACT = Object(
    source="applicant",
    scope=PERSONAL,
    help="The person to write to: who began the application.",
    fields={
        "name": Text(source="name", null=True, help="Name.", example="Claire Lejeune"),
        "email": Text(source="email", help="E-mail address.", example="claire@example.org"),
        "phone": Text(
            source="phone", null=True, help="Telephone, as they wrote it.", example="+32 81 12 34 56"
        ),
    },
)
SELF_EMPLOYED = Object(
    source="enterprise",
    scope=PERSONAL,
    help="What `enterprise` leaves out of a self-employed person; each null for a firm.",
    fields={
        "name": Text(source=of_persons("name"), null=True, help="Name.", example="Claire Lejeune"),
        "number": Text(
            source=of_persons("number"),
            null=True,
            help="Enterprise number, ten digits.",
            example="0403019261",
        ),
        "postal_code": Text(
            source=of_persons("office__postal_code"), null=True, help="Postal code.", example="5000"
        ),
    },
)
