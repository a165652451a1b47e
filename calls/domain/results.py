"""Who got what, and why: the awards in force, filtered, added up and paged.

Told here, above the money, because each award names the call it comes from. However many awards there
are, two queries add them up and one reads a page of them.

SECURITY: natural persons (self-employed) are never named, nor found by their name or municipality. What is
said of applications that got nothing is a share of many: never of a search, never of a handful.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    F,
    FilteredRelation,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import ExtractYear, Left, TruncMonth
from django.utils import timezone

from accounts.enums import LegalForm, SizeClass
from actions.models import Axis
from calls.models import Application, Call
from grants.models import Award
from wecd.common import provinces
from wecd.common.search import MOST_WORDS, contains, plain

NAMES = ("q", "call", "axis", "province", "year", "size")
PAGE = 50
FEW = 10  # of fewer decided applications nothing is said: one could tell who got nothing
CSV_PAGE = 2000


class Median(Aggregate):
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Tally:
    """A count of awards and the euros they come to."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.amount + other.amount)


@dataclass(frozen=True)
class Chosen:
    """What a reader asked for. Values nobody knows are dropped, so that an old link still works."""

    q: str = ""
    call: str = ""
    axis: str = ""
    province: str = ""
    year: str = ""
    size: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Chosen":
        values = {name: " ".join(str(given.get(name, "")).replace("\0", " ").split())[:100] for name in NAMES}
        known = {
            "axis": values["axis"] in Axis.Mark.values,
            "province": bool(provinces.by_code(values["province"])),
            "year": bool(re.fullmatch("20[0-9]{2}", values["year"])),
            "size": values["size"] in SizeClass.values,
        }
        return cls(**{name: value for name, value in values.items() if known.get(name, True)})

    def pairs(self, but: str = "") -> list[tuple[str, str]]:
        """As an address says it, without one of them if asked."""
        return [(name, value) for name in NAMES if (value := getattr(self, name)) and name != but]


@dataclass
class Totals:
    """What the chosen awards come to, by axis, province, size and month."""

    axes: dict[str, Tally] = field(default_factory=dict)
    provinces: dict[str, Tally] = field(default_factory=dict)
    sizes: dict[str, Tally] = field(default_factory=dict)
    months: dict[tuple[date, str], Tally] = field(default_factory=dict)  # by month and axis
    finished: dict[str, int] = field(default_factory=dict)  # awards completed, by axis
    natural_persons: int = 0

    @cached_property
    def all(self) -> Tally:
        return sum(self.axes.values(), Tally())


@dataclass(frozen=True)
class Decided:
    """Of the applications decided: how many there were, how many got an award, days it took (median)."""

    count: int
    awarded: int
    days: int | None


@dataclass(frozen=True)
class Page:
    awards: list[Award]
    previous: UUID | None  # the award to go back before
    next: UUID | None  # the award to go on after


def awards(chosen: Chosen, user=None) -> QuerySet[Award]:
    """The published awards that fit, whoever asks; latest decision first."""
    rows = _with_office(Award.objects.public())
    if chosen.call:
        rows = rows.filter(application__call__slug=chosen.call)
    if chosen.axis:
        rows = rows.filter(envelope__action__axis__mark=chosen.axis)
    rows = _of_place_and_size(rows, chosen)
    if chosen.year:
        rows = rows.filter(approved_at__year=int(chosen.year))
    for word in chosen.q.split()[:MOST_WORDS]:
        rows = rows.filter(_says(word))
    return rows.order_by("-approved_at", "-pk")


def _says(word: str) -> Q:
    """An award whose project, reference, firm or municipality has this word. Persons: only their project."""
    firm = contains(plain("enterprise__name"), word) | contains(plain("office__municipality"), word)
    return contains(plain("title", "reference"), word) | (
        ~Q(enterprise__legal_form=LegalForm.SELF_EMPLOYED) & firm
    )


