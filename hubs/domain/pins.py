"""Where the pins stand on the map. Pins keep their size in pixels whatever the map's; points are in percent.

Where pins would cover each other they step aside, and a line leads back to the true point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from wecd.common import provinces

APART = 31  # pixels between the middles of two pins: each is 28 wide, a target of 24 at the least
NARROW = 348  # the width of the map on a phone, in pixels: what stands apart there does so on a desk
LEADER = 15  # a pin moved less than this still covers its true point and needs no line
STEPS = 80


@dataclass(frozen=True)
class Pin:
    """A pin's true point in percent of the map, and how far it stepped aside, in pixels."""

    x: float
    y: float
    dx: int = 0
    dy: int = 0

    @property
    def is_moved(self) -> bool:
        return hypot(self.dx, self.dy) >= LEADER

    @property
    def side(self) -> str:
        """On which side its label has room: start (to the right), end (to the left), middle."""
        return "start" if self.x < 25 else "end" if self.x > 70 else "middle"

    @property
    def is_low(self) -> bool:
        """Its label stands above it: below, it would leave the map."""
        return self.y > 70


def place(points: Sequence[tuple[float, float]]) -> list[Pin]:
    """A pin for each point (latitude, longitude), in the same order."""
    width, height = provinces.size()
    spots = [provinces.position(*point) for point in points]
    true = [(x * NARROW / 100, y * NARROW * height / width / 100) for x, y in spots]
    now = [(x, y) for x, y in true]
    for _step in range(STEPS):
        if not _push(now):
            break
    return [
        Pin(x, y, round(nx - tx), round(ny - ty))
        for (x, y), (tx, ty), (nx, ny) in zip(spots, true, now, strict=True)
    ]


def _push(now: list[tuple[float, float]]) -> bool:
    """Push apart each pair that is too near, half each; says whether any was."""
    moved = False
    for i, (ax, ay) in enumerate(now):
        for j in range(i + 1, len(now)):
            (ax, ay), (bx, by) = now[i], now[j]
            gap = hypot(bx - ax, by - ay)
            if gap >= APART - 0.5:
                continue
            moved = True
            # Two pins on one point part along a direction of their own, always the same.
            ux, uy = ((bx - ax) / gap, (by - ay) / gap) if gap > 0.1 else (0.8, 0.6 if j % 2 else -0.6)
            half = (APART - gap) / 2
            now[i] = (ax - ux * half, ay - uy * half)
            now[j] = (bx + ux * half, by + uy * half)
    return moved
