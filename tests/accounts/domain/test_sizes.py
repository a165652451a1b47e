from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.enterprises import size_class
from accounts.domain.sizes import THRESHOLDS
from accounts.enums import SizeClass

M = 1_000_000
SUMS = st.one_of(st.none(), st.decimals(0, 100 * M, places=2))


@pytest.mark.parametrize(
    ("headcount", "turnover", "balance_sheet", "size"),
    [
        (9, 2 * M, 99 * M, "micro"),  # turnover up to the limit is enough
        (9, 99 * M, 2 * M, "micro"),  # so is the balance sheet
        (10, 1, 1, "small"),  # ten people are not "fewer than 10"
        (9, 2 * M + 1, 2 * M + 1, "small"),
        (49, 10 * M, 99 * M, "small"),
        (50, 1, 1, "medium"),
        (49, 10 * M + 1, 10 * M + 1, "medium"),
        (249, 50 * M, 99 * M, "medium"),
        (249, 99 * M, 43 * M, "medium"),
        (249, 50 * M + 1, 43 * M + 1, "large"),
        (250, 0, 0, "large"),
        (250, None, None, "large"),
        (0, 0, None, "micro"),
        (None, 1, 1, ""),
        (5, None, None, ""),
        (5, 60 * M, None, ""),  # a balance sheet under 43 million would make it medium
    ],
)
def test_size_class(headcount, turnover, balance_sheet, size):
    sums = [None if value is None else Decimal(value) for value in (turnover, balance_sheet)]
    assert size_class(headcount, *sums) == size


@given(st.integers(0, 400), SUMS, SUMS)
def test_more_people_never_make_an_enterprise_smaller(headcount, turnover, balance_sheet):
    order = ["", *SizeClass.values]
    less, more = (size_class(n, turnover, balance_sheet) for n in (headcount, headcount + 1))
    assert less == "" or order.index(more or "large") >= order.index(less)


def test_thresholds_grow():
    assert [t.headcount_below for t in THRESHOLDS] == [10, 50, 250]
    assert [t.turnover for t in THRESHOLDS] == sorted(t.turnover for t in THRESHOLDS)
