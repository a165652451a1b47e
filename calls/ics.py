"""Deadlines as a calendar (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Event:
    """One instant in a calendar. ``uid`` never changes; a later ``sequence`` replaces an earlier one."""

    uid: str
    at: datetime
    changed_at: datetime
    title: str
    text: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False
    alarms: tuple[str, ...] = field(default=())  # durations before, such as "-P1D"


def calendar(name: str, events: Iterable[Event]) -> str:
    """The calendar as text, lines ended and folded as the standard asks."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//WECD//Calls//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escape(name)}",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) for line in lines)


def _event(event: Event) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_instant(event.changed_at)}",
        f"LAST-MODIFIED:{_instant(event.changed_at)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART:{_instant(event.at)}",
        f"SUMMARY:{escape(event.title)}",
    ]
    if event.text:
        lines.append(f"DESCRIPTION:{escape(event.text)}")
    if event.url:
        lines.append(f"URL:{event.url}")
    lines += [f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}", "TRANSP:TRANSPARENT"]
    for alarm in () if event.cancelled else event.alarms:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{escape(event.title)}",
            f"TRIGGER:{alarm}",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escape(text: str) -> str:
    """Text as the standard writes it: backslash, semicolon, comma and line breaks escaped."""
    text = "".join(
        char for char in str(text).replace("\r\n", "\n").replace("\r", "\n") if char >= " " or char == "\n"
    )
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def fold(line: str) -> str:
    """A line of at most 75 octets, continued on the next after a space; a character is never cut."""
    pieces, piece, size = [], "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > 75:
            pieces.append(piece)
            piece, size = " ", 1
        piece += char
        size += octets
    return "\r\n".join([*pieces, piece]) + "\r\n"
