"""Moves of many applications: each done or refused alone, each refusal named, nothing done twice."""

import csv
import io

import pytest
from django.urls import reverse

from calls.domain import batches
from calls.models import Application, Batch
from grants.models import Envelope
from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, selected_application
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
LIST = "admin:calls_application_changelist"


@pytest.fixture
def call(db):
    return CallFactory(envelope__amount=60_000)


def submitted(call, state="submitted", **kwargs):
    return ApplicationFactory(call=call, submitted=True, state=state, answers=False, **kwargs)


def choose(client, user, action, rows, query="", **data):
    """Choose rows and an action in the list; gives the page this leads to."""
    client.force_login(user)
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]} | data
    return client.post(reverse(LIST) + query, data, follow=True, headers=EN)


def confirm(client, page, **data):
    return client.post(page.request["PATH_INFO"], data, follow=True, headers=EN)


def states(rows):
    return [Application.objects.get(pk=row.pk).state for row in rows]


def text(response):
    return response.content.decode()


def test_five_hundred_with_seven_refusals_name_the_seven(client, officer, call, system):
    """Each refusal by its reference and reason; the others are done."""
    person = UserFactory()
    good = [submitted(call, applicant=person) for _ in range(493)]
    bad = [submitted(call, "rejected", applicant=person) for _ in range(7)]

    page = choose(client, officer, "admit_selected", [*good[:250], *bad, *good[250:]])
    assert "Declare 500 admissible" in text(page)
    assert "€3,000,000" in text(page)
    batch = Batch.objects.get()
    batches.start(batch, by=officer)
    batches.carry_on(batch, by=officer, seconds=600)
    page = client.get(page.request["PATH_INFO"], headers=EN)

    assert "493 done, 7 refused" in text(page)
    for row in bad:
        assert f"<strong>{row.reference}</strong>" in text(page)
    assert text(page).count("is now “Rejected”") == 7
    assert Application.objects.filter(state="admissible").count() == 493
    assert JournalEntry.objects.filter(verb="calls.application.admit").count() == 493


def test_confirming_twice_does_nothing_twice(client, officer, call):
    rows = [submitted(call) for _ in range(3)]
    page = choose(client, officer, "admit_selected", rows)
    assert states(rows) == ["submitted"] * 3  # nothing before it is confirmed

    first, second = confirm(client, page), confirm(client, page)

    assert "3 done, 0 refused" in text(first)
    assert "3 done, 0 refused" in text(second)
    assert JournalEntry.objects.filter(verb="calls.application.admit").count() == 3


def test_a_batch_that_was_cut_says_so_and_goes_on(client, officer, call):
    rows = [submitted(call) for _ in range(3)]
    page = choose(client, officer, "admit_selected", rows)
    batch = Batch.objects.get()
    batches.start(batch, by=officer)
    batches.carry_on(batch, by=officer, seconds=0)

    assert "1 done, 0 refused, 2 left" in text(client.get(page.request["PATH_INFO"], headers=EN))
    assert sorted(states(rows)) == ["admissible", "submitted", "submitted"]
    assert "3 done, 0 refused" in text(confirm(client, page))
    assert states(rows) == ["admissible"] * 3


def test_all_that_match_are_chosen_with_the_same_filter(client, officer, call):
    here = [submitted(call) for _ in range(3)]
    elsewhere = submitted(CallFactory())

    page = choose(client, officer, "admit_selected", here[:1], f"?call={call.pk}", select_across="1")
    confirm(client, page)

    assert states(here) == ["admissible"] * 3
    assert states([elsewhere]) == ["submitted"]
    assert f"?call={call.pk}" in text(page)


def test_propose_in_order_of_arrival_then_approve(client, officer, manager, call):
    rows = [submitted(call, "admissible") for _ in range(2)]

    page = choose(client, officer, "propose_selected", rows[::-1])
    assert "Propose 2 awards, €12,000" in text(page)
    assert "2 done" in text(confirm(client, page, reasons="Good for the region."))
    choose(client, officer, "approve_selected", rows)
    assert Envelope.objects.get().committed == 0  # the action is not even offered to an officer
    page = choose(client, manager, "approve_selected", rows)
    assert "Approve 2 awards, €12,000" in text(page)
    confirm(client, page)

    assert states(rows) == ["awarded"] * 2
    assert Envelope.objects.get().committed == 12_000
    assert Application.objects.first().award.reasons == "Good for the region."


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("refuse_selected", "submitted", "inadmissible"), ("reject_selected", "admissible", "rejected")],
)
def test_turning_away_needs_reasons(client, officer, call, action, before, after):
    rows = [submitted(call, before) for _ in range(2)]

    page = choose(client, officer, action, rows)
    assert "This field is required" in text(confirm(client, page, reasons=" "))
    assert states(rows) == [before] * 2
    confirm(client, page, reasons="No quote.\n\nToo late.")

    assert states(rows) == [after] * 2
    assert [r["sentence"] for r in Application.objects.first().decision_reasons] == ["No quote.", "Too late."]


