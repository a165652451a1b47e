"""Working days and the steps of a call."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from calls.domain import timetable
from calls.models import Call


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [
        (date(2026, 12, 3), 5, date(2026, 12, 10)),  # Thursday to Thursday
        (date(2026, 12, 23), 2, date(2026, 12, 28)),  # Christmas and the weekend do not count
        (date(2026, 12, 30), 2, date(2027, 1, 4)),  # New Year
        (date(2026, 7, 20), 1, date(2026, 7, 22)),  # national day
        (date(2026, 12, 5), 0, date(2026, 12, 5)),
    ],
)
def test_belgian_working_days(day, count, later):
    assert timetable.add_working_days(day, count) == later


def test_steps_follow_the_clock_of_brussels():
    call = Call(
        opens_at=datetime(2020, 1, 1, tzinfo=UTC),
        closes_at=datetime(2020, 3, 29, 22, 30, tzinfo=UTC),  # half past midnight, summer time begun
        decision_on=date(2020, 5, 4),
        project_months=12,
        own_share_first=True,
    )
    with translation.override("en"):
        steps = timetable.steps(call)
    assert [(s.at, s.title) for s in steps] == [
        ("30 March", "Closing"),
        ("6 April", "Admissibility"),
        ("4 May", "Decision"),
        ("12 months", "Your project"),
    ]
    assert "0:30" in steps[0].text
