"""An export is the database at one moment, and the feed goes on from there: nothing lost, nothing twice."""

import random
import threading

import pytest
from django.db import connection, connections

from hubs.models import Hub
from partners.models import ApiKey
from tests.actions.factories import ActionFactory
from tests.api.conftest import Api, in_one_window
from tests.api.exported import body, whole_csv, whole_ndjson
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.feed.puller import Puller
from tests.hubs.factories import HubFactory
from tests.partners.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_written_meanwhile_comes_with_the_feed(anonymous):
    _kept, changed, gone = (HubFactory(slug=slug) for slug in ("kept", "changed", "gone"))
    before = dict(Hub.objects.values_list("slug", "name"))
    response = anonymous.get("exports/hubs.ndjson")  # the snapshot is taken; no row has left yet
    changed.name = "A new name"
    changed.save()
    gone_id = str(gone.pk)
    gone.delete()
    new = HubFactory(slug="new")

    found, end = whole_ndjson(body(response))

    assert {row["slug"]: row["name"] for row in found} == before
    puller = Puller(anonymous, resources="hubs")
    puller.cursor = end["cursor"]
    expected = {("updated", str(changed.pk)), ("deleted", gone_id), ("created", str(new.pk))}
    assert set(puller.pull()) == expected
    assert len(puller.seen) == 3
    assert puller.pull() == []


def test_a_lost_right_after_the_export_is_told_by_the_feed(wd, action, partner):
    application = ApplicationFactory(call=CallFactory(action=action), submitted=True)
    found, end = whole_ndjson(body(partner.get("exports/applications.ndjson")))
    assert [row["id"] for row in found] == [str(application.pk)]
    application.call.action = ActionFactory()
    application.call.save()
    puller = Puller(partner, resources="applications")
    puller.cursor = end["cursor"]
    assert puller.pull() == [("deleted", str(application.pk))]


def test_exports_under_writers_and_the_feed_from_there_equal_the_database(anonymous):
    """Four writers never stop; each of several exports, continued by the feed, ends with what there is."""
    for number in range(40):
        HubFactory(slug=f"h{number}")
    stop, errors = threading.Event(), []

    def write(number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        count = 0
        try:
            while not stop.is_set():
                count += 1
                keys = list(Hub.objects.values_list("pk", flat=True))
                which = chance.random()
                if which < 0.3 or len(keys) < 10:
                    HubFactory(slug=f"w{number}-{count}")
                elif which < 0.6:
                    Hub.objects.filter(pk=chance.choice(keys)).delete()
                else:
                    Hub.objects.filter(pk=chance.choice(keys)).update(name=f"{number}-{count}")
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        copies = []
        for kind in ("ndjson", "csv", "ndjson", "csv"):
            data = body(anonymous.get(f"exports/hubs.{kind}"))
            rows, end = (whole_ndjson if kind == "ndjson" else whole_csv)(data)
            copies.append(({row["id"]: row["name"] for row in rows}, end["cursor"]))
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
    assert not errors
    assert len({cursor for _rows, cursor in copies}) == 4  # much was written between them
    database = {str(pk): name for pk, name in Hub.objects.values_list("pk", "name")}
    for rows, cursor in copies:
        puller = Puller(anonymous, resources="hubs", page_size=1000)
        puller.cursor = cursor
        while puller.pull():
            for kind, key in puller.seen:
                if kind == "deleted":
                    rows.pop(key, None)  # or it came and went since
                else:  # nothing is told that the export told already
                    name = puller.copy["hubs", key]["name"]
                    assert (rows.get(key) != name) if kind == "updated" else (key not in rows)
                    rows[key] = name
        assert rows == database


@pytest.fixture
def start(wd, settings):
    """Begin an export with the key of this name (or none), and do not read it."""
    settings.EXPORTS_AT_ONCE, settings.EXPORTS_AT_ONCE_OPEN, settings.EXPORTS_AT_ONCE_EACH = 4, 1, 2
    running = []

    def begin(name: str = "", path: str = "exports/calls.csv"):
        if name and not ApiKey.objects.filter(name=name).exists():
            ApiKeyFactory(partner=wd, raw=f"wecd_{name}", name=name)
        response = Api(name and f"wecd_{name}").get(path)
        if response.status_code == 200:
            running.append(response)
        return response

    yield begin
    for response in running:
        response.close()
    assert _idle()


def test_each_reader_has_so_many_at_once(start):
    first = start("one")
    assert [first.status_code, start("one", "exports/applications.ndjson").status_code] == [200, 200]
    refused = start("one", "exports/hubs.csv")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "30"
    assert b"of your exports" in refused.content

    assert start().status_code == 200
    assert start().status_code == 429  # of open data, without a key
    assert start("two").status_code == 200
    full = start("three")
    assert full.status_code == 429  # of all
    assert b"As many exports run" in full.content

    first.close()
    again = start("three")
    assert again.status_code == 200
    body(again)  # read to its end, it lets go by itself
    assert Api("wecd_one").get("calls").status_code == 200


def test_the_last_place_is_for_a_key_that_has_none(start, settings):
    """One key at a crawl and somebody without one do not keep everybody else out."""
    settings.EXPORTS_AT_ONCE, settings.EXPORTS_AT_ONCE_OPEN = 3, 2
    held = [start("one"), start("one")]
    assert [response.status_code for response in held] == [200, 200]
    assert start().status_code == 429
    held[0].close()
    held += [start()]
    assert held[-1].status_code == 200
    assert start("one").status_code == 429  # it has one, whichever of its two that is
    assert start().status_code == 429
    assert start("two").status_code == 200
    assert start("three").status_code == 429


def test_where_there_is_one_place_anybody_may_have_it(start, settings):
    settings.EXPORTS_AT_ONCE = 1
    assert start().status_code == 200
    assert start("one").status_code == 429


def test_what_found_all_busy_costs_a_read_and_no_export(start, settings):
    settings.EXPORTS_AT_ONCE_EACH, settings.API_EXPORTS_PER_HOUR_WITH_KEY = 1, 3
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 2
    in_one_window()
    held = start("one")
    assert held["RateLimit"].startswith('"exports";r=2;')
    for _ in range(2):
        refused = start("one")
        assert (refused.status_code, refused["Retry-After"]) == (429, "30")
        assert refused["RateLimit"].startswith('"exports";r=2;')
    assert Api("wecd_one").get("calls").status_code == 429  # its reads are used up
    assert [start("one")["RateLimit"][:13] for _ in range(2)] == ['"exports";r=1', '"exports";r=0']
    assert int(start("one")["Retry-After"]) > 30  # nor does it go on for ever


def test_what_was_never_read_leaves_nothing(anonymous):
    anonymous.get("exports/hubs.ndjson").close()
    assert _idle()
    assert anonymous.client.head("/api/v1/exports/hubs.ndjson").status_code == 200
    assert anonymous.get("exports/hubs.ndjson", colour="red").status_code == 400
    assert _idle()


def _idle() -> bool:
    """No other connection is inside a transaction, and no lock is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            "   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
            " + (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            "   AND pid <> pg_backend_pid() AND state LIKE '%%transaction%%')"
        )
        return cursor.fetchone()[0] == 0
