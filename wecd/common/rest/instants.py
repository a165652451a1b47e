"""Instants as clients write them."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

HOW = "must be an instant with its zone, such as 2026-12-01T08:00:00Z"


def parse(text: str) -> datetime | None:
    """The instant in UTC, or None when it is none or has no zone.

    A "+" that arrived as a space, a common slip in addresses, is understood.
    """
    try:
        value = parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    if value is None or value.tzinfo is None:
        return None
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar
        return (datetime.min if value.year == 1 else datetime.max).replace(tzinfo=UTC)
