"""Live through the past: run the portal's own functions as if it were another moment."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from django.utils import timezone

BRUSSELS = ZoneInfo("Europe/Brussels")


@contextmanager
def at(moment: datetime):
    """Everything that asks ``timezone.now()`` inside the block is told ``moment``."""
    with mock.patch.object(timezone, "now", return_value=moment):
        yield moment


def local(moment: datetime, *, days: int = 0, hour: int | None = None, minute: int = 0) -> datetime:
    """``moment`` moved by whole days in Brussels; with ``hour``, set to that time of day there."""
    moved = moment.astimezone(BRUSSELS) + timedelta(days=days)
    if hour is not None:
        moved = moved.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return moved