def totals(chosen: Chosen) -> Totals:
    """Counts and sums of everything that fits, whatever page is shown. Two queries.

    Two small groupings, one by money and time and one by place and size: PostgreSQL adds each up in memory,
    where all keys at once would make it sort every award.
    """
    found, rows = Totals(), awards(chosen).order_by()
    for row in (
        rows.annotate(
            axis=F("envelope__action__axis__mark"),
            month=TruncMonth("approved_at"),
            finished=Q(state="completed"),
        )
        .values("axis", "month", "finished")
        .annotate(count=Count("pk"), amount=Sum("amount"))
    ):
        part = Tally(row["count"], row["amount"])
        _add(found.axes, row["axis"], part)
        _add(found.months, (timezone.localdate(row["month"]), row["axis"]), part)
        if row["finished"]:
            found.finished[row["axis"]] = found.finished.get(row["axis"], 0) + part.count
    for place in (
        rows.annotate(
            two=Left("office__postal_code", 2),
            country=F("office__country"),
            size=F("enterprise__size_class"),
            person=Q(enterprise__legal_form=LegalForm.SELF_EMPLOYED),
        )
        .values("two", "country", "size", "person")
        .annotate(count=Count("pk"), amount=Sum("amount"))
    ):
        part = Tally(place["count"], place["amount"])
        province = provinces.by_prefix(place["two"] or "") if place["country"] == "BE" else ""
        _add(found.provinces, province, part)
        _add(found.sizes, place["size"], part)
        found.natural_persons += part.count if place["person"] else 0
    return found


def _add(sums: dict, key, part: Tally) -> None:
    sums[key] = sums.get(key, Tally()) + part


def page(chosen: Chosen, *, after: UUID | None = None, before: UUID | None = None) -> Page:
    """Fifty awards after one, or before one; from the top when neither is among the published ones.

    Keyset paging: page 2,000 costs what page 1 costs.
    """
    rows = (
        awards(chosen)
        .select_related("enterprise", "envelope__action__axis", "application__call")
        .annotate(municipality=F("office__municipality"), postal_code=F("office__postal_code"))
    )
    start = before or after
    at = (
        Award.objects.public().filter(pk=start).values_list("approved_at", flat=True).first()
        if start
        else None
    )
    if at is None:
        found = list(rows[: PAGE + 1])
        return Page(found[:PAGE], None, found[PAGE - 1].pk if len(found) > PAGE else None)
    if before:
        newer = rows.filter(Q(approved_at__gt=at) | Q(approved_at=at, pk__gt=start))
        found = list(newer.order_by("approved_at", "pk")[: PAGE + 1])
        shown = found[:PAGE][::-1]
        return Page(shown, shown[0].pk if len(found) > PAGE else None, shown[-1].pk if shown else None)
    older = rows.filter(Q(approved_at__lt=at) | Q(approved_at=at, pk__lt=start))
    found = list(older[: PAGE + 1])
    return Page(
        found[:PAGE], found[0].pk if found else None, found[PAGE - 1].pk if len(found) > PAGE else None
    )


def decided(chosen: Chosen) -> Decided | None:
    """How many of the applications decided got an award; None for a search or for a handful (see above)."""
    if chosen.q:
        return None
    rows = _with_office(Application.objects.filter(decided_at__isnull=False).exclude(state="withdrawn"))
    if chosen.call:
        rows = rows.filter(call__slug=chosen.call)
    if chosen.axis:
        rows = rows.filter(call__action__axis__mark=chosen.axis)
    rows = _of_place_and_size(rows, chosen)
    if chosen.year:
        rows = rows.filter(decided_at__year=int(chosen.year))
    row = rows.aggregate(
        count=Count("pk"),
        awarded=Count("pk", filter=Q(state="awarded")),
        days=Median(F("decided_at") - F("submitted_at"), filter=Q(state="awarded")),
    )
    if row["count"] < FEW:
        return None
    days = round(row["days"].total_seconds() / 86400) if row["days"] is not None else None
    return Decided(row["count"], row["awarded"], days)


@dataclass(frozen=True)
class Choices:
    """What can be chosen: only what some published award has."""

    calls: list[Call]
    axes: list[Axis]
    years: list[int]


