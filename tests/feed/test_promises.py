"""What the feed promises whatever happens: a release, a restore, a moment between two requests."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from partners.models import ProcessingAgreement
from tests.api.conftest import Api
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.feed.puller import Puller
from tests.hubs.factories import HubFactory
from tests.partners.factories import ApiKeyFactory
from wecd.catalogue import BY_NAME
from wecd.common.rest.reader import Reader
from wecd.feed import cursors, looks, reading, settling, watching
from wecd.feed.models import Entry, Look, Mark, State

pytestmark = pytest.mark.django_db
SEEN = frozenset({"applications:read"})


@pytest.fixture
def application(action):
    return ApplicationFactory(submitted=True, call=CallFactory(action=action))


# --- A release ----------------------------------------------------------------------------------------
def test_what_a_release_shows_otherwise_is_told_again(anonymous, monkeypatch):
    watching.after_migrate()
    hub = HubFactory()
    puller = Puller(anonymous, resources="hubs,calls").all()
    monkeypatch.setattr(BY_NAME["hubs"], "fields", dict(list(BY_NAME["hubs"].fields.items())[:-1]))
    monkeypatch.setattr(reading, "kept", reading.Kept(most=1))
    watching.after_migrate()
    assert {mark.model for mark in Mark.objects.all()} == {"hubs.hub!"}
    assert puller.pull() == [("updated", str(hub.pk))]
    assert puller.copy["hubs", str(hub.pk)].keys() == BY_NAME["hubs"].fields.keys()


def test_a_resource_that_is_new_in_a_release_enters_the_feed(anonymous):
    hub = HubFactory()
    with connection.cursor() as cursor:  # as before the release: neither triggers, nor entries, nor its shape
        cursor.execute("DELETE FROM feed_mark")
    State.objects.update(shapes={name: shape for name, shape in shapes().items() if name != "hubs"})
    puller = Puller(anonymous, resources="hubs").all()
    assert puller.copy == {}
    watching.after_migrate()
    assert puller.pull() == [("created", str(hub.pk))]
    watching.after_migrate()
    assert not Mark.objects.exists()  # and not with each release


def shapes() -> dict[str, str]:
    return {name: looks.fingerprint(resource()) for name, resource in BY_NAME.items()}


PRINT = """
import django; django.setup()
from tests.feed.test_promises import shapes
print(shapes())
"""


def test_looks_are_the_same_in_every_process():
    def told(seed: str) -> str:
        env = os.environ | {"PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "wecd.settings"}
        command = [sys.executable, "-c", PRINT]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    assert told("1") == told("2") != ""


# --- A moment between two requests --------------------------------------------------------------------
def test_a_row_that_changes_before_it_was_ever_told_is_created_all_the_same(application, wd, partner):
    before = ApplicationFactory(submitted=True, call=application.call)
    settling.settle()
    type(application).objects.filter(pk=application.pk).update(title="Changed since")
    page = reading.read(("applications",), Reader(partner=wd.pk, scopes=SEEN), cursors.BEGINNING, 10)
    told = [before.pk] if before.pk < application.pk else []
    assert len(page.changes) == len(told)
    assert page.has_more  # the page ends before the row, instead of passing it over
    assert page.cursor.seq == Entry.objects.get(row=application.pk).seq - 1
    rest = Puller(partner, resources="applications")
    rest.cursor = str(page.cursor)
    assert ("created", str(application.pk)) in rest.pull()


def test_a_row_told_before_is_left_out_until_it_is_settled(application, wd, partner):
    puller = Puller(partner, resources="applications").all()
    type(application).objects.update(title="Once")
    settling.settle()
    type(application).objects.update(title="Twice")
    reader, place = Reader(partner=wd.pk, scopes=SEEN), cursors.parse(puller.cursor)
    page = reading.read(("applications",), reader, place, 10)
    assert (page.changes, page.has_more, page.cursor) == ([], False, cursors.settled().place)
    assert puller.pull() == [("updated", str(application.pk))]
    assert puller.copy["applications", str(application.pk)]["title"] == "Twice"


# --- Rows changed behind the triggers' back, and a restore ---------------------------------------------
def test_a_rebuilt_feed_tells_of_what_went_unseen(anonymous):
    hub, other = HubFactory(), HubFactory()
    puller = Puller(anonymous, resources="hubs").all()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM hubs_hub WHERE id = %s", [hub.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert puller.pull() == []
    call_command("rebuild_feed", verbosity=0)
    assert puller.pull() == [("deleted", str(hub.pk))]
    assert [key for _name, key in puller.copy] == [str(other.pk)]


def test_after_a_restore_only_places_of_the_lost_time_are_refused(anonymous):
    HubFactory()
    puller = Puller(anonymous, resources="hubs").all()
    backup = State.objects.get()
    lost = f"{backup.epoch}-{backup.seq + 3}"
    State.objects.update(home="another server, another line of history")
    HubFactory()
    settling.settle()
    state = State.objects.get()
    assert state.lost == [[backup.seq, backup.seq + settling.LEAP]]
    assert anonymous.get("changes", after=lost).status_code == 410
    assert [kind for kind, _key in puller.pull()] == ["created"]  # a place of before it goes on
    assert puller.pull() == []
    HubFactory()
    settling.settle()
    assert State.objects.get().lost == state.lost  # noticed once
    assert [kind for kind, _key in puller.pull()] == ["created"]


def test_a_feed_that_begins_anew_has_lost_nothing(anonymous):
    HubFactory()
    State.objects.update(seq=2, lost=[[0, 10**9]])
    call_command("rebuild_feed", new_epoch=True, verbosity=0)
    puller = Puller(anonymous, resources="hubs").all()
    assert State.objects.get().lost == []
    assert puller.copy
    assert anonymous.get("changes", after=puller.cursor).status_code == 200


def test_a_feed_that_never_settled_has_lost_nothing(anonymous):
    State.objects.update(home="the template", seq=0)
    HubFactory()
    assert Puller(anonymous, resources="hubs").pull()
    assert State.objects.get().lost == []
    assert State.objects.get().home != "the template"


# --- What is kept of rows -------------------------------------------------------------------------------
def test_what_was_kept_serves_while_nothing_changes_and_is_not_needed(application, partner, wd):
    puller = Puller(partner, resources="applications").all()
    kept = Look.objects.filter(resource="applications")
    assert str(application.pk) in kept.get().data
    kept.update(data=kept.get().data.replace(application.reference, "KEPT"))
    assert "KEPT" in partner.get("changes", resources="applications").content.decode()
    type(application).objects.update(title="Marked")  # not settled: rows are read as they are
    page = reading.read(("applications",), Reader(partner=wd.pk, scopes=SEEN), cursors.BEGINNING, 10)
    assert b"KEPT" not in b"".join(page.changes)
    settling.settle()
    kept.delete()
    assert Puller(partner, resources="applications").all().copy == {
        ("applications", row["id"]): row for row in partner.results("applications")
    }
    assert puller.pull()


def test_what_nobody_sees_any_more_is_not_kept(application, partner):
    Puller(partner, resources="applications").all()
    type(application).objects.update(state="draft")
    settling.settle()
    assert not Look.objects.filter(resource="applications").exists()


def test_personal_data_are_kept_nowhere_a_second_time(application, partner):
    person = application.applicant
    type(person).objects.filter(pk=person.pk).update(
        name="Zoé Zwijsen", email="zoe@zwijsen.example", phone="+32 470 99 88 77"
    )
    Puller(partner, resources="applications").all()
    kept = "".join(Look.objects.values_list("data", flat=True))
    assert application.reference in kept
    for secret in ("Zwijsen", "zoe@", "99 88 77"):
        assert secret not in kept


# --- Personal data --------------------------------------------------------------------------------------
def test_what_only_some_keys_see_is_told_to_them_alone(application, partner, wd):
    ProcessingAgreement.objects.create(
        partner=wd, reference="DPA-7", purpose="Follow-up", signed_on=timezone.localdate()
    )
    raw = "wecd_that_sees_persons"
    ApiKeyFactory(partner=wd, raw=raw, scopes=["applications:read", "personal:read"])
    plain = Puller(partner, resources="applications").all()
    whole = Puller(Api(raw), resources="applications").all()
    person, key = application.applicant, str(application.pk)
    person.phone = "+32 470 11 22 33"
    person.save()
    assert plain.pull() == []
    assert whole.pull() == [("updated", key)]
    assert whole.copy["applications", key]["contact"]["phone"] == "+32 470 11 22 33"
    type(application).objects.update(title="For all")
    assert plain.pull() == whole.pull() == [("updated", key)]
    type(application).objects.update(state="draft")
    assert plain.pull() == whole.pull() == [("deleted", key)]
    person.phone = "+32 470 00 00 00"
    person.save()
    type(application).objects.update(state="submitted")
    assert plain.pull() == whole.pull() == [("created", key)]
    assert plain.pull() == whole.pull() == []
