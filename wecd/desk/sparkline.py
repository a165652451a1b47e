"""A line in a table's cell: where a number went, without scales."""

from django.utils.html import format_html

WIDTH, HEIGHT, INSET = 104, 24, 1.5


def sparkline(values: list[int], *, axis: str = "") -> str:
    """An SVG line through the values, oldest first. Decoration: the figures stand beside it in words."""
    top = max(values, default=0) or 1
    step = (WIDTH - 2 * INSET) / max(1, len(values) - 1)
    points = " ".join(
        f"{INSET + i * step:.1f},{HEIGHT - INSET - value / top * (HEIGHT - 2 * INSET):.1f}"
        for i, value in enumerate(values)
    )
    return format_html(
        '<svg class="sparkline{}" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<polyline points="{}"/></svg>',
        f" axis-{axis}" if axis else "",
        points,
        w=WIDTH,
        h=HEIGHT,
    )
