"""Places in the feed, as clients see them: ``<epoch>-<seq>`` or ``<epoch>-<seq>-<known>``, good for ever."""

import json
import re
from dataclasses import dataclass

from django.db import connection

SHAPE = re.compile(r"([0-9a-f]{8})-([0-9]{1,18})(?:-([0-9]{1,18}))?\Z")


class BadCursor(ValueError):
    """Not a cursor of this feed; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """After the entry ``seq``; 0 is the beginning. ``epoch`` is empty where the reader names none.

    ``known`` is where the reader was last up to date: of every row that came into sight by then they were
    told. Of one that came later they may not have been, though its first place was passed: it may have moved
    on before they got there.
    """

    epoch: str
    seq: int
    known: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}{'' if self.known == self.seq else f'-{self.known}'}"


BEGINNING = Place("", 0, 0)


def parse(text: str) -> Place:
    match = SHAPE.match(text)
    seq, known = (int(match[2]), int(match[3] or match[2])) if match else (0, 1)
    if not match or known > seq:
        raise BadCursor("is not a cursor of this feed: give the one of the last page as it was, or none")
    return Place(match[1], seq, known)


@dataclass(frozen=True)
class End:
    """How far the feed is settled. ``lost``: stretches of places given out, then undone by a restore.

    ``calm``: nothing has changed since.
    """

    place: Place
    lost: tuple[tuple[int, int], ...] = ()
    calm: bool = False

    def gave(self, place: Place) -> bool:
        """Whether it is a place of this feed: not of another, not beyond the end, not one that was undone."""
        if not place.epoch:
            return True
        if place.epoch != self.place.epoch or place.seq > self.place.seq:
            return False
        return not any(before < place.seq < after for before, after in self.lost)


def settled() -> End:
    """How far the feed is settled in the eyes of this transaction's snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, seq, lost::text, NOT EXISTS (SELECT FROM feed_mark) FROM feed_state")
        epoch, seq, lost, calm = cursor.fetchone()
    return End(Place(epoch, seq, seq), tuple((before, after) for before, after in json.loads(lost)), calm)


def now() -> str:
    """A cursor for what this transaction's snapshot holds: what committed after it comes later in the feed.

    In a REPEATABLE READ transaction whose snapshot has no unsettled changes (``settling.pending()`` is
    false in it), a copy made from the snapshot and the feed from this cursor lose nothing and repeat nothing.
    """
    return str(settled().place)
