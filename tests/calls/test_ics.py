"""Calendars other programs can read: parsed back here by the letter of RFC 5545."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import ics

EVENT = ics.Event(
    uid="call-1-deadline@wecd",
    at=datetime(2026, 12, 3, 11, 0, tzinfo=UTC),
    changed_at=datetime(2026, 11, 1, tzinfo=UTC),
    title="Clôture : chèque, créativité; 100 %",
    text="Première ligne\nSeconde \\ ligne",
    url="https://wecd.example/fr/calls/cheque/",
    alarms=("-P1D", "-PT2H"),
)


def parse(text: str) -> list[tuple[str, str]]:
    """(name, value) of each unfolded line; refuses what the standard refuses."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    pairs = [tuple(line.split(":", 1)) for line in lines]
    assert all(re.fullmatch(r"[A-Z-]+(;[A-Z]+=[^:]+)?", name) for name, _value in pairs)
    return pairs


def unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def test_an_event_reads_back_as_it_was():
    pairs = parse(ics.calendar("WECD", [EVENT]))
    assert pairs[0] == ("BEGIN", "VCALENDAR")
    assert pairs[-1] == ("END", "VCALENDAR")
    found = dict(pairs)
    assert found["VERSION"] == "2.0"
    assert found["UID"] == "call-1-deadline@wecd"
    assert found["DTSTART"] == "20261203T110000Z"
    assert found["STATUS"] == "CONFIRMED"
    assert unescape(next(v for n, v in pairs if n == "SUMMARY")) == EVENT.title
    assert unescape(next(v for n, v in pairs if n == "DESCRIPTION")) == EVENT.text
    assert [v for n, v in pairs if n == "TRIGGER"] == ["-P1D", "-PT2H"]
    begun = [v for n, v in pairs if n == "BEGIN"]
    assert sorted(begun) == sorted(v for n, v in pairs if n == "END")
    for name in ("PRODID", "DTSTAMP"):
        assert name in found


def test_a_cancelled_event_says_so_and_rings_no_more():
    pairs = parse(ics.calendar("WECD", [ics.Event(**{**EVENT.__dict__, "cancelled": True})]))
    assert ("STATUS", "CANCELLED") in pairs
    assert ("BEGIN", "VALARM") not in pairs


@given(st.text())
def test_any_words_survive(text):
    pairs = parse(ics.calendar("x", [ics.Event(**{**EVENT.__dict__, "title": text, "text": ""})]))
    title = next(v for n, v in pairs if n == "SUMMARY")
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    assert unescape(title) == "".join(c for c in kept if c >= " " or c == "\n")


@pytest.mark.parametrize("length", [74, 75, 76, 149, 150])
def test_folding_cuts_at_seventy_five_octets_and_never_a_character(length):
    text = "é" * (length // 2) + "x" * (length % 2)
    lines = ics.fold(text).removesuffix("\r\n").split("\r\n ")
    assert "".join(lines) == text
    assert all(len(line.encode()) <= 74 for line in lines[1:])
