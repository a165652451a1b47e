"""Which web server serves the portal best: throughput, and what those who wait do to the others.

    WECD_BENCH_DIR=… .venv/bin/python -m tests.load.servers        # the table of docs/adr/0006-web-server.md

Two processes each. "Held" is the list's throughput while six clients wait for a change (30 s) and two have
begun an export they do not read.
"""

import socket
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.load.api import LIST, MAKE_KEY, NO_LIMIT, _json
from tests.load.measuring import Bench, interleaved, load
from wecd.server import command

WSGI, ASGI = "wecd.wsgi:application", "tests.load.asgi_app:application"
GUNICORN = ["gunicorn", "--workers", "2", "--bind", "127.0.0.1:{port}"]
SERVERS = {
    **{
        f"granian, {threads} threads": command(host="127.0.0.1", port="{port}", threads=threads)
        for threads in (1, 4, 8, 16)
    },
    "gunicorn sync": [*GUNICORN, WSGI],
    "gunicorn gthread, 16 threads": [*GUNICORN, "--threads", "16", WSGI],
    "uvicorn, Django under ASGI": ["uvicorn", "--workers", "2", "--port", "{port}", "--no-access-log", ASGI],
}
WAITERS, SLOW = 6, 2
EXPORT = "/api/v1/exports/applications.ndjson"


@contextmanager
def held(site: str, key: str, cursor: str):
    """Six wait for a change, two begin an export and read nothing."""
    where = urlsplit(site)
    changes = f"/api/v1/changes?resources=calls&after={cursor}"
    asked = [(changes, "Prefer: wait=30\r\n")] * WAITERS + [
        ("/api/v1/exports/applications.ndjson", "")
    ] * SLOW
    sockets = []
    for path, header in asked:
        client = socket.create_connection((where.hostname, where.port))
        head = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n{header}\r\n"
        client.sendall(head.encode())
        sockets.append(client)
    time.sleep(1)
    try:
        yield
    finally:
        for client in sockets:
            client.close()


def rate(url: str, key: str) -> float:
    """Its throughput; 0 when it answers errors."""
    try:
        return load(url, key=key, seconds=3)
    except SystemExit:
        return 0


def while_held(site: str, key: str, cursor: str) -> float:
    with held(site, key, cursor):
        return rate(site + LIST, key)


def main() -> None:
    bench = Bench()
    try:
        key = bench.shell(MAKE_KEY)
        cursor = bench.shell("from wecd.feed import cursors; print(cursors.now())")
        print("| server | list | detail | list, held |\n|---|---|---|---|")
        for name, line in SERVERS.items():
            site = bench.serve(sys.executable, "-m", *line, ready="/health/live", **NO_LIMIT)
            one = _json(f"{site}{LIST}?fields=id&page_size=1", key)["results"][0]["id"]
            rate(site + LIST, key)
            figures = interleaved(
                lambda site=site: rate(site + LIST, key),
                lambda site=site, one=one: rate(f"{site}{LIST}/{one}", key),
            )
            figures.append(while_held(site, key, cursor))
            print(f"| {name} | {' | '.join(f'{each:.0f}' for each in figures)} |", flush=True)
            bench.started.pop().terminate()
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
