"""The section "What we measure": the indicators of a programme or of an action, as a table says them."""

from django.utils.translation import pgettext

from calls.templatetags.call_texts import is_fallback
from wecd.common import formatting

FIGURES = ("baseline", "milestone", "target")
TEXTS = ("name", "unit", "definition", "source_note")


def measures(indicators) -> dict | None:
    """The rows, and for each figure whether any row has it; None when nothing is measured. One query."""
    rows = [_row(indicator) for indicator in indicators]
    if not rows:
        return None
    return {
        "rows": rows,
        "sources": _sources([row["indicator"] for row in rows]),
        "in_french": any(is_fallback(row["indicator"], text) for row in rows for text in TEXTS),
    } | {name: any(row[name] for row in rows) for name in FIGURES}


def _row(indicator) -> dict:
    return {
        "indicator": indicator,
        "nature": " · ".join(filter(None, (indicator.get_kind_display(), indicator.get_measured_display()))),
        "baseline": _figure(indicator.baseline, indicator.baseline_year),
        "milestone": _figure(indicator.milestone, _by(indicator.milestone_on)),
        "target": _figure(indicator.target, _by(indicator.target_on)),
    }


def _sources(indicators) -> list[dict]:
    """Each source once, with the codes of what it says; without codes when it says all."""
    found: dict[str, list] = {}
    for indicator in indicators:
        if indicator.source_note:
            found.setdefault(indicator.source_note, []).append(indicator)
    return [
        {
            "indicator": named[0],
            "codes": "" if len(named) == len(indicators) else ", ".join(each.code for each in named),
        }
        for named in found.values()
    ]


def _figure(value, when) -> dict | None:
    return None if value is None else {"value": formatting.number(value), "when": when}


def _by(day) -> str:
    if day is None:
        return ""
    return pgettext("figure", "by %(day)s") % {"day": formatting.date(day, "medium")}
