"""Places in the feed, as clients see them: ``<epoch>-<seq>``, good for ever."""

import re
from dataclasses import dataclass

from django.db import connection

SHAPE = re.compile(r"([0-9a-f]{8})-([0-9]{1,18})\Z")


class BadCursor(ValueError):
    """Not a cursor of this feed; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """After the entry ``seq``; 0 is the beginning. ``epoch`` is empty where the reader names none."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"


BEGINNING = Place("", 0)


def parse(text: str) -> Place:
    match = SHAPE.match(text)
    if not match:
        raise BadCursor("is not a cursor of this feed: give the one of the last page as it was, or none")
    return Place(match[1], int(match[2]))


def settled() -> Place:
    """How far the feed is settled in the eyes of this transaction's snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, seq FROM feed_state")
        return Place(*cursor.fetchone())


def belongs(place: Place, end: Place) -> bool:
    """Whether this feed gave the place: not one of before a restore, nor one beyond its end."""
    return not place.epoch or (place.epoch == end.epoch and place.seq <= end.seq)


def now() -> str:
    """A cursor for what this transaction's snapshot holds: what committed after it comes later in the feed.

    In a REPEATABLE READ transaction whose snapshot has no unsettled changes (``settling.pending()`` is
    false in it), a copy made from the snapshot and the feed from this cursor lose nothing and repeat nothing.
    """
    return str(settled())
