"""Dates, written with figures or with words."""

import datetime as dt
import re
import unicodedata

from babel.dates import get_month_names
from django.utils.translation import gettext as _

from calls.questions.base import Kind, one_line, refuse
from wecd.common import formatting

YEARS = range(1800, 2200)


def _bare(word: str) -> str:
    """Lower case without accents or a final point: "Déc." and "dec" are the same month."""
    folded = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in folded if not unicodedata.combining(c)).strip(". ")


def _months() -> dict[str, int]:
    names = {}
    for locale in ("fr", "de", "nl", "en"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                names[_bare(name)] = number
    return names


MONTHS = _months()


def parse(text: str) -> dt.date | None:
    """The date in "2027-01-31", "31/01/2027", "31.1.27" or "1er janvier 2027"; None when there is none."""
    text = one_line(text)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, flags=re.ASCII):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(
        r"(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4}|\d{2})", text, flags=re.ASCII
    ):
        day, month, year = int(match[1]), int(match[2]), int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    elif match := re.fullmatch(
        r"(?:[^\W\d_]+,?\s+)?(\d{1,2})(?:er|st|nd|rd|th|\.)?\s+([^\W\d_]+\.?)\s+(\d{4})", text
    ):
        day, month, year = int(match[1]), MONTHS.get(_bare(match[2]), 0), int(match[3])
    else:
        return None
    try:
        return dt.date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


class Date(Kind):
    widget = "date"
    settings = {"earliest": "first date accepted", "latest": "last date accepted"}  # noqa: RUF012

    def clean(self, question, raw):
        text = one_line(raw)
        if not text:
            return None
        value = parse(text)
        if value is None:
            refuse(_("This is not a date. Write the day, the month and the year: 31/01/2027."))
        earliest, latest = (self.bound(question, name) for name in ("earliest", "latest"))
        if earliest and value < earliest:
            refuse(_("Choose %(date)s or later.") % {"date": formatting.date(earliest)}, "too_early")
        if latest and value > latest:
            refuse(_("Choose %(date)s or earlier.") % {"date": formatting.date(latest)}, "too_late")
        return value.isoformat()

    @staticmethod
    def bound(question, name: str) -> dt.date | None:
        return parse(str((question.settings or {}).get(name) or ""))

    def display(self, question, value) -> str:
        return "" if value is None else formatting.date(dt.date.fromisoformat(value))

    def to_input(self, question, value) -> str:
        return value or ""  # a date control speaks ISO

    def problems(self, question) -> list[str]:
        found = super().problems(question)
        for name in self.settings:
            if (question.settings or {}).get(name) and not self.bound(question, name):
                found.append(_("“%(name)s” is not a date: write 2027-01-31.") % {"name": name})
        return found
