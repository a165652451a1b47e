"""What the results page shows: findings in words, charts as numbers a template can draw.

A chart's title is its finding, worked out here from the same sums as its table.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10

from babel.dates import format_date
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.enums import SizeClass
from actions.models import Axis
from calls.domain import results
from calls.domain.results import Tally, Totals
from grants.enums import AwardState
from grants.models import Award
from wecd.common import formatting, provinces

HEIGHT, TOP = 210, 12  # of the columns' plot, in pixels
MOST_SQUARES = 60
HATCHED = ("business", "networks")  # so that neighbours in a column differ without colour
KINDS = {
    AwardState.APPROVED: "underway",
    AwardState.ACTIVE: "underway",
    AwardState.COMPLETED: "done",
}


def name_of(axis: Axis) -> str:
    return axis.short_name or axis.name


def share(part, whole) -> int:
    """A part in whole percent; something is never 0 %, and not everything never 100 %."""
    if not whole:
        return 0
    percent = round(100 * part / whole)
    return min(max(1, percent), 99) if 0 < part < whole else percent


def facts(totals: Totals, decided) -> list[dict]:
    """The large figures. What each counts is said under it."""
    count = totals.all.count
    found = [
        {"figure": formatting.money(totals.all.amount), "words": _("promised to enterprises, excl. VAT")},
        {
            "figure": formatting.number(count),
            "words": ngettext("award in force", "awards in force", count),
        },
    ]
    if decided:
        found.append(
            {
                "figure": formatting.percent(share(decided.awarded, decided.count)),
                "words": _("of the %(count)s applications decided got an award")
                % {"count": formatting.number(decided.count)},
            }
        )
        if decided.days is not None:
            found.append(
                {
                    "figure": ngettext("%(days)d day", "%(days)d days", decided.days)
                    % {"days": decided.days},
                    "words": _("from submission to award (median)"),
                }
            )
    return found


# --- Over time ----------------------------------------------------------------------------------------
def over_time(totals: Totals, axes: Sequence[Axis]) -> dict:
    """Columns of euros by month, quarter or year, one part an axis, and the same as a table."""
    kind, periods = results.by_period(totals.months)
    sums = {period: sum(parts.values(), Tally()) for period, parts in periods.items()}
    highest = max((tally.amount for tally in sums.values()), default=Decimal(0))
    step, top = _grid(highest)
    thousands = step >= 1000
    columns = []
    for index, (period, parts) in enumerate(periods.items()):
        width = 100 / len(periods)
        columns.append(
            {
                "label": _short(kind, period),
                "year": str(period[0]) if kind != "year" and _is_middle(list(periods), index) else "",
                "title": period_name(kind, period),
                "middle": width * (index + 0.5),
                "parts": _parts(parts, axes, top, left=width * (index + 0.22), width=width * 0.56),
                "cells": [parts.get(axis.mark, Tally()) for axis in axes],
                "total": sums[period],
            }
        )
    unit = 1000 if thousands else 1
    lines = [
        {"y": _y(step * i, top), "label": formatting.number(step * i / unit)}
        for i in range(int(top / step) + 1)
    ]
    return {
        "title": _finding_over_time(kind, sums),
        "unit": _("thousands of euros") if thousands else _("euros"),
        "height": HEIGHT + TOP,
        "base": HEIGHT + TOP,
        "columns": columns,
        "lines": lines,
        "axes": [
            {"mark": axis.mark, "name": name_of(axis), "style": "hatch" if axis.mark in HATCHED else "solid"}
            for axis in axes
        ],
    }


def _finding_over_time(kind: str, sums: dict) -> str:
    if len(sums) == 1:
        (period,) = sums
        return _("All of it was decided in %(period)s") % {"period": period_name(kind, period)}
    best = max(sums, key=lambda period: (sums[period].amount, period))
    others = sum((tally.amount for tally in sums.values()), Decimal(0)) - sums[best].amount
    words = {"period": period_name(kind, best), "sum": formatting.money(sums[best].amount)}
    if sums[best].amount > others:
        return _("More than half of the money was decided in %(period)s: %(sum)s") % words
    return _("The most money was decided in %(period)s: %(sum)s") % words


def period_name(kind: str, period: tuple[int, ...]) -> str:
    """ "October 2026", "third quarter of 2026", "2026": inside a sentence."""
    if kind == "year":
        return str(period[0])
    if kind == "quarter":
        quarters = {
            1: _("the first quarter of %(year)s"),
            2: _("the second quarter of %(year)s"),
            3: _("the third quarter of %(year)s"),
            4: _("the fourth quarter of %(year)s"),
        }
        return quarters[period[1]] % {"year": period[0]}
    return f"{formatting.date(date(period[0], period[1], 1), 'month')} {period[0]}"


def _short(kind: str, period: tuple[int, ...]) -> str:
    if kind == "year":
        return str(period[0])
    if kind == "quarter":
        return pgettext("quarter of a year", "Q%(number)d") % {"number": period[1]}
    locale = formatting.LOCALES[formatting.language()]
    return format_date(date(period[0], period[1], 1), "LLL", locale=locale)


def _is_middle(periods: list, index: int) -> bool:
    """Whether the year's label stands under this column: the middle one of the year."""
    same = [i for i, period in enumerate(periods) if period[0] == periods[index][0]]
    return index == same[len(same) // 2]


def _grid(highest: Decimal) -> tuple[Decimal, Decimal]:
    """The step between lines, a round number, and the top of the plot: at most four lines above zero."""
    if highest <= 0:
        return Decimal(1000), Decimal(1000)
    power = Decimal(10) ** floor(log10(highest))
    step = next(s for f in ("0.25", "0.5", "1", "2.5") if (s := power * Decimal(f)) * 4 >= highest)
    return step, step * ceil(highest / step)


def _y(amount, top) -> float:
    return TOP + HEIGHT - float(HEIGHT * amount / top)


def _parts(parts: dict[str, Tally], axes: Sequence[Axis], top, *, left: float, width: float) -> list[dict]:
    found, below = [], Decimal(0)
    for axis in axes:
        amount = parts.get(axis.mark, Tally()).amount
        if amount:
            y = _y(below + amount, top)
            below += amount
            found.append(
                {
                    "mark": axis.mark,
                    "hatched": axis.mark in HATCHED,
                    "x": left,
                    "width": width,
                    "y": y,
                    "height": max(1.5, _y(below - amount, top) - y),
                }
            )
    return found


# --- By axis, province and size ------------------------------------------------------------------------
def by_axis(totals: Totals, axes: Sequence[Axis]) -> dict:
    """Each axis with its awards: as squares when they are few, else as bars."""
    squares = totals.all.count <= MOST_SQUARES
    rows = []
    for axis in axes:
        tally = totals.axes.get(axis.mark, Tally())
        finished = totals.finished.get(axis.mark, 0)
        rows.append(
            {
                "mark": axis.mark,
                "name": name_of(axis),
                "tally": tally,
                "share": share(tally.amount, totals.all.amount),
                "finished": finished,
                "going": tally.count - finished,
            }
        )
    rows = [row for row in rows if row["tally"].count]
    if len(rows) == 1:
        title = _("All of it serves one quarter: %(axis)s") % {"axis": rows[0]["name"]}
    else:
        best = max(rows, key=lambda row: row["tally"].amount)
        title = _("%(axis)s: %(share)s of the money") % {
            "axis": best["name"],
            "share": formatting.percent(best["share"]),
        }
    return {"title": title, "rows": rows, "squares": squares}


def by_province(totals: Totals) -> dict:
    """The provinces with the most first, those with nothing last, and the map's shades."""
    found = {row.nuts2: totals.provinces.get(row.nuts2, Tally()) for row in provinces.provinces()}
    highest = max((tally.amount for tally in found.values()), default=Decimal(0))
    rows = [
        {
            "name": row.name,
            "path": row.path,
            "at": row.label,
            "tally": found[row.nuts2],
            "share": share(found[row.nuts2].amount, totals.all.amount),
            "shade": _shade(found[row.nuts2].amount, highest),
        }
        for row in provinces.provinces()
    ]
    rows.sort(key=lambda row: (-row["tally"].amount, row["name"]))
    elsewhere = sum((t for code, t in totals.provinces.items() if code not in found), Tally())
    width, height = provinces.size()
    return {
        "title": _finding_by_province(rows),
        "rows": rows,
        "elsewhere": elsewhere,
        "elsewhere_share": share(elsewhere.amount, totals.all.amount),
        "width": width,
        "height": height,
    }


def _shade(amount, highest) -> int:
    """0 for nothing, 1 to 4 by quarters of the highest."""
    return ceil(4 * amount / highest) if amount and highest else 0


def _finding_by_province(rows: list[dict]) -> str:
    with_some = [row["name"] for row in rows if row["tally"].count]
    without = [row["name"] for row in rows if not row["tally"].count]
    if not with_some:
        return _("None of it went to a province of Wallonia")
    if not without:
        return _("Every province has its share, %(province)s the largest") % {"province": with_some[0]}
    if len(with_some) == 1:
        return _("All of it went to one province: %(province)s") % {"province": with_some[0]}
    return ngettext(
        "%(most)s has the most, one province nothing",
        "%(most)s has the most, %(count)s provinces nothing",
        len(without),
    ) % {"most": with_some[0], "count": len(without)}


def by_size(totals: Totals) -> dict:
    """Sizes of the enterprises, from micro to large; unknown sizes last."""
    rows = [
        {
            "name": str(label),
            "tally": tally,
            "share": share(tally.count, totals.all.count),
        }
        for value, label in [*SizeClass.choices, ("", _("Size not known"))]
        if (tally := totals.sizes.get(value, Tally())).count
    ]
    small = sum(totals.sizes.get(size, Tally()).count for size in (SizeClass.MICRO, SizeClass.SMALL))
    known = totals.all.count - totals.sizes.get("", Tally()).count
    if not known:
        title = _("Sizes are not known")
    elif small == known:
        title = _("All of them go to micro and small enterprises")
    else:
        title = _("%(share)s of the awards go to micro and small enterprises") % {
            "share": formatting.percent(share(small, known))
        }
    return {"title": title, "rows": rows}


# --- One by one -----------------------------------------------------------------------------------------
def who(award: Award) -> str:
    """Who got it. SECURITY: a natural person is never named, and has no municipality here."""
    if results.is_person(award):
        province = provinces.by_code(results.province_of(award))
        if province is None:
            return _("Self-employed person")
        return _("Self-employed person, province: %(province)s") % {"province": province.name}
    return ", ".join(part for part in (award.enterprise.name, award.municipality) if part)


def line(award: Award) -> dict:
    """One row of the list."""
    axis = award.envelope.action.axis
    return {
        "award": award,
        "url": reverse("result", args=[award.pk]),
        "mark": axis.mark,
        "axis": name_of(axis),
        "who": who(award),
        "reasons": formatting.french_spacing(award.reasons.strip()),
    }


def call_of(award: Award):
    """The call an award comes from, or None."""
    return award.application.call if hasattr(award, "application") else None