def choices() -> Choices:
    """Three small queries, whatever is chosen."""
    published = Award.objects.public()
    calls = Call.objects.filter(Exists(published.filter(application__call=OuterRef("pk"))))
    axes = Axis.objects.filter(Exists(published.filter(envelope__action__axis=OuterRef("pk"))))
    span = published.aggregate(first=ExtractYear(Min("approved_at")), last=ExtractYear(Max("approved_at")))
    years = range(span["last"], span["first"] - 1, -1) if span["first"] else ()
    by_mark = {axis.mark: axis for axis in axes.order_by("-position")}
    return Choices(
        calls=list(
            calls.only("slug", "code", "title_fr", "title_de", "title_nl", "title_en").order_by("-closes_at")
        ),
        axes=sorted(by_mark.values(), key=lambda axis: axis.position),
        years=list(years),
    )


def one(pk: UUID) -> Award | None:
    """One published award with everything its page says."""
    return (
        _with_office(Award.objects.public())
        .select_related("enterprise", "envelope__action__axis__programme", "application__call")
        .annotate(municipality=F("office__municipality"), postal_code=F("office__postal_code"))
        .filter(pk=pk)
        .first()
    )


LINE = (
    "reference",
    "approved_at",
    "title",
    "enterprise__legal_form",
    "enterprise__name",
    "enterprise__number",
    "office__municipality",
    "office__postal_code",
    "enterprise__size_class",
    "application__call__code",
    "application__call__title_fr",
    "envelope__action__axis__mark",
    "envelope__action__slug",
    "amount",
    "eligible_cost",
    "rate",
    "legal_basis",
    "state",
    "reasons",
    "pk",
)


def lines(chosen: Chosen) -> Iterable[dict]:
    """Every award that fits, for the file, in the list's order: read a part at a time, in constant memory.

    SECURITY: what tells who a natural person is, is taken out here.
    """
    for row in awards(chosen).values_list(*LINE).iterator(chunk_size=CSV_PAGE):
        line = dict(zip(LINE, row, strict=True))
        line["nuts2"] = provinces.by_prefix((line.pop("office__postal_code") or "")[:2])
        if line.pop("enterprise__legal_form") == LegalForm.SELF_EMPLOYED:
            line["enterprise__name"] = line["enterprise__number"] = line["office__municipality"] = ""
        yield line


def is_person(award: Award) -> bool:
    """Whether a natural person got it, who is not named."""
    return award.enterprise.legal_form == LegalForm.SELF_EMPLOYED


def province_of(award: Award) -> str:
    """The NUTS 2 code of the registered office; "" outside Wallonia. Of a person, all the place there is."""
    return provinces.by_prefix((award.postal_code or "")[:2])


Periods = dict[tuple[int, ...], dict[str, Tally]]


def by_period(months: Mapping[tuple[date, str], Tally], most: int = 12) -> tuple[str, Periods]:
    """The months, without gaps, as "month", "quarter" or "year": the finest of at most ``most`` columns.

    A period is (year,), (year, quarter) or (year, month); each holds {axis: count and sum}.
    """
    if not months:
        return "month", {}
    first, last = min(month for month, _axis in months), max(month for month, _axis in months)
    kind = "month"
    if _steps(first, last, 1) > most:
        kind = "quarter" if _steps(first, last, 3) <= most else "year"
    keys = {
        "month": lambda day: (day.year, day.month),
        "quarter": lambda day: (day.year, (day.month + 2) // 3),
        "year": lambda day: (day.year,),
    }
    key = keys[kind]
    found: Periods = {}
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        found.setdefault(key(date(year, month, 1)), {})
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for (day, axis), part in months.items():
        _add(found[key(day)], axis, part)
    return kind, found


def _steps(first: date, last: date, length: int) -> int:
    """How many columns of ``length`` months there are from one month to another."""
    return (last.year * 12 + last.month - 1) // length - (first.year * 12 + first.month - 1) // length + 1


def _with_office(rows: QuerySet) -> QuerySet:
    """Join the registered office as ``office``: an enterprise has one at most."""
    return rows.annotate(
        office=FilteredRelation(
            "enterprise__sites", condition=Q(enterprise__sites__is_registered_office=True)
        )
    )


def _of_place_and_size(rows: QuerySet, chosen: Chosen) -> QuerySet:
    if chosen.province:
        begins = Q()
        for prefix in provinces.postal_prefixes(chosen.province):
            begins |= Q(office__postal_code__startswith=prefix)
        rows = rows.filter(begins, office__country="BE")
    if chosen.size:
        rows = rows.filter(enterprise__size_class=chosen.size)
    return rows
