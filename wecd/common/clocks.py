"""Legal clocks in Belgian working days: Monday to Friday, the ten legal holidays left out, days of Brussels.

The day something is received does not count; the first working day after it does. A clock of 5 days
started on a Monday has the next Monday as its last day, and that day counts whole. ``Clock`` rows are
written here and nowhere else; what running out means is decided in the app of the row.
"""

from datetime import date, datetime, timedelta

import holidays
from django.db import connection, models, transaction
from django.utils import timezone

from wecd.common.formatting import local
from wecd.common.models import Clock
from wecd.common.workflow import Refused

LEGAL_HOLIDAYS = holidays.country_holidays("BE")  # fills itself in, year by year
DAY = timedelta(days=1)


# --- Days -----------------------------------------------------------------------------------------------
def today(at: datetime | None = None) -> date:
    """The calendar day in Brussels."""
    return local(at or timezone.now()).date()


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in LEGAL_HOLIDAYS


def add_working_days(day: date, n: int) -> date:
    """The ``n``-th working day after ``day``; with 0, ``day`` itself or the first working day after it."""
    if n < 0:
        raise ValueError("Working days are counted forward.")
    while not is_working_day(day) and not n:
        day += DAY
    while n:
        day += DAY
        n -= is_working_day(day)
    return day


def working_days_between(after: date, until: date) -> int:
    """How many working days come after ``after``, up to and with ``until``; 0 when there are none."""
    return sum(is_working_day(after + DAY * n) for n in range(1, (until - after).days + 1))


# --- Moves of a clock -------------------------------------------------------------------------------------
def start(row: models.Model, kind: str, *, working_days: int, at: datetime | None = None) -> Clock:
    """Start a clock; the day of ``at`` does not count. The one that runs already is given back as it is."""
    at = at or timezone.now()
    clock = Clock(
        about_type=row._meta.label_lower,
        about_id=row.pk,
        kind=kind,
        working_days=working_days,
        started_at=at,
        due_on=add_working_days(today(at), working_days),
    )
    if _insert(clock):
        return clock
    running_already = of(row, kind)
    # It was stopped between the two statements: whoever stopped it came first, so this one starts.
    return running_already or start(row, kind, working_days=working_days, at=at)


def _insert(clock: Clock) -> bool:
    """Write the clock in one statement, unless one of its kind runs; whether it was written."""
    clock.created_at = clock.updated_at = timezone.now()
    fields = Clock._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = [field.get_db_prep_save(getattr(clock, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Clock._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))}) "  # noqa: S608
            "ON CONFLICT (about_type, about_id, kind) WHERE stopped_at IS NULL DO NOTHING",
            values,
        )
        written = cursor.rowcount == 1
    clock._state.adding, clock._state.db = not written, connection.alias
    return written


def pause(row: models.Model, kind: str, *, at: datetime | None = None) -> Clock | None:
    """Hold the clock with the whole working days it has left; None when none runs."""
    at = at or timezone.now()
    with transaction.atomic():
        clock = _of(row, kind)
        if clock and clock.paused_at is None:
            clock.days_left = working_days_left(clock, today(at))
            clock.paused_at, clock.due_on = at, None
            clock.save()
    return clock


def resume(row: models.Model, kind: str, *, at: datetime | None = None) -> Clock | None:
    """Let it run again with the days it had left; None when none runs.

    As at the start, the day itself does not count. A clock held on its last day gets one whole day, so
    that what arrives in the evening is not over at midnight; resumed on the day it was held, nothing changed.
    """
    at = at or timezone.now()
    with transaction.atomic():
        clock = _of(row, kind)
        if clock and clock.paused_at is not None:
            left, day = clock.days_left or 0, today(at)
            same_day = day == today(clock.paused_at)
            clock.due_on = add_working_days(day, left if same_day else max(1, left))
            clock.paused_at = clock.days_left = None
            clock.save()
    return clock


def stop(row: models.Model, kind: str, *, at: datetime | None = None, ran_out: bool = False) -> Clock | None:
    """End the clock for good; ``ran_out`` when its time did. None when none runs."""
    with transaction.atomic():
        clock = _of(row, kind)
        if clock:
            clock.stopped_at, clock.ran_out = at or timezone.now(), ran_out
            clock.save()
    return clock


def stop_all(about_type: str, ids, *, at: datetime | None = None) -> int:
    """End every clock of these rows (ids, or a query of them); how many ran."""
    return running(about_type).filter(about_id__in=ids).update(stopped_at=at or timezone.now())


def _of(row, kind) -> Clock | None:
    clocks = running(row._meta.label_lower).filter(about_id=row.pk, kind=kind)
    return clocks.select_for_update().first()


# --- Reads ------------------------------------------------------------------------------------------------
def running(about_type: str | None = None) -> models.QuerySet[Clock]:
    """The clocks that were started and not stopped; those held are among them."""
    clocks = Clock.objects.filter(stopped_at=None)
    return clocks.filter(about_type=about_type) if about_type else clocks


def of(row: models.Model, kind: str) -> Clock | None:
    """The clock that runs about this row."""
    return running(row._meta.label_lower).filter(about_id=row.pk, kind=kind).first()


def overdue(day: date | None = None) -> models.Q:
    """The condition of a clock whose last day is behind."""
    return models.Q(paused_at=None, due_on__lt=day or today())


def working_days_left(clock: Clock, day: date | None = None) -> int:
    """Whole working days after ``day`` (default: today) up to the last; 0 on the last day and after it."""
    if clock.paused_at is not None:
        return clock.days_left or 0
    return working_days_between(day or today(), clock.due_on) if clock.due_on else 0


def elapsed(clock: Clock, day: date | None = None) -> int:
    """How many of its days have begun."""
    return max(0, clock.working_days - working_days_left(clock, day))


def is_over(clock: Clock, day: date | None = None) -> bool:
    """Whether its last day is behind."""
    return clock.paused_at is None and clock.due_on is not None and clock.due_on < (day or today())


def state(clock: Clock, day: date | None = None) -> str:
    """The state of the ``<c-clock>`` component: paused, late (the last day and after), todo or running."""
    if clock.paused_at is not None:
        return "paused"
    if not working_days_left(clock, day):
        return "late"
    return "running" if elapsed(clock, day) else "todo"


def cells(clock: Clock, day: date | None = None) -> list[str]:
    """One word a working day, as ``<c-clock>`` draws them: gone, last (the time is up), or empty."""
    done, total = elapsed(clock, day), clock.working_days
    up = state(clock, day) == "late"
    return [("last" if up and i == total - 1 else "gone") if i < done else "" for i in range(total)]


def check_not_over(row: models.Model, kind: str, sentence: str, *, at: datetime | None = None) -> None:
    """``Refused`` with ``sentence`` when the row's clock has run out: its consequence has begun already."""
    clock = of(row, kind)
    if clock and is_over(clock, today(at)):
        raise Refused(sentence)
