"""The feed over HTTP: what changed, for whom, from which cursor on."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import ApiKey
from tests.accounts.factories import UserFactory
from tests.actions.factories import ActionFactory
from tests.api import rows
from tests.api.conftest import Api
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.feed.puller import Puller
from tests.grants.factories import AwardFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory
from tests.vouchers.factories import VoucherFactory
from wecd.api import waiting
from wecd.catalogue import BY_NAME
from wecd.feed import settling
from wecd.feed.models import Entry, Mark, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(db):
    """The key of a partner with an action of its own."""
    other = PartnerFactory(code="OTHER")
    ApiKeyFactory(partner=other, raw="wecd_other")
    ActionFactory(lead=other)
    return Api("wecd_other")


def submitted(action, **kwargs):
    return ApplicationFactory(call=CallFactory(action=action), submitted=True, **kwargs)


def test_a_row_is_created_updated_and_deleted(action, partner, officer, manager):
    puller = Puller(partner, resources="vouchers").all()
    voucher = rows.make("vouchers", action, officer, manager)
    key = str(voucher.pk)
    assert puller.pull() == [("created", key)]
    assert puller.copy["vouchers", key] == partner.json(f"vouchers/{key}")
    assert puller.pull() == []
    voucher.own_share = 1500
    voucher.save()
    assert puller.pull() == [("updated", key)]
    assert puller.copy["vouchers", key]["own_share"]["amount"] == "1500.00"
    voucher.delete()
    assert puller.pull() == [("deleted", key)]
    assert puller.copy == {}
    assert puller.pull() == []


@pytest.mark.parametrize("name", rows.ALL)
def test_every_resource_from_the_beginning(name, action, officer, manager, partner):
    made = [str(rows.make(name, action, officer, manager).pk) for _ in range(3)]
    puller = Puller(partner, resources=name).all(page_size=2)
    listed = {row["id"]: row for row in partner.results(name)}
    assert set(made) <= set(listed)
    assert {key: data for (_name, key), data in puller.copy.items()} == listed


def test_rows_come_after_those_they_name(action, partner, officer, manager):
    rows.make("vouchers", action, officer, manager)
    order = list(dict.fromkeys(c["resource"] for c in partner.json("changes")["results"]))
    assert order == [name for name in BY_NAME if name in order]
    assert order[-1] == "vouchers"


def test_only_the_newest_state_of_a_row_and_nothing_that_looks_the_same(action, partner):
    application = submitted(action)
    puller = Puller(partner, resources="applications").all()
    for title in ("One", "Two", "Three"):
        application.title = title
        application.save()
    assert puller.pull() == [("updated", str(application.pk))]
    assert puller.copy["applications", str(application.pk)]["title"] == "Three"
    type(application).objects.update(title="Three")  # written, and the same
    application.enterprise.phone = "+32 81 00 00 00"  # not shown
    application.enterprise.save()
    assert puller.pull() == []
    assert not Mark.objects.exists()
    assert Entry.objects.filter(resource="applications").count() == 1


def test_what_shows_inside_a_row_changes_it(action, partner, officer, manager):
    application = rows.award(action, officer, manager).application
    puller = Puller(partner, resources="applications,vouchers,awards").all()
    call, enterprise = application.call, application.enterprise
    call.title_de = "Ein Titel"
    call.save()
    assert ("updated", str(application.pk)) in puller.pull()
    enterprise.sites.update(postal_code="4000")
    puller.pull()
    assert puller.copy["applications", str(application.pk)]["enterprise"]["nuts2"] == "BE33"
    assert puller.copy["awards", str(application.award_id)]["enterprise"]["postal_code"] == "4000"
    type(application.award).objects.update(amount=5000)
    puller.pull()
    assert puller.copy["applications", str(application.pk)]["award"]["amount"]["amount"] == "5000.00"


def test_a_lost_right_is_a_deletion_and_a_gained_one_a_creation(action, partner, theirs, wd):
    application = submitted(action)
    key = str(application.pk)
    ours, others = Puller(partner, resources="applications"), Puller(theirs, resources="applications")
    assert ours.all().copy
    assert others.all().copy == {}
    action.lead = PartnerFactory(code="THIRD")
    action.save()
    assert ours.pull() == [("deleted", key)]
    assert others.pull() == []
    action.partners.add(type(wd).objects.get(code="OTHER"))
    assert ours.pull() == []
    assert others.pull() == [("created", key)]
    assert others.copy["applications", key]["reference"] == application.reference
    action.partners.add(wd)
    assert ours.pull() == [("created", key)]
    action.partners.clear()
    assert ours.pull() == [("deleted", key)]
    assert others.pull() == [("deleted", key)]


def test_what_comes_into_sight_later_is_created_then(action, partner, anonymous):
    puller = Puller(anonymous, resources="calls,awards").all()
    call = CallFactory(draft=True, action=action)
    award = AwardFactory(state="proposed")
    assert str(call.pk) not in [key for _type, key in puller.pull()]
    manager = UserFactory(roles=["manager"])
    type(award).objects.update(state="approved", approved_at=timezone.now(), approved_by=manager)
    assert puller.pull() == [("created", str(award.pk))]
    type(award).objects.update(state="released")
    assert puller.pull() == [("deleted", str(award.pk))]


def test_the_clock_changes_calls_too(anonymous, monkeypatch):
    monkeypatch.setattr(settling, "CLOCK_EVERY", timedelta(milliseconds=500))
    call = CallFactory(closes_at=timezone.now() + timedelta(seconds=4))
    puller = Puller(anonymous, resources="calls").all()
    assert puller.copy["calls", str(call.pk)]["phase"] == "closing"
    time.sleep(max(0, (call.closes_at - timezone.now()).total_seconds()) + 0.6)
    assert puller.pull() == [("updated", str(call.pk))]
    assert puller.copy["calls", str(call.pk)]["phase"] == "closed"
    assert puller.pull() == []


def test_nobody_sees_another_partners_rows(action, partner, theirs, anonymous):
    marker = submitted(action, title="Marqueur")
    for api in (theirs, anonymous):
        body = api.get("changes").content
        assert b"Marqueur" not in body
        assert str(marker.pk).encode() not in body
    assert anonymous.get("changes", resources="applications").status_code == 401
    ApiKey.objects.update(scopes=["vouchers:read"])
    assert partner.get("changes", resources="applications").status_code == 403
    assert str(marker.pk).encode() not in partner.get("changes").content


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"resources": "calls,nothing"}, "resources"),
        ({"resources": ""}, "resources"),
        ({"after": "12"}, "after"),
        ({"after": "zz"}, "after"),
        ({"page_size": "10001"}, "page_size"),
        ({"page_size": "0"}, "page_size"),
    ],
)
def test_a_wrong_parameter_is_named(query, field, anonymous):
    response = anonymous.get("changes", **query)
    assert response.status_code == 400
    assert [error["field"] for error in json.loads(response.content)["errors"]] == [field]


def test_pages_follow_each_other_without_gap_or_repetition(action, partner):
    made = sorted(str(submitted(action).pk) for _ in range(7))
    puller, found, sizes = Puller(partner, resources="applications"), [], []
    while page := puller.pull(page_size=3):
        found += [key for _type, key in page]
        sizes.append(len(page))
    assert sizes == [3, 3, 1]
    assert sorted(found) == made
    page = partner.json("changes", resources="applications", page_size=7)
    assert page["has_more"] is False
    assert partner.json("changes", resources="applications", page_size=6)["has_more"] is True


def test_a_cursor_of_before_a_restore_is_refused_with_what_to_do(partner, action):
    submitted(action)
    puller = Puller(partner).all()
    State.objects.update(epoch="0badcafe")
    response = partner.get("changes", after=puller.cursor)
    assert response.status_code == 410
    assert "load everything" in json.loads(response.content)["detail"]
    beyond = f"0badcafe-{10**9}"
    assert partner.get("changes", after=beyond).status_code == 410


@pytest.mark.parametrize("many", [1, 3])
def test_a_page_is_one_price(many, action, partner):
    for _ in range(many):
        submitted(action)
    Puller(partner).all()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        partner.json("changes")
    feed = [query for query in queries if "feed_" in query["sql"]]
    # Anything to settle? How far it is settled; how far the page goes; the page.
    assert len(feed) == 4, [query["sql"][:80] for query in feed]


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_answered_when_something_happens(action, partner):
    application = submitted(action)
    puller = Puller(partner, resources="applications").all()

    def later():
        time.sleep(0.7)
        type(application).objects.update(title="At last")
        connection.close()

    wait = {"Prefer": "wait=20"}
    thread = threading.Thread(target=later)
    thread.start()
    started = time.monotonic()
    response = partner.client.get(
        "/api/v1/changes",
        {"after": puller.cursor, "resources": "applications"},
        headers=wait,
    )
    thread.join()
    assert 0.5 < time.monotonic() - started < 10
    assert response["Preference-Applied"] == "wait=20"
    assert json.loads(response.content)["results"][0]["data"]["title"] == "At last"


def test_waiting_ends_and_too_many_do_not_wait(partner, settings):
    puller = Puller(partner).all()
    wait = {"headers": {"Prefer": "respond-async, wait=1"}}
    started = time.monotonic()
    response = partner.client.get("/api/v1/changes", {"after": puller.cursor}, **wait)
    assert json.loads(response.content)["results"] == []
    assert 0.9 < time.monotonic() - started < 3
    settings.API_WAITING_AT_ONCE = 1
    started = time.monotonic()
    with waiting.place("somebody else", has_key=True):
        response = partner.client.get("/api/v1/changes", {"after": puller.cursor}, **wait)
    assert time.monotonic() - started < 0.9
    assert "Preference-Applied" not in response


def test_vouchers_of_others_stay_theirs(action, partner, theirs, officer, manager):
    mine = rows.make("vouchers", action, officer, manager)
    VoucherFactory(code="MARKER-0001")
    puller = Puller(partner, resources="vouchers").all()
    assert [key for _name, key in puller.copy] == [str(mine.pk)]
