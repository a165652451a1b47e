"""A story: things that happen at moments, told in order of time.

Each event is a function run with the portal's clock set to its moment; it may add later events. What
would happen after ``now`` is dropped, so that the demo stops exactly today.
"""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

from wecd.demo.clock import at


class Story:
    """Events in a heap, told by ``tell()``."""

    def __init__(self, now: datetime):
        self.now = now
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def then(self, moment: datetime, event: Callable[[], None]) -> None:
        """Let ``event`` happen at ``moment``, unless that is still to come."""
        if moment < self.now:
            heapq.heappush(self._events, (moment, next(self._order), event))

    def tell(self) -> int:
        """Run everything in order of time; return how many things happened."""
        told = 0
        while self._events:
            moment, _, event = heapq.heappop(self._events)
            with at(moment):
                event()
            told += 1
        return told
