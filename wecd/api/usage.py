"""How much each key asks: counted in the process, added to ``ApiUsage`` every few seconds and at its end."""

import atexit
import logging
from collections import Counter
from datetime import UTC, date, datetime
from threading import Lock, Timer
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction

logger = logging.getLogger("wecd.api")

_counts: Counter[tuple[UUID, date, str]] = Counter()
_lock = Lock()
_timer: Timer | None = None


def count(key: UUID, *, limited: bool) -> None:
    """One more request of this key today (UTC); ``limited`` if its limits turned it away."""
    global _timer
    today = datetime.now(UTC).date()
    with _lock:
        _counts[key, today, "requests"] += 1
        if limited:
            _counts[key, today, "limited"] += 1
        if _timer is None and settings.API_USAGE_SECONDS:
            _timer = Timer(settings.API_USAGE_SECONDS, _flush_and_close)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Add what was counted. A key that is gone counts no more. If the database fails, it is kept."""
    global _timer
    with _lock:
        counted, _timer = dict(_counts), None
        _counts.clear()
    rows: dict[tuple[UUID, date], dict[str, int]] = {}
    for (key, day, what), number in counted.items():
        rows.setdefault((key, day), {})[what] = number
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for (key, day), found in sorted(rows.items(), key=str):
                cursor.execute(
                    "INSERT INTO partners_apiusage AS known (key_id, day, requests, limited)"
                    " SELECT id, %s, %s, %s FROM partners_apikey WHERE id = %s"
                    " ON CONFLICT (key_id, day) DO UPDATE SET requests = known.requests + excluded.requests,"
                    " limited = known.limited + excluded.limited",
                    [day, found.get("requests", 0), found.get("limited", 0), key],
                )
    except DatabaseError:
        logger.exception("The use of API keys could not be written; it is kept for later.")
        with _lock:
            _counts.update(counted)


def _flush_and_close() -> None:
    """In a thread of its own, whose connection nobody else will close."""
    try:
        flush()
    finally:
        connection.close()


def forget() -> None:
    """Give up what was counted and not written."""
    with _lock:
        _counts.clear()


@atexit.register
def _at_exit() -> None:
    if _counts and settings.API_USAGE_SECONDS:
        _flush_and_close()
