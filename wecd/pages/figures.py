"""Figures that say where they come from: each is a link to the list, the page or the source behind it."""

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from grants.models import Award
from wecd.common import formatting
from wecd.common.seo import first_address
from wecd.pages.history import PROGRAMME


@dataclass(frozen=True)
class Figure:
    figure: str
    words: str
    note: str
    url: str = ""


def awards(where: dict | None = None) -> dict:
    """How many awards are in force, and their sum in euros. One query."""
    found = Award.objects.public().filter(**(where or {})).aggregate(count=Count("pk"), total=Sum("amount"))
    return {"count": found["count"], "total": found["total"] or 0}


def awarded(found: dict, query: str = "") -> Figure | None:
    """Awards given through the portal, leading to the page that names each; None before the first."""
    if not found["count"]:
        return None
    address = first_address("results")
    return Figure(
        formatting.number(found["count"]),
        ngettext("award given", "awards given", found["count"]),
        _("%(sum)s, each with its reason") % {"sum": formatting.money(found["total"])},
        f"{address}{query}" if address else "",
    )


def of_home(programme, hubs: list, provinces: int, found: dict) -> list[Figure]:
    """The four figures of the start page: what the portal gave, then what the first programme did."""
    figures = [awarded(found)]
    history = reverse("programme") + "#" if programme else ""
    if programme and programme.code == PROGRAMME:
        figures.append(
            Figure(
                "10",
                _("creative vouchers"),
                _("from the pilot call of 2014 on"),
                f"{history}vouchers",
            )
        )
        if not figures[0]:
            figures.append(
                Figure("33", _("Boost-up projects"), _("supported by February 2015"), f"{history}boost-up")
            )
    if hubs:
        figures.append(
            Figure(
                formatting.number(len(hubs)),
                ngettext("Creative Hub", "Creative Hubs", len(hubs)),
                _("in the five provinces") if provinces == 5 else _("across Wallonia"),
                first_address("hubs"),
            )
        )
    if programme and programme.budget:
        figures.append(
            Figure(
                millions(programme.budget), _("for the first programme"), years(programme), f"{history}label"
            )
        )
    return [figure for figure in figures if figure]


def millions(amount) -> str:
    """1,000,000 as "1 M€"; smaller sums whole."""
    if amount < 1_000_000:
        return formatting.money(amount)
    number = formatting.number(round(amount / 1_000_000, 1))
    return pgettext("millions of euros", "€%(number)sM") % {"number": number}


def years(programme) -> str:
    """From when until when: "2013 to 2015"."""
    start = programme.starts_on
    end = programme.ended_on or programme.planned_end_on
    if start and end:
        return _("%(start)s to %(end)s") % {"start": start.year, "end": end.year}
    return _("since %(year)s") % {"year": start.year} if start else ""
