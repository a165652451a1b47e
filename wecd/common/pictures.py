"""The portal's pictures as SVG: axis marks, call pictures, parcels, hatches, icons.

Everything is drawn from numbers, so nothing is stored and no request is made. Colours are classes
(see ``static/css``): a picture follows its axis and the theme. Decorative pictures are hidden from
assistive technology; a picture that says something takes a ``label``.
"""

import hashlib
import random
from math import ceil

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

AXES = ("skills", "business", "finance", "networks")
POLYGONS = {
    "skills": ((12, 2.5), (23, 21.5), (1, 21.5)),
    "networks": ((23, 12), (17.5, 21.53), (6.5, 21.53), (1, 12), (6.5, 2.47), (17.5, 2.47)),
}
CELL, COLUMNS, ROWS = 48, 8, 4
ICONS = {
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 6.5V12l3.5 2.5"/>',
    "pen": '<path d="M5 19l1-4L16.5 4.5l3 3L9 18z"/>',
    "square": '<path class="solid" d="M3 3h18v18H3z"/>',
    "arrow": '<path d="M4 12h15m-6-6 6 6-6 6"/>',
    "back": '<path d="M20 12H5m6-6-6 6 6 6"/>',
    "alert": '<path stroke-width="3.5" d="M12 3v11m0 5v2"/>',
    "cross": '<path d="m6 6 12 12M18 6 6 18"/>',
    "info": '<path stroke-width="3" d="M12 3v2m0 5v11"/>',
    "lock": '<path d="M5 10.5h14V21H5zM8 10.5V7a4 4 0 0 1 8 0v3.5M12 14v3"/>',
    "person": '<circle cx="12" cy="7.5" r="4.5"/><path d="M4 21.5c0-5 3.5-7 8-7s8 2 8 7"/>',
    "menu": '<path d="M3 5h18M3 12h18M3 19h18"/>',
    "moon": '<path d="M20.5 14A9 9 0 1 1 10 3.5 7 7 0 0 0 20.5 14z"/>',
    "plus": '<path d="M12 4v16M4 12h16"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "calendar": '<path d="M3.5 6h17v14h-17zM3.5 10.5h17M8 3v4m8-4v4"/>',
    "file": '<path d="M5 3h9l5 5v13H5zM14 3v5h5"/>',
    "download": '<path d="M12 3v12m-5-5 5 5 5-5M4 20h16"/>',
    "feed": '<path d="M5 11.5a7.5 7.5 0 0 1 7.5 7.5M5 5a14 14 0 0 1 14 14"/>'
    '<circle class="solid" cx="6.5" cy="17.5" r="2"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "eye": '<path d="M2.5 12C6 6.5 18 6.5 21.5 12 18 17.5 6 17.5 2.5 12z"/>',
    "pin": '<path d="M12 21.5C5.5 14 5 12 5 9.5a7 7 0 0 1 14 0c0 2.5-.5 4.5-7 12z"/>',
}


def _drawn(svg: str) -> SafeString:
    """Mark as safe what this module drew itself, from numbers and from words of its own."""
    return mark_safe(svg)  # noqa: S308


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def shape(axis: str, x: float, y: float, size: float, extra: str = "") -> str:
    """Return the axis' mark as an SVG element, ``size`` wide with its corner at (x, y)."""
    k = size / 24
    if axis == "business":
        side, at = 19 * k, 2.5 * k
        return f'<rect x="{_n(x + at)}" y="{_n(y + at)}" width="{_n(side)}" height="{_n(side)}"{extra}/>'
    if axis == "finance":
        return f'<circle cx="{_n(x + 12 * k)}" cy="{_n(y + 12 * k)}" r="{_n(10.5 * k)}"{extra}/>'
    points = " ".join(f"{_n(x + px * k)},{_n(y + py * k)}" for px, py in POLYGONS[axis])
    return f'<polygon points="{points}"{extra}/>'


def _hidden_or_labelled(label: str) -> SafeString:
    if label:
        return format_html(' role="img" aria-label="{}"', label)
    return _drawn(' aria-hidden="true"')


def mark(axis: str, style: str = "solid", size: int = 14, label: str = "") -> SafeString:
    """Draw one of the four marks: solid, tint, outline or hatch."""
    if axis not in AXES:
        return _drawn("")
    classes = {"solid": "mark", "tint": "mark tint", "outline": "mark outline", "hatch": "mark hatched"}[
        style
    ]
    fill = f' fill="url(#hatch-{axis})"' if style == "hatch" else ""
    return format_html(
        '<svg class="{} axis-{}" width="{}" height="{}" viewBox="0 0 24 24"{}>{}</svg>',
        classes,
        axis,
        size,
        size,
        _hidden_or_labelled(label),
        _drawn(shape(axis, 0, 0, 24, fill)),
    )


def icon(name: str, size: int = 14, label: str = "") -> SafeString:
    """Draw a glyph of the portal in the colour of the text around it."""
    return format_html(
        '<svg class="icon" width="{}" height="{}" viewBox="0 0 24 24"{}>{}</svg>',
        size,
        size,
        _hidden_or_labelled(label),
        _drawn(ICONS[name]),
    )


