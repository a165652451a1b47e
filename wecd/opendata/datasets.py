"""What is given away: a dataset for each open resource of the API, the awards first."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection
from django.db.models import Count, Max, Min, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from wecd.catalogue import BY_NAME, RESOURCES
from wecd.common.rest.reader import ANYONE
from wecd.common.rest.resource import Resource

Words = str | Promise
FIRST = "awards"
BUNDLE = "wecd-open-data"
EXPORTS = "/api/v1/exports/"  # see wecd.api.exports
# name: (title, what it holds, the quarter whose colour it wears, the public page that shows it, keywords)
TEXTS: dict[str, tuple[Words, Words, str, str, tuple[str, ...]]] = {
    "awards": (
        _("Awards"),
        _("Every award in force: who got it, how much, for which project, under which call, and why."),
        "finance",
        "results",
        ("grants", "subsidies", "transparency", "creative economy"),
    ),
    "calls": (
        _("Calls"),
        _("Every call ever published: what it gives, to whom, from when until when, with its budget."),
        "business",
        "calls",
        ("calls for applications", "funding", "deadlines"),
    ),
    "actions": (
        _("Actions"),
        _("What the programme does on each axis, and which partner leads it."),
        "skills",
        "programme",
        ("public action", "creative economy"),
    ),
    "indicators": (
        _("Indicators"),
        _("What the programme measures: each output and result, its unit, baseline, milestone and target."),
        "finance",
        "programme",
        ("indicators", "monitoring", "cohesion policy"),
    ),
    "hubs": (
        _("Creative Hubs"),
        _("Each hub with its place, its status on a given day and who runs it."),
        "networks",
        "hubs",
        ("third places", "coworking", "fab labs"),
    ),
    "partners": (
        _("Partners"),
        _("The organisations of the consortium that runs the programme."),
        "networks",
        "programme",
        ("consortium", "organisations"),
    ),
    "axes": (
        _("Axes"),
        _("The fields of work the programme is made of: the quarters of the district."),
        "skills",
        "programme",
        ("strategy",),
    ),
    "programmes": (
        _("Programmes"),
        _("The programme itself: its dates as planned and in fact, its budget, who had which role and when."),
        "business",
        "programme",
        ("public programme", "regional policy"),
    ),
}
OPEN: tuple[type[Resource], ...] = tuple(resource for resource in RESOURCES if resource.open)


@dataclass(frozen=True)
class Format:
    """One way to take a dataset."""

    code: str  # csv, ndjson, json, parquet, 360giving
    label: str
    use: Words
    path: str
    media_type: str
    file_type: str  # in the EU's list of file types
    whole: bool = True  # the whole dataset at once, not a page of it


@dataclass(frozen=True)
class Dataset:
    """An open resource, as people see it."""

    resource: Resource

    @property
    def name(self) -> str:
        return self.resource.name

    @cached_property
    def _texts(self) -> tuple[Words, Words, str, str, tuple[str, ...]]:
        name = self.name
        return TEXTS.get(name) or (capfirst(name.replace("-", " ")), self.resource.help, "business", "", ())

    @property
    def title(self) -> Words:
        return self._texts[0]

    @property
    def what(self) -> Words:
        return self._texts[1]

    @property
    def mark(self) -> str:
        return self._texts[2]

    @property
    def page(self) -> str:
        """The name of the page that shows the same to people, or nothing."""
        return self._texts[3]

    @property
    def keywords(self) -> tuple[str, ...]:
        return self._texts[4] or (self.name,)

    def formats(self, *, edition: bool = True, giving: bool = True) -> list[Format]:
        """The ways to take it. ``edition``: the nightly files exist; ``giving``: there is an award."""
        whole = f"{EXPORTS}{self.name}"
        found = [
            Format("csv", "CSV", _("For a spreadsheet"), f"{whole}.csv", "text/csv", "CSV"),
            Format("ndjson", "NDJSON", _("For a database, a row a line"), f"{whole}.ndjson", "", "JSON"),
        ]
        if edition:
            found.append(
                Format(
                    "parquet",
                    "Parquet",
                    _("For analysis, made each night"),
                    reverse("open_data_parquet", args=[self.name]),
                    "application/vnd.apache.parquet",
                    "PARQUET",
                )
            )
        found.append(
            Format(
                "json",
                "API",
                _("For a program, page by page"),
                reverse(f"api:{self.name}"),
                "application/json",
                "JSON",
                whole=False,
            )
        )
        if self.name == FIRST and giving:
            found.append(
                Format(
                    "360giving",
                    "360Giving 1.4",
                    _("To compare funders"),
                    reverse("open_data_360giving"),
                    "application/json",
                    "JSON",
                )
            )
        return found


DATASETS: tuple[Dataset, ...] = tuple(
    sorted((Dataset(resource()) for resource in OPEN), key=lambda each: [*TEXTS, each.name].index(each.name))
)
KNOWN = frozenset(each.name for each in DATASETS)


@dataclass(frozen=True)
class Freshness:
    """How many rows a dataset has, when the first was made and when one last changed."""

    rows: int = 0
    begun_at: datetime | None = None
    changed_at: datetime | None = None


def freshness() -> dict[str, Freshness]:
    """How each dataset stands now. One query, whatever there is."""
    sqls, params = zip(*(_counted(each).query.sql_with_params() for each in DATASETS), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sqls), [value for each in params for value in each])
        counted = {name: Freshness(*told) for name, *told in cursor.fetchall()}
    return {each.name: counted.get(each.name, Freshness()) for each in DATASETS}


def _counted(dataset: Dataset):
    """SECURITY: the rows anyone may see, and no others."""
    open_rows = BY_NAME[dataset.name]().rows(ANYONE).values("pk")
    return (
        dataset.resource.model._default_manager.filter(pk__in=open_rows)
        .order_by()
        .annotate(of=Value(dataset.name))
        .values("of")
        .annotate(rows=Count("pk"), begun_at=Min("created_at"), changed_at=Max("updated_at"))
    )


def latest(found: dict[str, Freshness]) -> datetime | None:
    """When anything in any of them last changed."""
    return max((each.changed_at for each in found.values() if each.changed_at), default=None)
