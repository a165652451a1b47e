"""The page of all running clocks, and the form by which an officer asks for information."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.admin.applications_information import proposal
from calls.models import InformationRequest
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common import clocks
from wecd.common.models import Clock, OutboxMessage

pytestmark = pytest.mark.django_db
PAGE = "/admin/common/clock/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def enter(client, user):
    client.force_login(user, backend=BACKEND)
    return client


def running(name="Ardenne", due=0, **fields):
    """An application whose clock's last day is so many days from today; None: it is paused."""
    row = ApplicationFactory(submitted=True, enterprise__name=name, **fields)
    clocks.start(row, "admissibility", working_days=5)
    if due is None:
        clocks.pause(row, "admissibility")
    else:
        Clock.objects.filter(about_id=row.pk).update(due_on=clocks.today() + timedelta(days=due))
    return row


def shown(response):
    return [row.reference for row in response.context["rows"]]


def test_the_soonest_first_and_what_is_paused_last(client, officer):
    paused, late, today, later = running(due=None), running(due=-1), running(), running(due=9)
    response = enter(client, officer).get(PAGE)
    assert shown(response) == [row.reference for row in (late, today, later, paused)]
    page = response.content.decode()
    assert "Silence means admissible" in page
    assert "tonight" in page
    assert "past its last day" in page
    assert f"/admin/calls/application/{today.pk}/change/" in page


@pytest.mark.parametrize(("view", "which"), [("mine", 0), ("today", 1), ("late", 2), ("paused", 3)])
def test_views_and_their_counts(client, officer, view, which):
    rows = [running(due=9, officer=officer), running(), running(due=-1), running(due=None)]
    response = enter(client, officer).get(PAGE, {"clock": view})
    assert shown(response) == [rows[which].reference]
    assert {v["name"]: v["count"] for v in response.context["views"]} == {
        "": 4,
        "mine": 1,
        "today": 1,
        "late": 1,
        "paused": 1,
    }


@pytest.mark.parametrize("view", ["", "mine", "today", "late", "paused", "nonsense"])
def test_an_empty_page_says_why(client, officer, view):
    page = enter(client, officer).get(PAGE, {"clock": view}).content.decode()
    assert "No clock" in page


def test_a_clock_that_stopped_is_gone(client, officer):
    row = running()
    clocks.stop(row, "admissibility")
    assert shown(enter(client, officer).get(PAGE)) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_query_count(client, officer, rows, django_assert_num_queries):
    for _row in range(rows):
        running(officer=officer)
    enter(client, officer).get(PAGE)
    with django_assert_num_queries(6):
        assert len(shown(client.get(PAGE))) == rows


def test_who_may_look(client, auditor, entrepreneur):
    assert enter(client, auditor).get(PAGE).status_code == 200
    assert enter(client, entrepreneur).get(PAGE).status_code in (302, 403)
    client.logout()
    assert client.get(PAGE).status_code == 302


def test_a_clock_leads_to_what_it_is_about(client, officer):
    row = running()
    clock = Clock.objects.get()
    response = enter(client, officer).get(f"{PAGE}{clock.pk}/change/")
    assert response.url == f"/admin/calls/application/{row.pk}/change/"


# --- Asking for information -------------------------------------------------------------------------------
def address(row, verb="request_information"):
    return reverse("admin:calls_application_move", args=[row.pk, verb])


def test_the_form_proposes_ten_days_and_the_questions(client, officer):
    row = ApplicationFactory(submitted=True)
    page = enter(client, officer).get(address(row)).content.decode()
    for words in ("Le projet", 'name="keys" value="pitch"', 'type="date"', 'value="23:59"', "Brussels time"):
        assert words in page
    due = proposal()
    assert due > timezone.now() + timedelta(days=9)
    assert clocks.is_working_day(due.date())


def test_an_officer_asks_with_it(client, officer):
    row = ApplicationFactory(submitted=True)
    due = proposal()
    given = {
        "message": "Name the days.",
        "keys": ["pitch", "budget"],
        "due_on": due.date().isoformat(),
        "due_time": "12:00",
    }
    response = enter(client, officer).post(address(row), given)
    assert response.status_code == 302
    asked = InformationRequest.objects.get()
    assert (asked.keys, asked.message, asked.asked_by) == (["pitch", "budget"], "Name the days.", officer)
    assert asked.due_at == due.replace(hour=12, minute=0)
    assert OutboxMessage.objects.get().template == "calls/information_requested"
    back = client.post(address(row, "resume"), {"reason": "Found it."})
    assert back.status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"keys": []}, "at least one question"),
        ({"keys": ["nothing"]}, "nothing"),
        ({"message": ""}, "required"),
        ({"due_on": "2020-01-01"}, "past"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_asked(client, officer, wrong, words):
    row = ApplicationFactory(submitted=True, call=CallFactory())
    given = {"message": "Name them.", "keys": ["pitch"], "due_on": "2099-01-05", "due_time": "12:00"} | wrong
    page = enter(client, officer).post(address(row), given)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not InformationRequest.objects.exists()


@pytest.mark.parametrize("person", ["finance", "auditor"])
def test_others_cannot_ask(client, request, person):
    row = ApplicationFactory(submitted=True)
    given = {"message": "Name them.", "keys": ["pitch"], "due_on": "2099-01-05", "due_time": "12:00"}
    assert enter(client, request.getfixturevalue(person)).post(address(row), given).status_code == 403
    assert not InformationRequest.objects.exists()
