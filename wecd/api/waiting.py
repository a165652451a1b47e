"""Who of those who wait for changes in this process may: nobody alone takes all the places.

A key, or an address without one, waits ``API_WAITING_AT_ONCE_EACH`` times at most; those without a key take
half of the places together; and the last place is for a key that does not wait yet.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings

OPEN = ""  # all without a key, together

_held: Counter[str] = Counter()
_lock = Lock()


@contextmanager
def place(who: str, *, has_key: bool) -> Iterator[bool]:
    """Whether there is a place for this key or address; it is theirs until the end."""
    with _lock:
        granted = _is_free(who, has_key)
        if granted:
            _held[who] += 1
            _held[OPEN] += not has_key
    try:
        yield granted
    finally:
        if granted:
            with _lock:
                _held[who] -= 1
                _held[OPEN] -= not has_key
                if not _held[who]:
                    del _held[who]


def _is_free(who: str, has_key: bool) -> bool:
    places, mine = settings.API_WAITING_AT_ONCE, _held[who]
    free = places - sum(held for name, held in _held.items() if name != OPEN)
    if mine >= settings.API_WAITING_AT_ONCE_EACH or free < 1:
        return False
    if not has_key and _held[OPEN] >= places // 2:
        return False
    return free > 1 or (has_key and not mine)
