"""The change feed from its beginning, beside COPY of the same rows."""

import json
import time
import urllib.request

import psycopg

from tests.load.api import MAKE_KEY, ours
from tests.load.measuring import Bench, interleaved
from tests.load.table import Row

PAGE = 10_000
IS_BUILT = """
from calls.models import Application
from wecd.feed.models import Entry, Mark
told = Entry.objects.filter(resource="applications").count()
print(told >= Application.objects.submitted().count() and Mark.objects.count() < 1000)
"""
COPY = """
import time
from django.db import connection
from partners.models import Partner
from wecd.catalogue import BY_NAME
from wecd.common.rest import holes
from wecd.common.rest.reader import Reader
resource = BY_NAME["applications"]()
reader = Reader(partner=Partner.objects.get(code="bench").pk)
rows = resource.rows(reader).order_by("pk").annotate(_data=resource.as_json(resource.fields_for(reader)))
statement = holes.compiled(rows.values("_data"))
connection.ensure_connection()
started, size = time.perf_counter(), 0
with connection.connection.cursor() as cursor:
    sql = cursor.mogrify(statement.sql, statement.params)
    with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')") as copy:
        for block in copy:
            size += len(block)
print(time.perf_counter() - started)
"""
CHANGE = """
UPDATE calls_application SET title = 'Changed at ' || clock_timestamp() WHERE id = (
    SELECT id FROM calls_application WHERE state = 'submitted' ORDER BY id LIMIT 1)
"""


def from_the_beginning(bench: Bench) -> list[Row]:
    """Every change of a million applications, in pages of 10,000, against COPY of the same rows as NDJSON."""
    if bench.shell(IS_BUILT) != "True":  # rows were seeded with triggers off
        bench.manage("rebuild_feed")
    key = bench.shell(MAKE_KEY)
    site = ours(bench, API_FEED_PER_MINUTE_WITH_KEY=str(10**6))
    rows: list[int] = []
    for _ in range(48):  # each thread of the server has a connection, which prepares what it runs often
        request = urllib.request.Request(f"{site}/api/v1/changes?resources=applications&page_size=10")
        request.add_header("Authorization", f"Bearer {key}")
        urllib.request.urlopen(request).read()  # noqa: S310

    def pull() -> float:
        started, cursor, count, more = time.perf_counter(), "", 0, True
        while more:
            url = f"{site}/api/v1/changes?resources=applications&page_size={PAGE}&after={cursor}"
            request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})  # noqa: S310
            with urllib.request.urlopen(request) as response:  # noqa: S310
                body = response.read()
            tail = json.loads(b"{" + body[body.rindex(b'"cursor"') :])
            count += body.count(b'"resource": "applications"')
            cursor, more = tail["cursor"], tail["has_more"]
        rows.append(count)
        return time.perf_counter() - started

    seconds, copy = interleaved(pull, lambda: float(bench.shell(COPY)))
    assert len(set(rows)) == 1
    note = f"{rows[0]:,} changes"
    return [Row("change feed from the beginning", "COPY as NDJSON", seconds, copy, 1.5, note, unit="s")]


def one_change(bench: Bench) -> list[Row]:
    """From the commit of a change to the answer that tells of it, a million rows standing by."""
    key, site = bench.shell(MAKE_KEY), ours(bench, API_FEED_PER_MINUTE_WITH_KEY=str(10**6))
    headers = {"Authorization": f"Bearer {key}"}

    def page(cursor: str) -> dict:
        url = f"{site}/api/v1/changes?resources=applications&after={cursor}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:  # noqa: S310
            return json.load(response)

    cursor = bench.shell("from wecd.feed import cursors, settling; settling.settle(); print(cursors.now())")

    def told() -> float:
        nonlocal cursor
        with psycopg.connect(bench.url, autocommit=True) as writer:
            writer.execute(CHANGE)
        started = time.perf_counter()
        found = page(cursor)
        seconds = time.perf_counter() - started
        assert len(found["results"]) == 1, found
        cursor = found["cursor"]
        return 1000 * seconds

    told()
    (milliseconds,) = interleaved(told, rounds=15)
    return [Row("one change among 1,000,000 rows, told", "100 ms", milliseconds, 100, 1.0, unit="ms")]


ROWS = [from_the_beginning, one_change]
