"""Exports over a real socket, from the server we use: broken ones look broken, and nothing is left behind."""

import http.client
import urllib.error
import urllib.request

import psutil
import psycopg
import pytest
from django.db import connection

from tests.api.exported import whole_ndjson
from tests.api.serving import copies, free_locks, hang_up, make_hubs, served, within_patience
from tests.hubs.factories import HubFactory

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY = 8_000, 40_000  # rows: more than sockets hold; more than memory should


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    """The portal as it is served, on the tests' database; ``(host and port, its process)``."""
    with django_db_blocker.unblock(), served(tmp_path_factory.mktemp("served") / "log") as found:
        yield found


@pytest.fixture
def many(db, request):
    """Hubs with long texts: some 25 MB as NDJSON, or 120."""
    make_hubs(getattr(request, "param", FEW))


@pytest.fixture
def ask(site):
    """Ask the portal; returns the connection and the response. Hung up at the end, whatever happens."""
    asked = []

    def get(path: str = "/api/v1/exports/hubs.ndjson", **headers):
        client = http.client.HTTPConnection(site[0], timeout=60)
        client.request("GET", path, headers=headers)
        asked.append((client, client.getresponse()))
        return asked[-1]

    yield get
    for client, response in asked:
        hang_up(client, response)
    assert within_patience(lambda: not copies())


@pytest.mark.parametrize("many", [MANY], indirect=True)
def test_many_rows_arrive_whole_in_constant_memory(site, many, ask):
    host, process = site
    for _ in range(12):  # until both processes are warm
        ask("/api/v1/exports/hubs.ndjson?slug=one")[1].read()
    before, most, received, tail = memory(process), 0, 0, b""
    _client, response = ask()
    while data := response.read(4 * 1024 * 1024):
        received += len(data)
        tail = (tail + data)[-300:]
        most = max(most, memory(process))
    assert received > 100_000_000, tail
    assert b'{"end": {"rows": %d, ' % MANY in tail
    assert most - before < 32 * 1024 * 1024


def memory(process: psutil.Process) -> int:
    """What the server and its workers hold."""
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])


@pytest.mark.parametrize("accept", ["identity", "gzip", "zstd"])
def test_an_error_on_the_way_breaks_the_connection(many, ask, accept):
    _client, response = ask(**{"Accept-Encoding": accept})
    response.read(10_000)
    (backend,) = copies()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        while response.read(1024 * 1024):
            pass
    assert within_patience(free_locks)


def test_who_shares_the_server_is_not_cut_off(many, ask):
    """Two exports of the same address: one breaks, the other arrives whole."""
    _first, broken = ask()
    broken.read(10_000)
    (backend,) = copies()
    _second, well = ask("/api/v1/exports/hubs.ndjson?slug=one")
    assert len(whole_ndjson(well.read())[0]) == 1
    _third, other = ask()
    beginning = other.read(10_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        while broken.read(1024 * 1024):
            pass
    found, _end = whole_ndjson(beginning + other.read())
    assert len(found) == FEW


def test_a_client_that_goes_away_ends_the_query_and_its_locks(many, ask):
    client, response = ask()
    response.read(100_000)
    assert len(copies()) == 1
    assert not free_locks()
    hang_up(client, response)
    assert within_patience(lambda: not copies())
    assert within_patience(free_locks)


def test_a_client_that_goes_away_before_the_first_row_does_too(ask):
    HubFactory()
    ask("/api/v1/exports/calls.csv")[1].read()  # the feed has nothing to look at among hubs
    with psycopg.connect(**_params()) as other:
        other.execute("LOCK TABLE hubs_hub IN ACCESS EXCLUSIVE MODE")
        client, response = ask()
        assert within_patience(copies)
        hang_up(client, response)
        assert within_patience(lambda: not copies())
        assert within_patience(free_locks)


def _params() -> dict:
    params = connection.get_connection_params()
    return {key: value for key, value in params.items() if key not in ("cursor_factory", "context")}


def test_so_many_at_once_over_all_processes(site, many, ask):
    host, _process = site
    running = [ask() for _ in range(2)]
    for _client, response in running:
        assert response.status == 200
        response.read(1000)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://{host}/api/v1/exports/calls.csv")
    assert refused.value.code == 429
    assert int(refused.value.headers["Retry-After"]) > 0
    assert refused.value.headers["RateLimit"].startswith('"exports";')
    assert refused.value.headers["Content-Type"] == "application/problem+json"
    with urllib.request.urlopen(f"http://{host}/api/v1/hubs?page_size=1") as page:
        assert page.status == 200
    for client, response in running:
        hang_up(client, response)
    assert within_patience(free_locks)
    _client, response = ask("/api/v1/exports/calls.csv")
    assert response.status == 200
