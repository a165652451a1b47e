"""The portal as it is served, on the tests' database, and clients that read slowly or go away."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection

from tests.hubs.factories import HubFactory
from wecd.server import command

PATIENCE = 60  # seconds, on a busy machine


@contextmanager
def served(log, **more: str) -> Iterator[tuple[str, psutil.Process]]:
    """Host and port, and the process. ``more`` goes into its environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl(),
        "WECD_ENV": "test",
        "WECD_DATA_DIR": str(settings.DATA_DIR),
        "API_EXPORTS_PER_HOUR": "1000",
        **more,
    }
    with log.open("w+b") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", *command(host="127.0.0.1", port=port)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=written,
            stderr=written,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/hubs", timeout=20).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"127.0.0.1:{port}", psutil.Process(process.pid)
        process.terminate()
        process.wait(30)


def make_hubs(rows: int) -> None:
    """Hubs with long texts: three kilobytes each as NDJSON."""
    HubFactory(slug="one")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        names = [field.column for field in HubFactory._meta.model._meta.concrete_fields]
        text = "repeat((SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, 40) i), 2)"
        values = {"id": "gen_random_uuid()", "slug": "'hub-' || n", "description_fr": text}
        cursor.execute(
            f"INSERT INTO hubs_hub ({', '.join(names)}) SELECT {', '.join(values.get(n, n) for n in names)}"  # noqa: S608
            f" FROM hubs_hub, generate_series(2, {rows}) n"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE hubs_hub")


def hang_up(client, response):
    response.close()
    client.close()


def copies() -> list[int]:
    """The database's processes that run an export of this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY (%'"
            " AND backend_type = 'client backend'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def within_patience(check) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.1)
    return False


def free_locks() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        return cursor.fetchone()[0] == 0
