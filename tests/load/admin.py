"""The staff's list of applications, beside Django's own admin on the same tables."""

import base64
import json

from tests.load.measuring import Bench, Worker, interleaved
from tests.load.table import Row

LIST = "/admin/calls/application/"


def admin_list(bench: Bench) -> list[Row]:
    """The first page, about the 5,000th, and the last."""
    ours, plain = bench.worker(), bench.worker("tests.load.plain_admin")
    first = ours.get(LIST, look=True)
    deep = _page_5000(bench)
    pages: tuple[tuple[Worker, str], ...] = (
        (ours, LIST),
        (plain, LIST),
        (ours, deep),
        (plain, f"{LIST}?p=5000"),
        (ours, f"{LIST}?before=end"),
    )
    for worker, url in pages:
        worker.get(url)
    measures = [lambda worker=worker, url=url: worker.milliseconds(url) for worker, url in pages]
    first_ours, first_plain, deep_ours, deep_plain, last = interleaved(*measures)
    note = f"{first['queries']} queries, {first['bytes'] / 1000:.0f} kB"
    return [
        Row("admin list, page 1", "Django admin's defaults", first_ours, first_plain, 0.4, note),
        Row("admin list, page 5,000", "Django admin's defaults", deep_ours, deep_plain, 0.4),
        Row("admin list, page 5,000", "own page 1", deep_ours, first_ours, 1.3, "flat"),
        Row("admin list, last page", "own page 1", last, first_ours, 1.3, "flat"),
    ]


def _page_5000(bench: Bench) -> str:
    """The list from the 250,000th row on: the place of the row before it, as a link of the list would say it.

    A place is open text (order, value, key), so one is built from the row itself instead of 5,000 clicks.
    """
    text = bench.shell(
        "from calls.models import Application as A;"
        "r=A.objects.exclude(state='draft').exclude(submitted_at=None)"
        ".order_by('-submitted_at','-id').values_list('submitted_at','id')[249_949];"
        "print('-submitted_at,-id', r[0].isoformat(), r[1], sep='|')"
    )
    place = json.dumps(text.split("|"), separators=(",", ":")).encode()
    return f"{LIST}?after={base64.urlsafe_b64encode(place).decode().rstrip('=')}"


ROWS = [admin_list]
