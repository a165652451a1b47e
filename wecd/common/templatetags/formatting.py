"""Filters over ``wecd.common.formatting``: ``{% load formatting %}``, then ``{{ call.amount|money }}``.

``deadline``, ``moment``, ``date_full``, ``date_long``, ``date_medium``, ``date_short``, ``day_month`` and
``clock`` write instants on the clock of Brussels; ``remaining`` writes the time left until an instant.
"""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from wecd.common import formatting

register = template.Library()

for _name in (
    "money",
    "number",
    "percent",
    "deadline",
    "moment",
    "clock",
    "working_days",
    "filesize",
    "duration",
):
    register.filter(_name, getattr(formatting, _name))


@register.filter
def french_spacing(text):
    """Space a French text; safe HTML stays safe, because only spaces and apostrophes change."""
    spaced = formatting.french_spacing(text)
    return mark_safe(spaced) if isinstance(text, SafeString) else spaced  # noqa: S308  (was safe before)


@register.filter
def date_full(value):
    """jeudi 3 décembre 2026"""
    return formatting.date(value, "full")


@register.filter
def date_long(value):
    """3 décembre 2026"""
    return formatting.date(value, "long")


@register.filter
def date_medium(value):
    """3 déc. 2026"""
    return formatting.date(value, "medium")


@register.filter
def date_short(value):
    """03.12.2026"""
    return formatting.date(value, "short")


@register.filter
def day_month(value):
    """3 décembre"""
    return formatting.date(value, "day_month")


@register.filter
def remaining(value):
    """Write the time left until an instant: "2 days and 2 hours"."""
    left = value - timezone.now() if value else dt.timedelta()
    return formatting.duration(left)


@register.filter
def sentence_case(text):
    """Capitalise the first letter only (``capfirst`` that leaves no-break spaces and names alone)."""
    text = str(text)
    return text[:1].upper() + text[1:]
