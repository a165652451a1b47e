"""The size of an enterprise by Commission Recommendation 2003/361/EC, annex, article 2.

OJ L 124, 20.5.2003, p. 36, http://data.europa.eu/eli/reco/2003/361/oj. Figures are those of the whole
group for the last closed year. A class needs fewer people than its limit *and* a turnover *or* a balance
sheet total up to its limit.
"""

from dataclasses import dataclass
from decimal import Decimal

from accounts.enums import SizeClass


@dataclass(frozen=True)
class Threshold:
    """The limits of one class: headcount below, turnover or balance sheet total up to (euros)."""

    size: SizeClass
    headcount_below: int
    turnover: Decimal
    balance_sheet: Decimal


THRESHOLDS = (  # smallest first
    Threshold(SizeClass.MICRO, 10, Decimal(2_000_000), Decimal(2_000_000)),
    Threshold(SizeClass.SMALL, 50, Decimal(10_000_000), Decimal(10_000_000)),
    Threshold(SizeClass.MEDIUM, 250, Decimal(50_000_000), Decimal(43_000_000)),
)


def size_class(headcount: int | None, turnover: Decimal | None, balance_sheet: Decimal | None) -> str:
    """The smallest class these figures prove, or an empty string when they do not tell.

    One of the two sums is enough to prove a class. Nothing is guessed: without a headcount, or when the
    only sum known is above every limit and the other is missing, the size is unknown.
    """
    if headcount is None:
        return ""
    for limit in THRESHOLDS:
        if headcount >= limit.headcount_below:
            continue
        if (turnover is not None and turnover <= limit.turnover) or (
            balance_sheet is not None and balance_sheet <= limit.balance_sheet
        ):
            return limit.size
    if headcount < THRESHOLDS[-1].headcount_below and (turnover is None or balance_sheet is None):
        return ""
    return SizeClass.LARGE
