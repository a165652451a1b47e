"""Applications in the back office: read by staff, decided by moves, changed by nobody else."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from calls.domain import decisions
from calls.enums import ApplicationState
from calls.models import Application
from grants.models import DeMinimisAid, Envelope
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, selected_application
from wecd.common.models import JournalEntry

pytestmark = pytest.mark.django_db
LIST = "admin:calls_application_changelist"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def call(db):
    return CallFactory(envelope__amount=60_000)


def submitted(call, state="admissible", **kwargs):
    return ApplicationFactory(call=call, submitted=True, state=state, **kwargs)


def page(client, application, user):
    client.force_login(user)
    return client.get(reverse("admin:calls_application_change", args=[application.pk]), headers=EN)


def move(client, application, verb, user, **data):
    client.force_login(user)
    address = reverse("admin:calls_application_move", args=[application.pk, verb])
    return (
        client.post(address, data, headers=EN) if data.pop("post", True) else client.get(address, headers=EN)
    )


EN = {"Accept-Language": "en"}


def text(response):
    return response.content.decode()


# --- One ----------------------------------------------------------------------------------------------------
def test_the_page_shows_all_there_is_to_know(client, officer, call):
    application = submitted(
        call,
        rule_results=[
            {"code": "size", "title": "Size", "verdict": "yes", "sentence": "You are small.", "remedy": ""},
            {
                "code": "own",
                "title": "Own",
                "verdict": "unknown",
                "sentence": "To be checked.",
                "remedy": "Ask.",
            },
        ],
    )
    sister = submitted(CallFactory(), enterprise=application.enterprise, title="An older one", answers=False)
    DeMinimisAid.objects.create(
        enterprise=application.enterprise,
        undertaking=application.enterprise.undertaking,
        amount=42_000,
        granted_on=timezone.localdate(),
        granting_authority="SPW",
    )

    words = text(page(client, application, officer))

    for part in (
        "A blanket that can be repaired.",
        "Prototype",
        "You are small.",
        "To be checked.",
        application.enterprise.number_display,
        sister.reference,
        "€42,000",
        "€258,000",
        "€6,000",
        "5000 Namur",
    ):
        assert part in words, part


def test_page_query_count(client, officer, call, django_assert_max_num_queries):
    application = submitted(call)
    page(client, application, officer)

    with django_assert_max_num_queries(32):
        page(client, application, officer)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("submitted", {"admit", "refuse", "assign"}),
        ("admissible", {"propose", "reject", "assign"}),
        ("reserve", {"promote", "reject", "assign"}),
        ("rejected", {"assign"}),
    ],
)
def test_buttons_follow_the_state(client, officer, call, state, offered):
    words = text(page(client, submitted(call, state), officer))

    assert {verb for verb in VERBS if f'data-testid="move-{verb}"' in words} == offered


VERBS = ("admit", "refuse", "propose", "award", "send_back", "promote", "reject", "release", "assign")


@pytest.mark.parametrize("state", sorted(set(ApplicationState) - {"draft", "selected", "awarded"}))
def test_the_auditor_sees_every_page_and_no_button(client, auditor, call, state):
    words = text(page(client, submitted(call, state), auditor))

    assert not [verb for verb in VERBS if f'data-testid="move-{verb}"' in words]


def test_a_button_that_is_missing_says_why(client, call):
    both = UserFactory(roles=["officer", "manager"])
    application = selected_application(call=call, proposed_by=both)

    words = text(page(client, application, both))

    assert 'data-testid="cannot-award"' in words
    assert "You proposed this award" in words


def test_a_member_of_the_enterprise_is_told_to_leave_it(client, officer, call):
    application = submitted(call, "submitted")
    MembershipFactory(enterprise=application.enterprise, user=officer)

    assert "someone else must handle" in text(page(client, application, officer))


# --- Moves, to their end ------------------------------------------------------------------------------------
def test_from_submitted_to_awarded(client, officer, manager, call):
    application = submitted(call, "submitted")

    move(client, application, "admit", officer)
    form = text(move(client, application, "propose", officer, post=False))
    assert 'value="6000.00"' in form or 'value="6000"' in form
    assert "All" in form or "rule" in form
    move(client, application, "propose", officer, amount="5793.75", reasons="Good.", legal_basis="de_minimis")
    form = text(move(client, application, "award", manager, post=False))
    assert "Approve €5,793.75" in form
    assert "two people" in form
    move(client, application, "award", manager)

    application.refresh_from_db()
    assert (application.state, application.award.amount) == ("awarded", application.award.amount)
    assert Envelope.objects.get().committed == application.award.amount
    words = text(page(client, application, manager))
    for part in ("approved the award", "proposed an award", "declared it admissible", "Olivia Officer"):
        assert part in words


def test_a_refusal_is_shown_where_it_arose(client, officer, call):
    application = submitted(call)

    response = move(
        client, application, "propose", officer, amount="7000", reasons="x", legal_basis="de_minimis"
    )

    assert response.status_code == 409
    assert "largest grant of this strand is €6,000" in text(response)
    assert Application.objects.get().state == "admissible"


def test_refuse_keeps_one_reason_a_rule(client, officer, call):
    results = [
        {"code": "seat", "title": "Seat", "verdict": "no", "sentence": "Seat in Ghent.", "remedy": ""},
        {"code": "size", "title": "Size", "verdict": "yes", "sentence": "Small.", "remedy": ""},
    ]
    application = submitted(call, "submitted", rule_results=results)

    form = text(move(client, application, "refuse", officer, post=False))
    assert "Seat in Ghent." in form
    assert "Small." not in form
    move(client, application, "refuse", officer, rule_0="Seat in Ghent.", rule_1="", other="No quote.")

    application.refresh_from_db()
    assert application.decision_reasons == [
        {"code": "seat", "sentence": "Seat in Ghent."},
        {"code": "", "sentence": "No quote."},
    ]


def test_refuse_without_a_reason_stays_on_the_page(client, officer, call):
    application = submitted(call, "submitted")

    assert "at least one reason" in text(move(client, application, "refuse", officer, other=" "))
    assert Application.objects.get().state == "submitted"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("person", ["auditor", "entrepreneur"])
def test_others_move_nothing_whatever_they_post(request, client, officer, call, verb, person):
    application = selected_application(call=call, proposed_by=officer)
    state = {"admit": "submitted", "refuse": "submitted", "propose": "admissible"}.get(verb, "selected")
    Application.objects.update(state=state)

    response = move(
        client,
        application,
        verb,
        request.getfixturevalue(person),
        amount="6000",
        reason="x",
        reasons="x",
        other="x",
        legal_basis="de_minimis",
    )

    assert response.status_code in (302, 403)
    assert Application.objects.get().state == state
    assert not JournalEntry.objects.exists()


def test_send_back_reject_release_and_promote(client, officer, manager):
    call = CallFactory(envelope__amount=6000)
    winner = decisions.propose(submitted(call), by=officer, amount=6000)
    move(client, winner, "send_back", manager, reason="Look again.")
    move(client, winner, "propose", officer, amount="6000", reasons="Yes.", legal_basis="de_minimis")
    waiting = decisions.propose(submitted(call), by=officer, amount=6000)
    move(client, winner, "award", manager)
    assert "nobody on the reserve list fits" in text(move(client, waiting, "promote", officer))

    move(client, winner, "release", manager, reason="Closed down.")

    waiting.refresh_from_db()
    assert waiting.state == "selected"
    assert 'data-testid="move-release"' not in text(page(client, winner, manager))
    third = submitted(call)
    move(client, third, "reject", officer, other="Too late.")
    third.refresh_from_db()
    assert third.state == "rejected"


def test_assign(client, officer, officer2, call):
    application = submitted(call)

    move(client, application, "assign", officer, officer=str(officer2.pk))

    application.refresh_from_db()
    assert application.officer == officer2


def test_a_move_of_another_state_leads_back(client, officer, call):
    assert move(client, submitted(call, "rejected"), "admit", officer).status_code == 302
    assert move(client, submitted(call, "rejected"), "nonsense", officer).status_code == 404
