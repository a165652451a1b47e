"""The budget table: lines of work × price, totals exact to the cent."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.questions.base import Kind, one_line
from calls.questions.numbers import CENT, LARGEST, parse, plain
from wecd.common import formatting

MOST_LINES = 60
COLUMNS = ("label", "quantity", "unit_price")
# unit: (heading of the quantity, heading of the price, short sign)
UNITS = {
    "day": (gettext_lazy("Days"), gettext_lazy("Price per day"), gettext_lazy("d")),
    "hour": (gettext_lazy("Hours"), gettext_lazy("Price per hour"), gettext_lazy("h")),
    "piece": (gettext_lazy("Number"), gettext_lazy("Unit price"), ""),
}


class LineError(NamedTuple):
    """One thing to correct in a table: where, in few words, and the whole sentence with the remedy."""

    line: int  # counted from 0
    column: str
    short: str
    sentence: str
    cost_then: Decimal | None = None  # what the table would cost once corrected as the sentence says


def unit_words(question) -> tuple:
    """(heading of the quantity, heading of the price, sign) of a budget question."""
    return UNITS.get((question.settings or {}).get("unit", "piece"), UNITS["piece"])


def lines_of(value) -> list[dict[str, str]]:
    """The lines of a value or of a raw table, as text; empty ones left out."""
    rows = value.get("lines") if isinstance(value, dict) else value
    if not isinstance(rows, list | tuple):
        return []
    lines = [
        {
            column: one_line(str(r[column]) if isinstance(r.get(column), int | float) else r.get(column))
            for column in COLUMNS
        }
        for r in rows
        if isinstance(r, dict)
    ]
    return [line for line in lines if any(line.values())]


def amount(line) -> Decimal | None:
    """Quantity × price of a line, to the cent; None while one of them is not a number."""
    quantity, price = parse(line["quantity"]), parse(line["unit_price"])
    if quantity is None or price is None:
        return None
    return (quantity * price).quantize(CENT, ROUND_HALF_UP)


def totals(value) -> dict:
    """{"lines": [amount or None], "quantity": total, "cost": total} of a table, finished or not."""
    lines = lines_of(value)
    amounts = [amount(line) for line in lines]
    quantities = [parse(line["quantity"]) or Decimal(0) for line in lines]
    return {
        "lines": amounts,
        "quantity": sum(quantities, Decimal(0)),
        "cost": sum((a for a in amounts if a is not None), Decimal("0.00")),
    }


def most_of(question) -> Decimal | None:
    return parse(str((question.settings or {}).get("max_unit_price") or ""))


def line_errors(question, value) -> list[LineError]:
    """Everything to correct, line by line."""
    lines, cost, most = lines_of(value), totals(value)["cost"], most_of(question)
    found = []
    for index, line in enumerate(lines):
        found += _errors_in(question, index, line, cost, most)
    return found


def _errors_in(question, index, line, cost, most):
    quantity_head, price_head, _sign = unit_words(question)
    where = {"n": index + 1}
    if not line["label"]:
        yield LineError(
            index,
            "label",
            _("Line %(n)s: no description") % where,
            _("Say what this line pays for, in a few words."),
        )
    for column, head in (("quantity", quantity_head), ("unit_price", price_head)):
        number = parse(line[column])
        where["head"] = str(head)[:1].lower() + str(head)[1:]
        if number is None or number <= 0 or number >= LARGEST:
            yield LineError(
                index,
                column,
                _("Line %(n)s, %(head)s: a number is missing") % where,
                _("Write a number above zero, in figures.")
                if column == "quantity"
                else _("Write an amount above zero, in figures, excluding VAT."),
            )
        elif number != number.quantize(CENT):
            yield LineError(
                index,
                column,
                _("Line %(n)s, %(head)s: two decimals at most") % where,
                _("Write two decimals at most."),
            )
        elif column == "unit_price" and most is not None and number > most:
            less = (number - most) * (parse(line["quantity"]) or 0)
            sums = {"sum": formatting.money(number), "most": formatting.money(most)} | where
            yield LineError(
                index,
                column,
                _("Line %(n)s, %(head)s: %(sum)s is above the ceiling of %(most)s") % sums,
                _("%(sum)s is above the ceiling of %(most)s, excluding VAT. Write %(most)s or less.") % sums,
                (cost - less).quantize(CENT, ROUND_HALF_UP),
            )


class Budget(Kind):
    """``{"lines": [{"label", "quantity": "4", "unit_price": "600.00"}]}``; amounts are computed, not kept."""

    widget = "budget"
    settings = {  # noqa: RUF012
        "unit": "day, hour or piece",
        "max_unit_price": "dearest unit accepted, excl. VAT",
    }

    def clean(self, question, raw):
        if raw not in (None, "", [], {}) and not isinstance(raw, dict | list | tuple):
            raise ValidationError(_("Fill in the table line by line."), code="invalid")
        lines = lines_of(raw)
        if not lines:
            return None
        if len(lines) > MOST_LINES:
            raise ValidationError(
                _("Keep the table under %(most)s lines: put small costs together.") % {"most": MOST_LINES}
            )
        errors = line_errors(question, {"lines": lines})
        if errors:
            raise ValidationError(
                [ValidationError(f"{e.short}. {e.sentence}", code=e.column) for e in errors]
            )
        if any(len(line["label"]) > 200 for line in lines):
            raise ValidationError(_("Keep each description under 200 characters."))
        cleaned = {
            "lines": [
                {
                    "label": line["label"],
                    "quantity": plain(parse(line["quantity"])),
                    "unit_price": str(parse(line["unit_price"]).quantize(CENT)),
                }
                for line in lines
            ]
        }
        if totals(cleaned)["cost"] >= LARGEST:
            raise ValidationError(_("This total is too large. Check that no figure was typed twice."))
        return cleaned

    def is_answered(self, question, value) -> bool:
        return bool(lines_of(value))

    def display(self, question, value) -> str:
        if not lines_of(value):
            return ""
        shown = [
            f"{line['label']}: {formatting.number(line['quantity'])} × {formatting.money(line['unit_price'])}"
            for line in lines_of(value)
        ]
        return "\n".join([*shown, _("Total: %(sum)s") % {"sum": formatting.money(totals(value)["cost"])}])

    def to_input(self, question, value):
        return lines_of(value)

    def problems(self, question) -> list[str]:
        found = super().problems(question)
        if (question.settings or {}).get("unit", "piece") not in UNITS:
            found.append(_("“unit” is one of: %(units)s.") % {"units": ", ".join(UNITS)})
        if (question.settings or {}).get("max_unit_price") and not most_of(question):
            found.append(_("“max_unit_price” is an amount, such as 625.00."))
        return found
