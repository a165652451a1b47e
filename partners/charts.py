"""Requests by day, drawn: a bar a day, without scales. The figures stand beside it in a table."""

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wecd.common import formatting

HEIGHT, STEP, BAR = 48, 10, 7


def bars(days: Sequence[tuple[date, int]], *, label: str) -> str:
    """An SVG with a bar for each day, oldest first; each says its day and figure where it is pointed at."""
    top = max((count for _day, count in days), default=0) or 1
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        ((i * STEP, *_bar(count, top), _said(day, count)) for i, (day, count) in enumerate(days)),
    )
    return format_html(
        '<svg class="bars" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        '<path d="M0 {base}H{w}"/>{drawn}</svg>',
        w=max(1, len(days)) * STEP,
        h=HEIGHT,
        base=HEIGHT - 0.5,
        label=label,
        drawn=drawn,
    )


def _bar(count: int, top: int) -> tuple[float, int, float]:
    height = max(1.5, round(count / top * (HEIGHT - 2), 1)) if count else 0
    return HEIGHT - 1 - height, BAR, height


def _said(day: date, count: int) -> str:
    requests = ngettext("%(n)s request", "%(n)s requests", count) % {"n": formatting.number(count)}
    return _("%(day)s: %(requests)s") % {"day": formatting.date(day, "long"), "requests": requests}
