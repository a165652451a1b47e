"""Belgian and European identifiers: clean, check, show.

Enterprise numbers follow the Crossroads Bank: ten digits, first 0 or 1, check = 97 - (first 8 mod 97),
so 01 to 97. python-stdnum also accepts the check "00"; we refuse it.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException


def clean_enterprise_number(text: str) -> str:
    """The number without BE, dots, dashes and spaces, with the leading 0 of old nine-digit numbers.

    Anything else stays, so that a typing error is refused and not repaired into another number.
    """
    number = re.sub(r"[\s.\-/]", "", text or "")
    number = re.sub(r"^BE", "", number, flags=re.IGNORECASE)
    return number.zfill(10) if len(number) == 9 else number


def is_enterprise_number(number: str) -> bool:
    """True for ten clean digits with a right check between 01 and 97."""
    if not re.fullmatch(r"[01]\d{9}", number, flags=re.ASCII):
        return False
    return int(number[8:]) == 97 - int(number[:8]) % 97


def validate_enterprise_number(value: str) -> None:
    if not is_enterprise_number(clean_enterprise_number(value)):
        raise ValidationError(
            _("This is not a Belgian enterprise number. It has ten digits, the first 0 or 1: 0403.019.261."),
            code="enterprise_number",
        )


def format_enterprise_number(number: str) -> str:
    return f"{number[:4]}.{number[4:7]}.{number[7:]}" if len(number) == 10 else number


def clean_iban(text: str) -> str:
    return re.sub(r"\s", "", text or "").upper()


def validate_iban(value: str) -> None:
    try:
        IBAN(clean_iban(value), validate_bban=True)
    except SchwiftyException as error:
        raise ValidationError(
            _("This is not a bank account number (IBAN). Copy it from your bank: BE68 5390 0754 7034."),
            code="iban",
        ) from error


def mask_iban(iban: str) -> str:
    """Country and last four characters; the rest hidden."""
    return f"{iban[:4]} •••• •••• {iban[-4:]}" if len(iban) > 8 else ""


def structured_reference(base: int) -> str:
    """Belgian structured payment reference +++123/1234/12345+++ for a number below 10^10."""
    digits = f"{base % 10**10:010d}"
    check = int(digits) % 97 or 97
    full = f"{digits}{check:02d}"
    return f"+++{full[:3]}/{full[3:7]}/{full[7:]}+++"


def clean_nace_code(text: str) -> str:
    return re.sub(r"\D", "", text or "")


def validate_nace_code(value: str) -> None:
    if not re.fullmatch(r"\d{2,5}", clean_nace_code(value), flags=re.ASCII):
        raise ValidationError(_("A NACE code has two to five digits, such as 74.120 or 74120."), code="nace")
