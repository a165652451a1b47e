"""Working days: holidays and weekends off, the day of receipt not counted, days kept over a pause."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from tests.actions.factories import ActionFactory
from wecd.common import clocks
from wecd.common.models import Clock
from wecd.common.workflow import Refused

KIND = Clock.Kind.ADMISSIBILITY
DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
MONDAY = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)


@given(day=DAYS, n=st.integers(0, 40))
def test_no_clock_ends_on_a_day_off(day, n):
    found = clocks.add_working_days(day, n)
    assert found.weekday() < 5
    assert found not in clocks.LEGAL_HOLIDAYS


@given(day=DAYS, n=st.integers(0, 30))
def test_later_starts_and_longer_clocks_never_end_earlier(day, n):
    end = clocks.add_working_days(day, n)
    later = clocks.add_working_days(day, n + 1)
    assert later > end or (n == 0 and later == end)  # from a day off, "now" is the first working day
    assert clocks.add_working_days(day + timedelta(days=1), n) >= end


@given(day=DAYS, n=st.integers(0, 30))
def test_counting_back_gives_the_number_counted_forward(day, n):
    end = clocks.add_working_days(day, n)
    assert clocks.working_days_between(day, end) == n + (n == 0 and not clocks.is_working_day(day))


@given(day=DAYS, n=st.integers(1, 20), m=st.integers(1, 20))
def test_days_add_up(day, n, m):
    assert clocks.add_working_days(clocks.add_working_days(day, n), m) == clocks.add_working_days(day, n + m)


@pytest.mark.parametrize(
    ("day", "n", "end"),
    [
        (date(2026, 12, 7), 5, date(2026, 12, 14)),  # Monday to Monday
        (date(2026, 12, 4), 5, date(2026, 12, 11)),  # a Friday
        (date(2026, 12, 5), 5, date(2026, 12, 11)),  # a Saturday: counted from Monday
        (date(2026, 12, 22), 5, date(2026, 12, 30)),  # over Christmas
        (date(2026, 3, 31), 5, date(2026, 4, 8)),  # over Easter Monday; Good Friday is worked
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension; the Friday after it is worked
        (date(2026, 7, 20), 1, date(2026, 7, 22)),  # the national day
        (date(2026, 12, 6), 0, date(2026, 12, 7)),  # nothing to add: the next day that counts
    ],
)
def test_known_weeks(day, n, end):
    assert clocks.add_working_days(day, n) == end


def test_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="forward"):
        clocks.add_working_days(date(2026, 12, 7), -1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),  # winter time still
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # summer time has begun
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # and ended
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_the_day_changes_at_midnight_in_brussels(at, day):
    assert clocks.today(at) == day


# --- Rows -----------------------------------------------------------------------------------------------
@pytest.fixture
def row(db):
    return ActionFactory()


def go(row, days=5, at=MONDAY):
    return clocks.start(row, KIND, working_days=days, at=at)


def test_the_day_of_receipt_does_not_count(row):
    clock = go(row)
    assert (clock.about_type, clock.about_id, clock.working_days) == ("actions.action", row.pk, 5)
    assert clock.due_on == date(2026, 12, 14)
    assert clocks.working_days_left(clock, date(2026, 12, 7)) == 5
    assert list(clocks.running("actions.action")) == [clock]
    assert not clocks.running("calls.application").exists()


def test_one_clock_of_a_kind_runs(row):
    first = go(row)
    assert go(row, at=MONDAY + timedelta(days=3)) == first
    with pytest.raises(IntegrityError):
        first.pk = None
        Clock(
            about_type="actions.action",
            about_id=row.pk,
            kind=KIND,
            working_days=1,
            started_at=MONDAY,
            due_on=MONDAY,
        ).save()


@pytest.mark.parametrize(
    ("day", "left", "state", "cells"),
    [
        (date(2026, 12, 7), 5, "todo", ["", "", "", "", ""]),
        (date(2026, 12, 8), 4, "running", ["gone", "", "", "", ""]),
        (date(2026, 12, 11), 1, "running", ["gone", "gone", "gone", "gone", ""]),
        (date(2026, 12, 13), 1, "running", ["gone", "gone", "gone", "gone", ""]),  # a Sunday
        (date(2026, 12, 14), 0, "late", ["gone", "gone", "gone", "gone", "last"]),  # this evening
        (date(2026, 12, 16), 0, "late", ["gone", "gone", "gone", "gone", "last"]),
    ],
)
def test_what_a_clock_shows_day_by_day(row, day, left, state, cells):
    clock = go(row)
    assert clocks.working_days_left(clock, day) == left
    assert (clocks.state(clock, day), clocks.cells(clock, day)) == (state, cells)
    assert clocks.is_over(clock, day) == (day > date(2026, 12, 14))


@pytest.mark.django_db
@given(
    started=st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    before=st.integers(0, 20),
    held=st.integers(1, 60),
)
def test_a_pause_keeps_the_days(started, before, held):
    clock = Clock(working_days=15, started_at=started, due_on=clocks.add_working_days(started.date(), 15))
    day = started.date() + timedelta(days=before)
    left = clocks.working_days_left(clock, day)
    clock.paused_at, clock.days_left, clock.due_on = started, left, None
    assert clocks.working_days_left(clock, day + timedelta(days=held)) == left  # held, it loses none
    resumed = day + timedelta(days=held)
    again = Clock(working_days=15, due_on=clocks.add_working_days(resumed, max(1, left)))
    assert clocks.working_days_left(again, resumed) == max(1, left)


def test_a_pause_is_kept_in_the_row(row):
    go(row)
    held = clocks.pause(row, KIND, at=datetime(2026, 12, 9, 15, tzinfo=UTC))  # two days gone
    assert (held.due_on, held.days_left, clocks.state(held)) == (None, 3, "paused")
    assert clocks.cells(held) == ["gone", "gone", "", "", ""]
    again = clocks.resume(row, KIND, at=datetime(2026, 12, 18, 15, tzinfo=UTC))  # a Friday
    assert (again.paused_at, again.days_left, again.due_on) == (None, None, date(2026, 12, 23))


def test_resumed_the_same_day_nothing_changed(row):
    due = go(row).due_on
    for day in (9, 14):  # in the middle, and on the last day
        at = datetime(2026, 12, day, 9, tzinfo=UTC)
        clocks.pause(row, KIND, at=at)
        assert clocks.resume(row, KIND, at=at + timedelta(hours=5)).due_on == due


def test_held_on_its_last_day_it_gets_one_whole_day(row):
    go(row)
    clocks.pause(row, KIND, at=datetime(2026, 12, 14, 9, tzinfo=UTC))
    assert clocks.resume(row, KIND, at=datetime(2026, 12, 18, 22, tzinfo=UTC)).due_on == date(2026, 12, 21)


def test_a_pause_twice_is_one_and_nothing_runs_once_stopped(row):
    go(row)
    at = MONDAY + timedelta(days=1)
    assert clocks.pause(row, KIND, at=at) == clocks.pause(row, KIND, at=at + timedelta(days=9))
    assert Clock.objects.get().paused_at == at
    stopped = clocks.stop(row, KIND, at=at, ran_out=True)
    assert (stopped.stopped_at, stopped.ran_out) == (at, True)
    assert clocks.pause(row, KIND) is clocks.resume(row, KIND) is clocks.stop(row, KIND) is None
    assert go(row).pk != stopped.pk  # another may start


def test_what_ran_out_cannot_be_undone_by_hand(row):
    go(row)
    clocks.check_not_over(row, KIND, "Too late.", at=datetime(2026, 12, 14, 22, 59, 59, tzinfo=UTC))
    with pytest.raises(Refused, match="Too late"):
        clocks.check_not_over(row, KIND, "Too late.", at=datetime(2026, 12, 14, 23, 0, tzinfo=UTC))


def test_all_clocks_of_some_rows_stop_at_once(row):
    other, third = ActionFactory(), ActionFactory()
    for each in (row, other, third):
        go(each)
    assert clocks.stop_all("actions.action", [row.pk, other.pk]) == 2
    assert [clock.about_id for clock in clocks.running()] == [third.pk]
