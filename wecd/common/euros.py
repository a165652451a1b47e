"""Sums as people write them."""

import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def parse(value) -> Decimal | None:
    """1 250 000,50 or 1.250.000 or 1,250,000.50 as euros and cents; None for nothing.

    Raises ``ValidationError`` for what is no amount of 0 € or more.
    """
    text = re.sub(r"[\s€'’\u00a0\u202f]", "", str(value or ""))[:25]
    if not text:
        return None
    try:
        amount = Decimal(_plain_number(text))
    except InvalidOperation as error:
        raise ValidationError(_("Write an amount in figures, such as 125 000.")) from error
    if not Decimal(0) <= amount < Decimal(10) ** 13:
        raise ValidationError(_("Write an amount of 0 € or more."))
    return amount.quantize(Decimal("0.01"))


def _plain_number(text: str) -> str:
    """The figure with a point for decimals only: the last separator, unless it groups thousands."""
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text, flags=re.ASCII):
        return re.sub(r"[.,]", "", text)
    found = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", text, flags=re.DOTALL)
    whole, separator, cents = found.groups() if found else ("", "", "")
    if not re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+|\d+", whole, flags=re.ASCII):
        raise InvalidOperation
    return re.sub(r"[.,]", "", whole) + (f".{cents or 0}" if separator else "")
