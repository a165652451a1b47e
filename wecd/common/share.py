"""The picture a page is shared with: 1200 × 630, its own drawing and its title in the portal's face.

The drawing is the SVG the page shows, read and painted with Pillow: what people share looks like what they
get. Its address carries a digest of everything drawn, so that it can be kept for ever and changes with it.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from wecd.common import pictures

WIDTH, HEIGHT = 1200, 630
SCALE = 2  # painted twice as large, then made smaller: smooth edges
DESIGN = "1"  # changes the digests when the drawing changes
FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"
INK, PAPER, HAIRLINE, MUTED, CONTROL = "#16161d", "#faf8f4", "#dcd7cb", "#5a5763", "#7d7982"
# The light theme of static/css/tokens.css: lines, words, tints, fills.
AXES = {
    "skills": ("#b87400", "#8a5600", "#f1e6d2", "#f2b134"),
    "business": ("#c8471b", "#a8380f", "#f3dfd6", "#e5613a"),
    "finance": ("#0c7d63", "#0a664f", "#d9e7e0", "#1c9a7c"),
    "networks": ("#8a3fa8", "#74318f", "#eadee9", "#a45fc4"),
}


@dataclass(frozen=True)
class Subject:
    """What is shared: ``what`` (call, axis, action, partner, hub, site) and its address; what is written."""

    what: str
    slug: str
    title: str
    kicker: str = ""
    axis: str = ""

    @property
    def digest(self) -> str:
        parts = (DESIGN, self.what, self.slug, self.title, self.kicker, self.axis)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    @property
    def address(self) -> str:
        """Where the picture is, in the running language."""
        language = (get_language() or "fr")[:2]
        try:
            return reverse("share_picture", args=[self.what, self.slug, language, self.digest])
        except NoReverseMatch:
            return ""

    def drawing(self) -> str:
        """The SVG of the page: the district's plan for the site, else the picture its address gives it."""
        if not self.axis:
            return render_to_string("calls/_plan.html")
        return str(pictures.call_picture(self.slug, self.axis))


def site() -> Subject:
    """The portal itself."""
    return Subject(
        "site",
        "wecd",
        _("Your idea has its quarter in Wallonia."),
        "Wallonia European Creative District",
    )


def site_picture() -> str:
    """The address of the picture of pages that have none of their own."""
    return site().address


@cache
def _font(face: str, size: int, *axes: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONTS / f"{face}-latin.woff2", size * SCALE)
    font.set_variation_by_axes(list(axes))
    return font


