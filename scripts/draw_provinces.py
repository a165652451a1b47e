"""Draw the provinces of Wallonia for the pages: wallonia_map.json from the .geojson beside it.

    .venv/bin/python scripts/draw_provinces.py

Outlines are projected (equirectangular, true at the region's middle), simplified arc by arc, so that
neighbours keep the same border, and written as SVG paths of whole pixels. Run it again only when the
boundaries change; the result is committed.
"""

import json
from collections import defaultdict
from math import cos, radians
from pathlib import Path

DATA = Path(__file__).parent.parent / "wecd" / "common" / "data"
SOURCE, TARGET = DATA / "wallonia_provinces.geojson", DATA / "wallonia_map.json"
WIDTH = 740  # pixels: the widest a page shows it
TOLERANCE = 0.9  # pixels an outline may be off
SMALLEST = 60  # square pixels: a smaller hole is left out
MARGIN = 2


def rings(feature: dict) -> list[list[tuple[float, float]]]:
    """The rings of a province, outlines and holes alike, each closed."""
    geometry = feature["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[(x, y) for x, y in ring] for polygon in polygons for ring in polygon]


def projection(features: list[dict]):
    """A function from longitude and latitude to pixels, and the numbers it is made of."""
    points = [point for feature in features for ring in rings(feature) for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    flat = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * flat)
    height = round((north - south) * scale + 2 * MARGIN)

    def project(lon: float, lat: float) -> tuple[float, float]:
        return MARGIN + (lon - west) * flat * scale, MARGIN + (north - lat) * scale

    numbers = {"west": west, "north": north, "x_scale": flat * scale, "y_scale": scale, "margin": MARGIN}
    return project, height, {name: round(value, 5) for name, value in numbers.items()}


def simplified(line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Douglas and Peucker: the ends, and whatever lies further from them than the tolerance."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5

    def distance(point) -> float:
        px, py = point
        if not length:
            return ((px - ax) ** 2 + (py - ay) ** 2) ** 0.5
        return abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length

    far = max(range(1, len(line) - 1), key=lambda i: distance(line[i]))
    if distance(line[far]) <= TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: far + 1])[:-1] + simplified(line[far:])


def junctions(every_ring) -> set:
    """Points where outlines meet or part: each keeps its place, so that neighbours still touch."""
    neighbours = defaultdict(set)
    for ring in every_ring:
        for a, b in zip(ring, ring[1:], strict=False):
            neighbours[a].add(b)
            neighbours[b].add(a)
    return {point for point, others in neighbours.items() if len(others) > 2}


def drawn(ring, fixed: set, project) -> list[tuple[int, int]]:
    """A ring as whole pixels, cut at its junctions and simplified arc by arc, whichever way it runs."""
    start = next((i for i, point in enumerate(ring[:-1]) if point in fixed), 0)
    turned = ring[start:-1] + ring[: start + 1]
    cuts = [i for i, point in enumerate(turned) if point in fixed or i in (0, len(turned) - 1)]
    found: list[tuple[float, float]] = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        arc = [project(*point) for point in turned[a : b + 1]]
        # In one direction for both neighbours, so that they keep the same points.
        arc = simplified(arc[::-1])[::-1] if arc[0] > arc[-1] else simplified(arc)
        found += arc[:-1]
    pixels = [(round(x), round(y)) for x, y in found]
    return [p for i, p in enumerate(pixels) if p != pixels[i - 1]]


def area(points) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def centre(points) -> tuple[float, float]:
    """The middle of an outline (its centre of gravity)."""
    size, pairs = area(points), list(zip(points, points[1:] + points[:1], strict=True))
    x = sum((ax + bx) * (ax * by - bx * ay) for (ax, ay), (bx, by) in pairs) / (6 * size)
    y = sum((ay + by) * (ax * by - bx * ay) for (ax, ay), (bx, by) in pairs) / (6 * size)
    return x, y


def path(points: list[tuple[int, int]]) -> str:
    """The shortest relative path: "m12 34 5-2 …z"."""
    (x, y), text = points[0], f"M{points[0][0]} {points[0][1]}l"
    for nx, ny in points[1:]:
        dx, dy = nx - x, ny - y
        gap = "" if text.endswith("l") or dx < 0 else " "
        text += f"{gap}{dx}{'' if dy < 0 else ' '}{dy}"
        x, y = nx, ny
    return text + "z"


def main() -> None:
    source = json.loads(SOURCE.read_text(encoding="utf-8"))
    features = source["features"]
    project, height, numbers = projection(features)
    fixed = junctions([ring for feature in features for ring in rings(feature)])
    provinces = []
    for feature in features:
        found = [drawn(ring, fixed, project) for ring in rings(feature)]
        found = [ring for ring in found if abs(area(ring)) >= SMALLEST]
        outline = max(rings(feature), key=lambda ring: abs(area(ring[:-1])))[:-1]
        lon, lat = centre(outline)
        provinces.append(
            {
                "nuts2": feature["properties"]["nuts2"],
                "name": feature["properties"]["name"],
                "centre": [round(lon, 3), round(lat, 3)],
                "path": "".join(path(ring) for ring in found),
            }
        )
    size = {"width": WIDTH, "height": height}
    result = {"source": source["source"], **size, "projection": numbers, "provinces": provinces}
    TARGET.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {sum(len(p['path']) for p in provinces)} bytes of outlines, {WIDTH} × {height}")


if __name__ == "__main__":
    main()
