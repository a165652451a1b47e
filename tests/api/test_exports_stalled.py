"""An export whose client takes nothing ends; one whose client is merely slow arrives whole."""

import http.client
import time

import pytest

from tests.api.exported import whole_ndjson
from tests.api.serving import copies, free_locks, hang_up, make_hubs, served, within_patience
from wecd.server import THREADS, WORKERS

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 8_000  # more than sockets hold
SECONDS = 4
PATH = "/api/v1/exports/hubs.ndjson"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    given = {"EXPORT_PATIENCE_SECONDS": str(SECONDS), "EXPORT_LEAST_BYTES": "65536"}
    given |= {f"EXPORTS_AT_ONCE{which}": "40" for which in ("", "_OPEN", "_EACH")}
    with django_db_blocker.unblock(), served(tmp_path_factory.mktemp("stalled") / "log", **given) as found:
        yield found


@pytest.fixture
def ask(site):
    make_hubs(ROWS)
    asked = []

    def get(path: str = PATH):
        client = http.client.HTTPConnection(site[0], timeout=60)
        client.request("GET", path)
        asked.append((client, client.getresponse()))
        return asked[-1][1]

    yield get
    for client, response in asked:
        hang_up(client, response)
    assert within_patience(lambda: not copies())


def test_what_nobody_reads_is_cut_off_and_lets_go(ask):
    stalled = ask()
    begun = stalled.read(1000)
    assert begun
    assert len(copies()) == 1
    assert within_patience(lambda: not copies())
    assert within_patience(free_locks)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        stalled.read()


def test_who_reads_slowly_or_waits_for_the_next_request_is_not(ask):
    idle = ask("/api/v1/hubs?page_size=1")
    idle.read()  # its connection stays open
    stalled, slow = ask(), ask()
    data, until = b"", time.monotonic() + 3 * SECONDS
    while time.monotonic() < until:
        data += slow.read(100_000)
        time.sleep(0.5)
    assert len(copies()) == 1  # the other one is gone
    found, _end = whole_ndjson(data + slow.read())
    assert len(found) == ROWS
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        stalled.read()


def test_the_portal_answers_when_all_its_threads_had_such_clients(ask):
    for _ in range(THREADS * WORKERS + 2):  # the last of them wait until the first are cut off
        assert ask().status == 200
    assert ask("/api/v1/hubs?page_size=1").status == 200
    assert within_patience(free_locks)