def png(subject: Subject) -> bytes:
    """Paint the picture. About 100 ms: callers keep what they get."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    brush = _Brush(image)
    margin = 64
    brush.ruler(margin, 112, WIDTH - 2 * margin)
    brush.brand(margin, 46)
    side = 480 if subject.axis else 440
    column = WIDTH - 2 * margin - side - 48
    brush.svg(subject.drawing(), WIDTH - margin - side, 250 if subject.axis else 150, side)
    top = 172
    if subject.axis:
        brush.mark(subject.axis, margin, top + 3, 26)
        colour = AXES[subject.axis][1]
        brush.text(margin + 40, top, subject.kicker, _font("inter", 27, 620), colour)
        top += 56
    brush.title(subject.title, margin, top, column, HEIGHT - 40 - top)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(
        256, kmeans=1, dither=Image.Dither.NONE
    )
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


class _Brush:
    """Paints on an image in the units of the design."""

    def __init__(self, image: Image.Image):
        self.image, self.draw = image, ImageDraw.Draw(image)

    def ruler(self, x: float, y: float, width: float) -> None:
        self.draw.rectangle(self._box(x, y, width, 2), INK)
        for tick in range(13):
            at = x + tick * (width - 2) / 12
            self.draw.rectangle(self._box(at, y, 2, 12 if tick % 3 == 0 else 7), INK)

    def brand(self, x: float, y: float) -> None:
        for axis, (dx, dy) in {
            "skills": (0, 0),
            "business": (22, 0),
            "finance": (0, 22),
            "networks": (22, 22),
        }.items():
            self.mark(axis, x + dx, y + dy, 20, AXES[axis][3])
        self.text(x + 58, y - 3, "WECD", _font("bricolage", 38, 40, 700, 100), INK)

    def mark(self, axis: str, x: float, y: float, size: float, colour: str = "") -> None:
        shape = pictures.shape(axis, x, y, size)
        self._shape(ElementTree.fromstring(shape), fill=colour or AXES[axis][0])  # noqa: S314  (our own)

    def text(self, x: float, y: float, words: str, font: ImageFont.FreeTypeFont, colour: str) -> None:
        self.draw.text((x * SCALE, y * SCALE), words, colour, font)

    def title(self, words: str, x: float, y: float, width: float, height: float) -> None:
        """As large as fits, in as many lines as it takes."""
        for size in (88, 80, 72, 64, 56, 48, 42, 36):
            font = _font("bricolage", size, 96, 700, 86)
            lines = self._lines(words, font, width)
            if len(lines) * size * 0.98 <= height and max(font.getlength(line) for line in lines) <= (
                width * SCALE
            ):
                break
        for number, line in enumerate(lines):
            self.text(x - 3, y + number * size * 0.98, line, font, INK)

    def _lines(self, words: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
        lines = [""]
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and font.getlength(longer) > width * SCALE:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    # --- The portal's own SVG: rectangles, circles, polygons and the paths it writes -------------------
    def svg(self, source: str, x: float, y: float, width: float) -> None:
        root = ElementTree.fromstring(source[source.index("<svg") :])  # noqa: S314  (our own)
        units = [float(part) for part in root.get("viewBox", "").split()]
        k = width / units[2]
        axis = _axis_of(root, "")
        layer = _Brush(self.image)
        layer.at = (x, y, k)
        layer._children(root, axis)

    at: tuple[float, float, float] = (0, 0, 1)

    def _children(self, node, axis: str) -> None:
        for child in node:
            name = child.tag.split("}")[-1]
            if name == "g":
                self._children(child, _axis_of(child, axis))
            else:
                self._styled(child, child.get("class", ""), axis)

    def _styled(self, node, style: str, axis: str) -> None:
        line, _words, tint, fill = AXES.get(axis, (INK, INK, PAPER, INK))
        if style == "fill":
            self._shape(node, fill=fill)
        elif style == "tint":
            self._shape(node, fill=tint)
        elif style == "ink":
            self._shape(node, fill=INK)
        elif style == "outline":
            self._shape(node, outline=line, width=1.9)
        elif style == "hatch":
            self._hatch(node, line)
        elif node.tag.endswith("path"):
            colour, width = {
                "grid": (HAIRLINE, 1),
                "quarters": (CONTROL, 1.5),
                "bank": (INK, 27),
                "river": (PAPER, 24),
            }[style]
            for points in _strokes(node.get("d", "")):
                self._line(points, colour, width)

    def _point(self, px: float, py: float) -> tuple[float, float]:
        x, y, k = self.at
        return (x + px * k) * SCALE, (y + py * k) * SCALE

    def _box(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        return x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1

    def _points(self, node) -> tuple[str, list[tuple[float, float]]]:
        name = node.tag.split("}")[-1]
        get = {key: float(value) for key, value in node.attrib.items() if re.fullmatch(r"-?[\d.]+", value)}
        if name == "rect":
            x, y = get["x"], get["y"]
            return "box", [self._point(x, y), self._point(x + get["width"], y + get["height"])]
        if name == "circle":
            cx, cy, r = get["cx"], get["cy"], get["r"]
            return "circle", [self._point(cx - r, cy - r), self._point(cx + r, cy + r)]
        pairs = [pair.split(",") for pair in node.get("points", "").split()]
        return "polygon", [self._point(float(px), float(py)) for px, py in pairs]

    def _shape(self, node, fill=None, outline=None, width: float = 0) -> None:
        kind, points = self._points(node)
        line = round(width * SCALE)
        if kind == "polygon":
            if fill:
                self.draw.polygon(points, fill)
            else:
                self.draw.line([*points, points[0], points[1]], outline, line, joint="curve")
        else:
            (self.draw.rectangle if kind == "box" else self.draw.ellipse)(points, fill, outline, line)

    def _hatch(self, node, colour: str) -> None:
        mask = Image.new("L", self.image.size, 0)
        inside = _Brush(mask)
        inside.at = self.at
        inside._shape(node, fill="#fff")
        left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
        stripes = Image.new("L", self.image.size, 0)
        brush = ImageDraw.Draw(stripes)
        step, width = round(9.4 * SCALE * self.at[2]), round(2.2 * SCALE)
        for at in range(left - (bottom - top), right, step):
            brush.line([(at, bottom), (at + bottom - top, top)], 255, width)
        both = Image.composite(stripes, Image.new("L", self.image.size, 0), mask)
        self.image.paste(colour, (0, 0), both)
        self._shape(node, outline=colour, width=1.9)

    def _line(self, points, colour: str, width: float) -> None:
        line = max(1, round(width * self.at[2] * SCALE)) if width > 2 else round(width * SCALE)
        self.draw.line([self._point(*point) for point in points], colour, line, joint="curve")


def _axis_of(node, above: str) -> str:
    found = re.search(r"axis-(\w+)", node.get("class", ""))
    return found[1] if found else above


def _strokes(path: str):
    """The strokes of a path made of M, H, V, h, v and quarter circles, as points."""
    tokens = re.findall(r"[MHVhva]|-?\d+(?:\.\d+)?", path)
    x = y = 0.0
    heading = (1.0, 0.0)
    points: list[tuple[float, float]] = []
    index, command = 0, ""
    while index < len(tokens):
        if tokens[index].isalpha():
            command = tokens[index]
            index += 1
        size = {"M": 2, "a": 7}.get(command, 1)
        given = [float(token) for token in tokens[index : index + size]]
        index += size
        if command == "M":
            if len(points) > 1:
                yield points
            x, y = given
            points = [(x, y)]
            continue
        before = (x, y)
        if command == "a":
            radius, clockwise, dx, dy = given[0], given[4], given[5], given[6]
            side = 1 if clockwise else -1
            cx, cy = x - heading[1] * radius * side, y + heading[0] * radius * side
            for step in range(1, 13):
                turn = side * step * pi / 24
                rx, ry = before[0] - cx, before[1] - cy
                points.append((cx + rx * cos(turn) - ry * sin(turn), cy + rx * sin(turn) + ry * cos(turn)))
            heading = (-heading[1] * side, heading[0] * side)
            x, y = x + dx, y + dy
            continue
        if command in "Hh":
            x = given[0] if command == "H" else x + given[0]
        else:
            y = given[0] if command == "V" else y + given[0]
        length = abs(x - before[0]) + abs(y - before[1])
        heading = ((x - before[0]) / length, (y - before[1]) / length)
        points.append((x, y))
    if len(points) > 1:
        yield points
