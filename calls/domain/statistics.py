"""The figures of one call, summed by the database: no application is read, and nobody can be recognised.

``of(call)`` costs the same number of queries whether the call has ten applications or a hundred thousand.
Counts match the lists the back office links to: what was submitted, withdrawn later or not.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Left, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import SizeClass
from calls.enums import ApplicationState
from calls.models import Application, Call
from wecd.common import formatting, places

LONGEST_DAYS = 366  # of the line; a longer call is drawn from its last year
OTHER = ""  # where the portal does not know
MOST_SECTORS = 12


@dataclass(frozen=True)
class Slice:
    """One line of a breakdown. ``value`` is what the list of applications filters by; empty: it cannot."""

    label: str
    value: str
    count: int
    requested: Decimal


@dataclass(frozen=True)
class Step:
    """One section of the form and how many of the drafts have something in it."""

    title: str
    count: int


@dataclass
class Statistics:
    states: dict[str, tuple[int, Decimal]]  # state: (count, requested), of what was submitted
    drafts: int
    drafts_named: int  # drafts that have a title: begun in earnest
    days: list[tuple[date, int]] = field(default_factory=list)
    strands: list[Slice] = field(default_factory=list)
    provinces: list[Slice] = field(default_factory=list)
    sizes: list[Slice] = field(default_factory=list)
    sectors: list[Slice] = field(default_factory=list)
    funnel: list[Step] = field(default_factory=list)

    @property
    def submitted(self) -> int:
        return sum(count for count, _requested in self.states.values())

    @property
    def requested(self) -> Decimal:
        return sum((requested for _count, requested in self.states.values()), Decimal(0))

    def count(self, state: str) -> int:
        return self.states.get(state, (0, Decimal(0)))[0]


def of(call: Call, *, now=None) -> Statistics:
    """Everything the page of statistics shows. Nine queries."""
    submitted = Application.objects.filter(call=call).submitted().order_by()
    states, drafts, named = _states(call, submitted)
    offices = Q(enterprise__sites__is_registered_office=True)
    mains = Q(enterprise__activities__is_main=True)
    return Statistics(
        states=states,
        drafts=drafts,
        drafts_named=named,
        days=_days(call, submitted, now or timezone.now()),
        strands=_strands(submitted),
        provinces=_provinces(submitted.filter(offices), states),
        sizes=_sizes(submitted),
        sectors=_sectors(submitted.filter(mains)),
        funnel=_funnel(call),
    )


def _summed(rows, **by):
    return rows.values(**by).annotate(count=Count("pk"), requested_sum=Sum("requested"))


def _states(call, submitted) -> tuple[dict, int, int]:
    found = {}
    drafts = named = 0
    rows = (
        Application.objects.filter(call=call)
        .order_by()
        .values("state", was_submitted=Q(submitted_at__isnull=False))
        .annotate(count=Count("pk"), named=Count("pk", filter=~Q(title="")), requested_sum=Sum("requested"))
    )
    for row in rows:
        if row["was_submitted"] and row["state"] != ApplicationState.DRAFT:
            found[row["state"]] = (row["count"], row["requested_sum"] or Decimal(0))
        elif row["state"] == ApplicationState.DRAFT:
            drafts, named = drafts + row["count"], named + row["named"]
    return found, drafts, named


def _days(call, submitted, now) -> list[tuple[date, int]]:
    """Submissions a day on the clock of Brussels, from the opening to the deadline or today, zeros too."""
    counts = dict(
        submitted.values(day=TruncDate("submitted_at", tzinfo=formatting.ZONE))
        .annotate(count=Count("pk"))
        .values_list("day", "count")
    )
    if not (call.opens_at and call.closes_at):
        return sorted(counts.items())
    last = formatting.local(min(call.accepts_until, now)).date()
    first = formatting.local(call.opens_at).date()
    first = max(min([first, *counts]), last - timedelta(days=LONGEST_DAYS))
    span = range((max([last, *counts]) - first).days + 1)
    return [(first + timedelta(days=day), counts.get(first + timedelta(days=day), 0)) for day in span]


def _slices(rows, name) -> list[Slice]:
    found = []
    for row in sorted(rows, key=lambda row: -row["count"]):
        label, value = name(row["key"])
        found.append(Slice(label, value, row["count"], row["requested_sum"] or Decimal(0)))
    return found


def _strands(submitted) -> list[Slice]:
    rows = list(_summed(submitted, key=F("strand"), words=F("strand__title")))
    titles = {row["key"]: row["words"] for row in rows}
    return _slices(rows, lambda key: (titles[key] or "–", str(key)))


def _provinces(submitted, states) -> list[Slice]:
    """Registered offices by province; postal codes become provinces here, once each."""
    names = places.provinces()
    totals: dict[str, list] = {}
    for row in _summed(submitted, key=F("enterprise__sites__postal_code")):
        found = places.find(row["key"])
        total = totals.setdefault(found[0].nuts2 if found else OTHER, [0, Decimal(0)])
        total[0] += row["count"]
        total[1] += row["requested_sum"] or Decimal(0)
    left = sum(count for count, _requested in states.values()) - sum(count for count, _ in totals.values())
    if left > 0:
        left_over = sum((requested for _count, requested in states.values()), Decimal(0)) - sum(
            (requested for _count, requested in totals.values()), Decimal(0)
        )
        total = totals.setdefault(OTHER, [0, Decimal(0)])
        total[0], total[1] = total[0] + left, total[1] + left_over
    rows = [{"key": code, "count": count, "requested_sum": sum_} for code, (count, sum_) in totals.items()]
    return _slices(rows, lambda key: (names.get(key) or _("Elsewhere or unknown"), key))


def _sizes(submitted) -> list[Slice]:
    words = dict(SizeClass.choices)
    rows = _summed(submitted, key=F("enterprise__size_class"))
    return _slices(rows, lambda key: (str(words.get(key, _("Unknown"))), key))


def _sectors(submitted) -> list[Slice]:
    """Main activities by the first two digits of their code; the most frequent ones."""
    rows = _summed(submitted, key=Left("enterprise__activities__code", 2)).order_by("-count")[:MOST_SECTORS]
    return _slices(rows, lambda key: (_("NACE %(code)s") % {"code": key}, key))


# The drafts that have an answer to a question of each section, of the version of the form each is on.
FUNNEL = """
    SELECT section.key, count(DISTINCT application.id)
    FROM calls_application application
    JOIN calls_answer answer ON answer.application_id = application.id
    JOIN calls_question question ON question.form_id = application.form_id AND question.key = answer.key
    JOIN calls_section section ON section.id = question.section_id
    WHERE application.call_id = %s AND application.state = 'draft' AND answer.value <> 'null'::jsonb
    GROUP BY section.key
"""


def _funnel(call) -> list[Step]:
    form = call.forms.exclude(published_at=None).order_by("-number").first()
    if form is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FUNNEL, [call.pk])
        counts = dict(cursor.fetchall())
    return [Step(str(section), counts.get(section.key, 0)) for section in form.sections.all()]
