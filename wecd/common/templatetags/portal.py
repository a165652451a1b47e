"""Pictures and small computations for templates: ``{% load portal %}``.

Tags: ``mark``, ``icon``, ``brand_mark``, ``hatch_defs``, ``call_picture``, ``parcels_svg``, ``bar_svg``.
Computations: ``countdown_of``, ``parcels_of``, ``weights_of``, ``split_of``, ``cells_of``, ``tag_look``.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from wecd.common import formatting, pictures

register = template.Library()

register.simple_tag(pictures.mark, name="mark")
register.simple_tag(pictures.icon, name="icon")
register.simple_tag(pictures.brand, name="brand_mark")
register.simple_tag(pictures.hatch_defs, name="hatch_defs")
register.simple_tag(pictures.call_picture, name="call_picture")
register.simple_tag(pictures.parcels, name="parcels_svg")
register.simple_tag(pictures.bar, name="bar_svg")

LIVE = dt.timedelta(hours=72)
MAX_SQUARES = 60
# kind of status: (ground, glyph)
TAGS = {
    "draft": ("", "pen"),
    "coming": ("", "clock"),
    "closed": ("", "square"),
    "waiting": ("warning", "clock"),
    "closing": ("warning", "clock"),
    "needs-you": ("warning", "alert"),
    "open": ("success", "square"),
    "done": ("success", "check"),
    "underway": ("info", "arrow"),
    "blocked": ("error", "alert"),
    "refused": ("", "cross"),
}


@register.simple_tag
def tag_look(kind):
    """Return the ground and the glyph of a status; a kind nobody declared is a mistake, and says so."""
    ground, glyph = TAGS[kind]
    return {"ground": f"tag-{ground}" if ground else "", "glyph": glyph}


@register.simple_tag
def field_kind(field):
    """Return how a bound field is drawn: control, choices (radios or tick boxes), tick (one box)."""
    if not field:
        return "control"
    kind = field.widget_type
    if kind in ("radioselect", "checkboxselectmultiple"):
        return "choices"
    return "tick" if kind == "checkbox" else "control"


@register.simple_tag
def errors_of(errors, form=None):
    """Return the errors of a page as links in the words of their fields, a form's own errors first."""
    found = [dict(error) for error in errors or ()]
    if form is None or not form.is_bound:
        return found
    found += [{"href": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        href = f"#{field.id_for_label or f'field-{field.auto_id}'}"
        found += [
            {
                "href": href,
                "text": _("%(label)s: %(error)s")
                % {"label": re.sub(r"[\s.:?!]+$", "", str(field.label)), "error": error},
            }
            for error in field.errors
        ]
    return found


@register.simple_tag
def sections_of(sections):
    """Return the steps of a section list with the words of their states, and how far the applicant is."""
    words = {
        "complete": _("complete"),
        "progress": _("in progress"),
        "todo": _("not started"),
        "error": _("to correct"),
        "locked": _("locked"),
    }
    names = ("title", "url", "reason", "state", "current")
    rows = [{n: s.get(n, "") if isinstance(s, dict) else getattr(s, n, "") for n in names} for s in sections]
    for row in rows:
        row["state"] = str(row["state"] or "todo")
        row["state_word"] = words[row["state"]]
    current = [number for number, row in enumerate(rows, 1) if row["current"]]
    return {
        "rows": rows,
        "total": len(rows),
        "done": sum(row["state"] == "complete" for row in rows),
        "number": current[0] if current else 1,
    }


@register.simple_tag
def when_parts(value):
    """Return the day, month, weekday and hour of an instant, on the clock of Brussels."""
    local = formatting.local(value)
    return {
        "iso": local.isoformat(timespec="minutes"),
        "day": formatting.date(local, "day"),
        "month": formatting.date(local, "month"),
        "weekday": formatting.date(local, "weekday"),
        "clock": formatting.clock(local),
    }


@register.simple_tag
def countdown_of(closes_at, now=None):
    """Return what a countdown shows: figures within 72 hours, words before, "closed since" after."""
    left = closes_at - (now or timezone.now())
    minutes = max(0, ceil(left.total_seconds() / 60))
    return {
        "closed": left <= dt.timedelta(),
        "live": dt.timedelta() < left <= LIVE,
        "days": minutes // 1440,
        "hours": f"{minutes % 1440 // 60:02}",
        "minutes": f"{minutes % 60:02}",
        "words": formatting.duration(left if left > dt.timedelta() else -left),
        "gone": f"{max(0, min(100, 100 - 100 * (left / LIVE))):.1f}",
        "iso": closes_at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _units(amount, unit) -> int:
    return int((amount / unit).to_integral_value(ROUND_HALF_UP))


@register.simple_tag
def parcels_of(total, paid=0, committed=0, unit=None):
    """Return how an envelope is drawn: squares when it is at most 60 units of money, else a bar."""
    total, paid, committed = (Decimal(str(v or 0)) for v in (total, paid, committed))
    unit = Decimal(str(unit)) if unit not in (None, "") else None
    over = paid + committed > total
    found = {
        "paid": paid,
        "committed": committed,
        "total": total,
        "free": max(Decimal(0), total - paid - committed),
        "over": over,
        "excess": paid + committed - total,
        "paid_percent": 100 * paid / total if total else Decimal(0),
        "committed_percent": 100 * committed / total if total else Decimal(0),
        "squares": False,
    }
    if unit and total and total / unit <= MAX_SQUARES and not over:
        count = max(1, _units(total, unit))
        taken = min(count, ceil((paid + committed) / unit))
        solid = min(taken, _units(paid, unit))
        found |= {
            "squares": True,
            "count": count,
            "paid_count": solid,
            "committed_count": taken - solid,
            "free_count": count - taken,
        }
    return found


@register.simple_tag
def weights_of(criteria):
    """Return the criteria of a weights bar with where each starts and its shade; weights are percentages."""
    start, rows = Decimal(0), []
    for index, criterion in enumerate(criteria):
        get = (
            criterion.get
            if isinstance(criterion, dict)
            else lambda name, row=criterion: getattr(row, name, "")
        )
        weight = Decimal(str(get("weight")))
        rows.append({"title": get("title"), "help": get("help"), "weight": weight, "start": start})
        rows[-1]["shade"] = min(index, 5)
        start += weight
    return rows


@register.simple_tag
def split_of(cost, rate, ceiling=None):
    """Return who pays what of a cost: the grant (rate, up to the ceiling) and the applicant's own share."""
    cost, rate = Decimal(str(cost)), Decimal(str(rate))
    grant = (cost * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if ceiling not in (None, ""):
        grant = min(grant, Decimal(str(ceiling)))
    share = 100 * grant / cost if cost else Decimal(0)
    return {
        "cost": cost,
        "grant": grant,
        "own": cost - grant,
        "grant_percent": f"{share:.2f}",
        "own_percent": f"{100 - share:.2f}",
        "narrow": 100 - share < 18,
    }


@register.simple_tag
def cells_of(elapsed, total):
    """Return one word a working day: gone, last (time is up) or empty."""
    elapsed, total = int(elapsed), int(total)
    return [
        ("last" if elapsed >= total and i == total - 1 else "gone") if i < elapsed else ""
        for i in range(total)
    ]


@register.simple_tag
def segments_of(done, total):
    """Return one word a step of a progress bar: ink (behind), now (the next one) or empty."""
    done, total = int(done or 0), int(total or 0)
    return ["ink" if i < done else "now" if i == done else "" for i in range(total)]


@register.filter
def unlocalized(value):
    """Write a number for a drawing, whatever the language: a point, never a comma."""
    return f"{float(value):.2f}"


@register.filter
def wordlist(text):
    """Split words at their spaces, so that a template can loop over them."""
    return str(text).split()
