from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.forms import MoneyField


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 250 000,50", "1250000.50"),
        ("1\u202f250\u00a0000 €", "1250000"),
        ("1.250.000", "1250000"),
        ("1,250,000.50", "1250000.50"),
        ("1.250.000,5", "1250000.5"),
        ("900000", "900000"),
        ("12,5", "12.5"),
        ("12.50", "12.50"),
        ("1'250", "1250"),
        ("0", "0"),
    ],
)
def test_money_as_people_write_it(typed, amount):
    assert MoneyField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["a lot", "-5", "1,2,3", "12.5.1", "1e9", "٣", "NaN", "9" * 25])
def test_money_refused(typed):
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_no_money_is_none():
    assert MoneyField(required=False).clean("") is None


@given(st.decimals(0, 10**9, places=2))
def test_money_shown_reads_back(amount):
    field = MoneyField()
    assert field.clean(field.prepare_value(amount)) == amount


@given(st.text(max_size=40))
def test_money_survives_any_text(text):
    try:
        value = MoneyField(required=False).clean(text)
    except ValidationError:
        return
    assert value is None or value >= 0
