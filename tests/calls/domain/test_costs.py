"""Who pays what of a cost, and what people type for one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.domain import costs
from calls.models import Strand

STRAND = Strand(floor=Decimal(1000), ceiling=Decimal(6000), funding_rate=Decimal(75))


def test_the_example_of_the_call_reaches_the_largest_grant():
    split = costs.split(STRAND, costs.telling_cost(STRAND), Decimal(21))
    assert (split.cost, split.grant, split.own, split.vat) == (8000, 6000, 2000, 1680)
    assert not split.capped
    assert not split.below_floor


def test_a_larger_cost_is_the_applicants():
    split = costs.split(STRAND, Decimal(10_000), Decimal(21))
    assert (split.grant, split.own, split.capped) == (6000, 4000, True)


def test_a_grant_under_the_floor_is_said():
    assert costs.split(STRAND, Decimal(1333), Decimal(21)).below_floor
    assert not costs.split(STRAND, Decimal(1334), Decimal(21)).below_floor


@given(st.decimals(Decimal("0.01"), 10**7, places=2), st.decimals(1, 100, places=2), st.integers(1, 10**6))
def test_shares_always_add_up(cost, rate, ceiling):
    split = costs.split(Strand(floor=0, ceiling=Decimal(ceiling), funding_rate=rate), cost, Decimal(21))
    assert split.grant + split.own == cost
    assert 0 <= split.grant <= ceiling
    assert split.own >= 0


@pytest.mark.parametrize(
    ("typed", "cost"),
    [
        ("8000", "8000"),
        ("8 000 €", "8000"),
        ("8\u202f000,50", "8000.50"),
        ("8.000", "8000"),
        ("8,000", "8000"),
        ("8.000,5", "8000.5"),
        ("1.234.567", "1234567"),
        ("€ 8,000.25", "8000.25"),
        ("12,5", "12.5"),
    ],
)
def test_amounts_as_people_type_them(typed, cost):
    assert costs.read_cost(typed) == (Decimal(cost).quantize(Decimal("0.01")), "")


@pytest.mark.parametrize("typed", ["", "beaucoup", "0", "-5", "99999999999", "--", "1-2"])
def test_what_is_no_cost_says_what_to_write(typed):
    cost, error = costs.read_cost(typed)
    assert cost is None
    assert error


@given(st.text(max_size=30))
def test_any_typing_gives_a_cost_or_a_sentence(typed):
    cost, error = costs.read_cost(typed)
    assert (cost is None) == bool(error)
