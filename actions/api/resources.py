"""Programmes, axes, actions and indicators, as the API shows them."""

from dataclasses import replace

from django.db.models import OuterRef

from actions.models import Action, Axis, Indicator, PartnerPeriod, Programme
from partners.api.resources import PARTNER, partner
from partners.enums import PartnerRole
from partners.models import Partner
from wecd.common.rest import filters
from wecd.common.rest.fields import Day, Decimal, Enum, Integer, Many, Money, Object, Text, Words
from wecd.common.rest.resource import CREATED, ID, UPDATED, Resource

PROGRAMME = Object(
    source="programme",
    help="The programme.",
    fields={"id": ID, "code": Text(source="code", help="Short code.", example="WECD")},
)
AXIS = Object(
    source="axis",
    help="The axis.",
    fields={
        "id": ID,
        "slug": Text(source="slug", help="Address of the axis.", example="business"),
        "programme": PROGRAMME,
    },
)
ACTION = Object(
    source="action",
    help="The action.",
    fields={
        "id": ID,
        "slug": Text(source="slug", help="Address of the action.", example="creative-vouchers"),
        "axis": AXIS,
    },
)


class ProgrammeFilters(filters.FilterSet):
    code = filters.Text(help="Short code.")


class Programmes(Resource):
    name = "programmes"
    model = Programme
    open = True
    help = "A regional creative-economy programme. What no source says is null."
    depends = ("partner_periods__partner",)
    filterset_class = ProgrammeFilters
    search = ("name_fr", "name_en")
    ordering = {"code": "code"}
    default_ordering = "code"
    fields = {
        "id": ID,
        "code": Text(source="code", help="Short code.", example="WECD"),
        "name": Words(source="name", help="Name."),
        "label": Text(
            source="label", null=True, help="The label it holds.", example="European Creative District"
        ),
        "description": Words(source="description", help="What it is."),
        "parent_programme": Text(
            source="parent_programme",
            null=True,
            help="The programme it is part of.",
            example="Creative Wallonia",
        ),
        "nuts_code": Text(source="nuts_code", null=True, help="NUTS code of its region.", example="BE3"),
        "starts_on": Day(source="starts_on", null=True, help="First day."),
        "planned_end_on": Day(source="planned_end_on", null=True, help="Last day, as planned."),
        "ended_on": Day(source="ended_on", null=True, help="Last day, in fact."),
        "budget": Money(source="budget", null=True, help="Whole budget.", example="1000000.00"),
        "co_financing_rate": Decimal(
            source="co_financing_rate",
            null=True,
            help="Share paid by the European Union, in percent.",
            unit="percent",
            example="50.00",
        ),
        "funding_sources": Text(
            source="funding_sources",
            null=True,
            help="Where the money comes from.",
            example="European Regional Development Fund",
        ),
        "partners": Many(
            rows=lambda: PartnerPeriod.objects.filter(programme=OuterRef("pk")).order_by(
                "role", "partner__name", "pk"
            ),
            help="The consortium: each role, from and until.",
            fields={
                "partner": partner("partner", help="The partner."),
                "role": Enum(source="role", choices=PartnerRole, help="Its role."),
                "from": Day(source="from_date", null=True, help="First day of the role."),
                "until": Day(source="until_date", null=True, help="Last day of the role."),
            },
        ),
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


class AxisFilters(filters.FilterSet):
    programme = filters.Text("programme__code", help="Code of the programme.")
    slug = filters.Text(help="Address of the axis.")


class Axes(Resource):
    name = "axes"
    model = Axis
    open = True
    help = "A field of work of a programme."
    depends = ("programme",)
    filterset_class = AxisFilters
    search = ("name_fr", "name_en")
    ordering = {"position": "position"}
    default_ordering = "position"
    fields = {
        "id": ID,
        "slug": Text(source="slug", help="Address of the axis.", example="business"),
        "mark": Enum(source="mark", choices=Axis.Mark, help="The mark that gives it colour and shape."),
        "name": Words(source="name", help="Name."),
        "short_name": Words(source="short_name", help="Name in one or two words."),
        "description": Words(source="description", help="What it is about."),
        "position": Integer(source="position", help="Place among the axes, from 1.", example=2),
        "programme": PROGRAMME,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


class ActionFilters(filters.FilterSet):
    programme = filters.Text("axis__programme__code", help="Code of the programme.")
    axis = filters.Text("axis__slug", help="Address of the axis.")
    slug = filters.Text(help="Address of the action.")
    lead = filters.Text("lead__code", help="Code of the partner that leads it.")


class Actions(Resource):
    name = "actions"
    model = Action
    open = True
    help = "Something a programme does on one axis, led by one partner."
    depends = ("axis__programme", "lead", "partners")
    filterset_class = ActionFilters
    search = ("name_fr", "name_en", "summary_fr", "summary_en")
    ordering = {"slug": "slug"}
    default_ordering = "slug"
    fields = {
        "id": ID,
        "slug": Text(source="slug", help="Address of the action.", example="creative-vouchers"),
        "name": Words(source="name", help="Name."),
        "summary": Words(source="summary", help="In one sentence."),
        "description": Words(source="description", help="What it does."),
        "axis": AXIS,
        "lead": partner("lead", null=True, help="The partner that leads it."),
        "with": Many(
            rows=lambda: Partner.objects.filter(actions=OuterRef("pk")).order_by("code"),
            help="The other partners.",
            fields=PARTNER,
        ),
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


class IndicatorFilters(filters.FilterSet):
    programme = filters.Text("programme__code", help="Code of the programme.")
    action = filters.Text("action__slug", help="Address of the action that feeds it.")
    code = filters.Text(help="Code of the indicator.")
    kind = filters.Words(choices=Indicator.Kind.choices, help="Kind; repeat for several.")


class Indicators(Resource):
    name = "indicators"
    model = Indicator
    open = True
    help = "Something a programme measures. What no source says is null."
    depends = ("programme", "action__axis__programme", "outputs")
    filterset_class = IndicatorFilters
    search = ("code", "name_fr", "name_en")
    ordering = {"code": "code", "position": "position"}
    default_ordering = "code"
    fields = {
        "id": ID,
        "code": Text(source="code", help="Code, once in a programme.", example="RCO01"),
        "kind": Enum(
            source="kind",
            choices=Indicator.Kind,
            help="Whether it is what the programme makes or what follows from it.",
            meanings={
                "output": "Something the programme makes or does.",
                "result": "Something that follows from outputs for those the programme is for.",
            },
        ),
        "name": Words(source="name", help="Name.", example="Entreprises bénéficiant d’un soutien"),
        "unit": Words(source="unit", help="What its figures count.", example="entreprises"),
        "definition": Words(
            source="definition",
            help="What is counted, and what is not.",
            example="Les entreprises qui reçoivent un soutien, chacune une fois.",
        ),
        "measured": Enum(source="measured", choices=Indicator.Moment, null=True, help="When it is measured."),
        "baseline": Decimal(
            source="baseline",
            null=True,
            help="Value before the programme, in the indicator's own `unit`.",
            example="0.00",
        ),
        "baseline_year": Integer(
            source="baseline_year", null=True, help="Calendar year of the baseline.", example=2025
        ),
        "milestone": Decimal(
            source="milestone",
            null=True,
            help="Value to be reached on the way, in the indicator's own `unit`.",
            example="40.00",
        ),
        "milestone_on": Day(source="milestone_on", null=True, help="Last day to reach the milestone."),
        "target": Decimal(
            source="target",
            null=True,
            help="Value to be reached in the end, in the indicator's own `unit`.",
            example="120.00",
        ),
        "target_on": Day(source="target_on", null=True, help="Last day to reach the target."),
        "source": Words(
            source="source_note",
            help="Where these facts come from.",
            example="Règlement (UE) 2021/1058, annexe I",
        ),
        "position": Integer(source="position", help="Place among the indicators, from 1.", example=1),
        "action": replace(ACTION, null=True, help="The action that feeds it."),
        "outputs": Many(
            rows=lambda: Indicator.objects.filter(results=OuterRef("pk")).order_by("code", "pk"),
            help="Of a result: the outputs it follows from.",
            fields={
                "id": ID,
                "code": Text(source="code", help="Code of the output.", example="RCO01"),
            },
        ),
        "programme": PROGRAMME,
        "created_at": CREATED,
        "updated_at": UPDATED,
    }


RESOURCES = [Programmes, Axes, Actions, Indicators]