def brand(size: int = 32) -> SafeString:
    """Draw the four marks of the programme, two by two."""
    places = {"skills": (0, 0), "business": (17, 0), "finance": (0, 17), "networks": (17, 17)}
    shapes = "".join(shape(a, x, y, 15, f' class="{a}"') for a, (x, y) in places.items())
    return format_html(
        '<svg class="brand-mark" width="{}" height="{}" viewBox="0 0 32 32" aria-hidden="true">{}</svg>',
        size,
        size,
        _drawn(shapes),
    )


def hatch_defs() -> SafeString:
    """Return the hatches every picture refers to: once per page, in a zero-sized picture."""
    patterns = "".join(
        f'<pattern id="hatch-{name}" width="5.5" height="5.5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path class="hatch-{name}" d="M2.7 0v5.5"/></pattern>'
        for name in (*AXES, "ink")
    )
    return _drawn(f'<svg class="defs" aria-hidden="true" focusable="false"><defs>{patterns}</defs></svg>')


def call_picture(slug: str, axis: str, label: str = "") -> SafeString:
    """Draw the picture of a call: marks of 3, 2 and 1 cells on the grid, chosen by the slug alone."""
    seed = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:8])
    dice = random.Random(seed)  # noqa: S311  (a drawing, not a secret)
    taken: set[tuple[int, int]] = set()
    parts = []

    def place(cells: int, style: str) -> None:
        spots = [
            (c, r)
            for c in range(COLUMNS - cells + 1)
            for r in range(ROWS - cells + 1)
            if not any((c + i, r + j) in taken for i in range(cells) for j in range(cells))
        ]
        if not spots:
            return
        c, r = dice.choice(spots)
        taken.update((c + i, r + j) for i in range(cells) for j in range(cells))
        fill = f' fill="url(#hatch-{axis})"' if style == "hatch" else ""
        size = cells * CELL * (1 if axis == "business" else 0.9)
        inset = (cells * CELL - size) / 2
        parts.append(shape(axis, c * CELL + inset, r * CELL + inset, size, f' class="{style}"{fill}'))

    place(3, "fill")
    place(2, "hatch")
    place(2, dice.choice(("hatch", "outline", "tint")))
    for style in ("ink", "ink", "fill", "fill", "fill", "tint", dice.choice(("outline", "tint", "fill"))):
        place(1, style)
    width, height = COLUMNS * CELL, ROWS * CELL
    lines = "".join(f"M{c * CELL} 0v{height}" for c in range(COLUMNS + 1))
    lines += "".join(f"M0 {r * CELL}h{width}" for r in range(ROWS + 1))
    return format_html(
        '<svg class="picture axis-{}" viewBox="0 0 {} {}" width="{}" height="{}"{}>'
        '<path class="grid" d="{}"/>{}</svg>',
        axis,
        width,
        height,
        width,
        height,
        _hidden_or_labelled(label),
        lines,
        _drawn("".join(parts)),
    )


def parcels(paid: int, committed: int, total: int, axis: str = "", *, full: bool = False) -> SafeString:
    """Draw one square a unit, ten a row: solid paid, hatched committed, outline free."""
    side, pitch, inset = (31, 36.8, 0.75) if full else (10.5, 14, 0.75)
    hatch = axis or "ink"
    squares = []
    for i in range(total):
        kind = "paid" if i < paid else "committed" if i < paid + committed else "free"
        fill = f' fill="url(#hatch-{hatch})"' if kind == "committed" else ""
        x, y = inset + (i % 10) * pitch, inset + (i // 10) * pitch
        squares.append(
            f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(side)}" height="{_n(side)}"{fill}/>'
        )
    width = 10 * pitch - (pitch - side) + 2 * inset if full or total >= 10 else total * pitch
    height = ceil(total / 10) * pitch - (pitch - side) + 2 * inset
    return format_html(
        '<svg class="parcels{}{}" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">{}</svg>',
        " full" if full else "",
        f" axis-{axis}" if axis else "",
        _n(width),
        _n(height),
        _n(width),
        _n(height),
        _drawn("".join(squares)),
    )


def bar(paid: float, committed: float, axis: str = "", *, over: bool = False) -> SafeString:
    """Draw the same as a bar with ten ticks; ``paid`` and ``committed`` are percentages of the whole."""
    paid, committed = max(0, min(100, paid)), max(0, min(100 - max(0, min(100, paid)), committed))
    ticks = "".join(f'<line x1="{i * 10}%" x2="{i * 10}%" y1="0" y2="14"/>' for i in range(1, 10))
    body = (
        '<rect class="ground" width="100%" height="14"/>'
        + ticks
        + f'<rect class="{"over" if over else "paid"}" width="{paid:.2f}%" height="14"/>'
    )
    if committed:
        body += (
            f'<rect class="committed" x="{paid:.2f}%" width="{committed:.2f}%" height="14" '
            f'fill="url(#hatch-{axis or "ink"})"/>'
        )
    return format_html(
        '<svg class="bar{}" aria-hidden="true">{}</svg>', f" axis-{axis}" if axis else "", _drawn(body)
    )
