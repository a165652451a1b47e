"""Numbers and amounts, as people type them in four languages."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _

from calls.questions.base import Kind, one_line, refuse
from wecd.common import formatting

LARGEST = Decimal(10) ** 10
CENT = Decimal("0.01")


def parse(raw) -> Decimal | None:
    """The number in "6 000,50 €", "6.000,50", "6,000.50" or "6'000"; None for none, or two readings.

    The separator before one or two last figures is the decimal one; before three it parts thousands, because
    nothing here is counted in thousandths. "0,500" could be either, so it is neither.
    """
    if isinstance(raw, bool):
        return None
    return _parse(one_line(str(raw) if isinstance(raw, int | float | Decimal) else raw))


@lru_cache(maxsize=2048)  # the cells of one table are read several times
def _parse(text: str) -> Decimal | None:
    text = re.sub(r"€|\beuros?\b|\bEUR\b", "", text, flags=re.IGNORECASE).strip().replace("−", "-")
    text = re.sub(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3}(?!\d))", "", text, flags=re.ASCII)
    text = re.sub(r"^([+-])\s+", r"\1", text)
    match = re.fullmatch(r"([+-]?)(\d+(?:[.,]\d+)*|\d*[.,]\d{1,2}|\d+[.,])", text, flags=re.ASCII)
    if not match:
        return None
    sign, body = match.groups()
    figures = _figures(body.rstrip(".,"))
    try:
        return Decimal(f"{sign}{figures}") if figures is not None else None
    except InvalidOperation:
        return None


def _figures(body: str) -> str | None:
    """The digits with a point before the decimals, or None when the separators make no sense."""
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return body
    mark, whole, tail = body[last], body[:last], body[last + 1 :]
    if len(tail) == 3:  # thousands: every group has three figures and one mark is used throughout
        groups = body.split(mark)
        ok = "." not in body.replace(mark, "") and "," not in body.replace(mark, "")
        return "".join(groups) if ok and _grouped(groups) else None
    if len(tail) > 2 or mark in whole:
        return None
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and not _grouped(groups):
        return None
    return f"{''.join(groups) or '0'}.{tail}"


def _grouped(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:])


def plain(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros: "4", "4.5"."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


class Number(Kind):
    widget = "number"
    settings = {"integer": "whole numbers only", "unit": "shown after the number"}  # noqa: RUF012

    def clean(self, question, raw):
        text = one_line(str(raw) if isinstance(raw, int | float | Decimal) else raw)
        unit = str((question.settings or {}).get("unit", "")).strip()
        if unit and text.lower().endswith(unit.lower()):
            text = text[: -len(unit)].strip()
        if not text:
            if raw not in (None, "", [], {}) and not isinstance(raw, str):
                refuse(self.example(question))
            return None
        value = parse(raw if isinstance(raw, bool) else text)
        if value is None:
            refuse(self.example(question))
        self.check(question, value)
        return self.keep(value)

    def example(self, question) -> str:
        if (question.settings or {}).get("integer"):
            return _("Write a whole number in figures, such as 12.")
        return _("Write a number in figures, such as 12 or 12.5.")

    def keep(self, value: Decimal) -> str:
        return plain(value)

    def show(self, value: Decimal) -> str:
        return formatting.number(value)

    def check(self, question, value: Decimal) -> None:
        if (question.settings or {}).get("integer") and value != value.to_integral_value():
            refuse(_("Write a whole number, without decimals."))
        if abs(value) >= LARGEST:
            refuse(_("This number is too large. Check that no figure was typed twice."))
        if question.minimum is not None and value < question.minimum:
            refuse(_("Write %(least)s or more.") % {"least": self.show(question.minimum)}, "too_small")
        if question.maximum is not None and value > question.maximum:
            refuse(_("Write %(most)s or less.") % {"most": self.show(question.maximum)}, "too_large")

    def display(self, question, value) -> str:
        return "" if value is None else self.show(Decimal(value))

    def to_input(self, question, value) -> str:
        return self.display(question, value)


class Money(Number):
    """An amount in euros, to the cent, never negative."""

    widget = "money"
    settings: dict[str, str] = {}  # noqa: RUF012

    def example(self, question) -> str:
        return _("Write an amount in figures, such as %(sum)s.") % {"sum": formatting.money(Decimal(6000))}

    def keep(self, value: Decimal) -> str:
        return str(value.quantize(CENT))

    def show(self, value: Decimal) -> str:
        return formatting.money(value)

    def check(self, question, value: Decimal) -> None:
        if value < 0:
            refuse(_("An amount cannot be negative."))
        super().check(question, value)

    def to_input(self, question, value) -> str:
        return "" if value is None else formatting.money(Decimal(value)).replace("€", "").strip()
