"""A call's row in the lists: its figures in words."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from calls.views import rows


@pytest.mark.parametrize(
    ("committed", "taken"), [("0", 0), ("6000", 1), ("138000", 23), ("138000.01", 24), ("141930", 24)]
)
def test_an_award_begun_is_an_award_taken(committed, taken):
    envelope = SimpleNamespace(amount=Decimal(240_000), committed=Decimal(committed))

    assert rows.awards_of(SimpleNamespace(envelope=envelope, max_amount=6000)) == (40, taken)