def test_assign_to_me_and_to_somebody(client, officer, officer2, call):
    rows = [submitted(call) for _ in range(2)]

    assert "2 done" in text(choose(client, officer, "take_selected", rows))
    assert {row.officer for row in Application.objects.all()} == {officer}
    page = choose(client, officer, "assign_selected", rows)
    confirm(client, page, officer=str(officer2.pk))

    assert {row.officer for row in Application.objects.all()} == {officer2}


def test_refusals_can_be_downloaded(client, officer, call):
    rows = [submitted(call, "rejected", enterprise__name=f"=cmd{n}") for n in range(21)]
    page = choose(client, officer, "admit_selected", rows)
    page = confirm(client, page)
    address = reverse("admin:calls_batch_refusals", args=[Batch.objects.get().pk])
    assert address in text(page)

    lines = list(csv.reader(io.StringIO(client.get(address, headers=EN).content.decode("utf-8-sig"))))

    assert lines[0] == ["Reference", "Enterprise", "Reason"]
    assert [line[0] for line in lines[1:]] == [row.reference for row in rows]
    assert lines[1][1] == "'=cmd0"


def test_nobody_confirms_what_somebody_else_chose(client, officer, officer2, manager, call):
    page = choose(client, officer, "admit_selected", [submitted(call)])

    for other in (officer2, manager):
        client.force_login(other)
        assert client.post(page.request["PATH_INFO"]).status_code == 404
    with pytest.raises(NotAllowed):
        batches.start(Batch.objects.get(), by=officer2)
    assert Application.objects.get().state == "submitted"


def test_the_auditor_can_choose_and_change_nothing(client, auditor, call):
    row = submitted(call)

    for action in ("admit_selected", "propose_selected", "approve_selected", "take_selected"):
        choose(client, auditor, action, [row])
    with pytest.raises(NotAllowed):
        batches.prepare(Application.objects.all(), verb="admit", by=auditor)

    assert Application.objects.get().state == "submitted"
    assert not JournalEntry.objects.exists()
    assert not Batch.objects.exists()


def test_a_role_that_was_lost_meanwhile_confirms_nothing(client, officer, call):
    page = choose(client, officer, "admit_selected", [submitted(call)])
    officer.groups.clear()

    assert client.post(page.request["PATH_INFO"]).status_code in (403, 404)
    assert Application.objects.get().state == "submitted"


def test_none_and_too_many_are_refused(officer, call, monkeypatch):
    monkeypatch.setattr(batches, "MOST", 1)
    with pytest.raises(Refused, match="at least one"):
        batches.prepare(Application.objects.none(), verb="admit", by=officer)
    for _ in range(2):
        submitted(call)
    with pytest.raises(Refused, match="more than 1 "):
        batches.prepare(Application.objects.all(), verb="admit", by=officer)
    assert not Batch.objects.exists()


def test_the_one_who_proposed_is_refused_by_name(client, manager, officer, call):
    mine, theirs = (selected_application(call=call, proposed_by=person) for person in (manager, officer))

    page = confirm(client, choose(client, manager, "approve_selected", [mine, theirs]))

    assert "1 done, 1 refused" in text(page)
    assert f"<strong>{mine.reference}</strong>" in text(page)
    assert "You proposed this award" in text(page)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_each_once(officer, together):
    call = CallFactory()
    rows = [submitted(call) for _ in range(6)]
    batch = batches.prepare(Application.objects.all(), verb="admit", by=officer)

    def run():
        own = Batch.objects.get(pk=batch.pk)
        batches.start(own, by=officer)
        batches.carry_on(own, by=officer)

    outcomes = together(run, run)

    assert outcomes == [None, None]
    assert states(rows) == ["admissible"] * 6
    assert batches.figures(batch).refused == 0
    assert JournalEntry.objects.filter(verb="calls.application.admit").count() == 6
