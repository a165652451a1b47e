"""The provinces of Wallonia as a drawing, and places on it (see data/README.md).

Everything is in percent of the drawing's width and height, so that a page may show it at any size.
"""

import json
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from django.utils.translation import get_language

DATA = Path(__file__).parent / "data"
EARTH = 6371.0  # km, mean radius

# As people say them, without "Province of"; and where the name stands on the drawing, in percent.
NAMES = {
    "BE31": {
        "fr": "Brabant wallon",
        "de": "Wallonisch-Brabant",
        "nl": "Waals-Brabant",
        "en": "Walloon Brabant",
    },
    "BE32": {"fr": "Hainaut", "de": "Hennegau", "nl": "Henegouwen", "en": "Hainaut"},
    "BE33": {"fr": "Liège", "de": "Lüttich", "nl": "Luik", "en": "Liège"},
    "BE34": {"fr": "Luxembourg", "de": "Luxemburg", "nl": "Luxemburg", "en": "Luxembourg"},
    "BE35": {"fr": "Namur", "de": "Namur", "nl": "Namen", "en": "Namur"},
}
LABELS = {"BE31": (57, 8), "BE32": (29, 16), "BE33": (86, 28), "BE34": (73, 75), "BE35": (50, 50)}

PREFIXES = {
    "BE31": ("13", "14"),
    "BE32": (*(str(two) for two in range(60, 66)), *(str(two) for two in range(70, 80))),
    "BE33": tuple(str(two) for two in range(40, 50)),
    "BE34": ("66", "67", "68", "69"),
    "BE35": tuple(str(two) for two in range(50, 60)),
}


@dataclass(frozen=True)
class Province:
    """One province: its NUTS 2 code, its outline (an SVG path in pixels of the drawing), its middle."""

    nuts2: str
    path: str
    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        names = NAMES[self.nuts2]
        return names.get((get_language() or "fr")[:2], names["fr"])

    @property
    def label(self) -> tuple[float, float]:
        """Where its name stands, in percent."""
        return LABELS[self.nuts2]


@cache
def _drawing() -> dict:
    return json.loads((DATA / "wallonia_map.json").read_text(encoding="utf-8"))


@cache
def provinces() -> tuple[Province, ...]:
    """The five provinces, in the order of their NUTS codes."""
    rows = [
        Province(row["nuts2"], row["path"], latitude=row["centre"][1], longitude=row["centre"][0])
        for row in _drawing()["provinces"]
    ]
    return tuple(sorted(rows, key=lambda row: row.nuts2))


def by_code(nuts2: str) -> Province | None:
    return next((row for row in provinces() if row.nuts2 == nuts2), None)


def size() -> tuple[int, int]:
    """Width and height of the drawing, in its own pixels."""
    return _drawing()["width"], _drawing()["height"]


def position(latitude: float, longitude: float) -> tuple[float, float]:
    """Where a point of the earth lies on the drawing, in percent from the left and from the top."""
    numbers, (width, height) = _drawing()["projection"], size()
    x = numbers["margin"] + (float(longitude) - numbers["west"]) * numbers["x_scale"]
    y = numbers["margin"] + (numbers["north"] - float(latitude)) * numbers["y_scale"]
    return 100 * x / width, 100 * y / height


def width_of(km: float) -> float:
    """How wide so many kilometres are on the drawing, in percent of its width."""
    return 100 * km / 111.2 * _drawing()["projection"]["y_scale"] / size()[0]


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points (latitude, longitude), as the crow flies (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, map(float, point))) for point in (a, b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


def province_at(latitude: float, longitude: float) -> Province | None:
    """The province a point lies in; none outside Wallonia. Within a kilometre of a border it may err."""
    width, height = size()
    x, y = position(latitude, longitude)
    point = (x * width / 100, y * height / 100)
    return next((row for row in provinces() if _is_inside(point, row.nuts2)), None)


def _is_inside(point: tuple[float, float], nuts2: str) -> bool:
    """Whether a ray to the right crosses the outlines an odd number of times."""
    x, y = point
    inside = False
    for ring in _rings(nuts2):
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                inside = not inside
    return inside


@cache
def _rings(nuts2: str) -> list[list[tuple[int, int]]]:
    """The outlines of a province, read back from its path."""
    rings = []
    path = next(row.path for row in provinces() if row.nuts2 == nuts2)
    for part in path.split("z"):
        if not part:
            continue
        start, steps = part[1:].split("l")
        x, y = (int(number) for number in start.split())
        ring, numbers = [(x, y)], [int(n) for n in steps.replace("-", " -").split()]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        rings.append(ring)
    return rings


def postal_prefixes(nuts2: str) -> tuple[str, ...]:
    """The first two digits of a province's postal codes: for queries over many rows."""
    return PREFIXES.get(nuts2, ())


def by_prefix(prefix: str) -> str:
    """The NUTS 2 code of the province whose postal codes begin with these two digits; "" outside Wallonia."""
    return next((nuts2 for nuts2, prefixes in PREFIXES.items() if prefix in prefixes), "")
