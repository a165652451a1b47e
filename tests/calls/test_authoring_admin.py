"""A call in the back office: its pages, its moves, and who may use them."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from calls.domain import calls, forms
from calls.models import Call, CallRule, Strand
from tests.actions.factories import ActionFactory
from tests.calls.factories import (
    ApplicationFactory,
    CallFactory,
    CallRuleFactory,
    CriterionFactory,
)
from wecd.common.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences are matched in the language they are written in."""
    with translation.override("en"):
        yield


LIST = "/admin/calls/call/"


def url(call, page="change"):
    return reverse(f"admin:calls_call_{page}", args=[call.pk])


def ready(**facts):
    now = timezone.now()
    dates = {"opens_at": now + timedelta(hours=1), "closes_at": now + timedelta(days=30)}
    return CallFactory(draft=True, **{"description_fr": "Pour oser."} | dates | facts)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def as_auditor(client, auditor):
    client.force_login(auditor)
    return client


def posted(client, call):
    """What the browser would send back from the change page, unchanged."""
    page = client.get(url(call))
    data = {}
    forms_on_page = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms_on_page += [inline.formset.management_form, *inline.formset.forms]
    for form in forms_on_page:
        for bound in form:
            value = bound.value()
            widget = bound.field.widget
            if hasattr(widget, "decompress"):
                for index, part in enumerate(widget.decompress(value)):
                    data[f"{bound.html_name}_{index}"] = part if part is not None else ""
            elif value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False:
                data[bound.html_name] = value
    return data


# --- List -----------------------------------------------------------------------------------------
def test_the_list_costs_the_same_for_one_and_three_calls(as_officer):
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            call = CallFactory()
            ApplicationFactory(call=call, submitted=True)
        as_officer.get(LIST)  # warm
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = as_officer.get(LIST)
        counts.append(len(queries))
    assert len(response.context["cl"].result_list) == 3
    assert counts[0] == counts[1] <= 12


def test_the_list_shows_phase_submissions_and_envelope(as_officer):
    call = CallFactory(closes_at=timezone.now() + timedelta(days=12, hours=1))
    ApplicationFactory(call=call, submitted=True)
    ApplicationFactory(call=call)

    row = as_officer.get(LIST).content.decode()

    assert "Ouvert" in row or "Open" in row
    assert "12" in row
    assert as_officer.get(LIST).context["cl"].result_list[0].submitted == 1
    assert "240" in row


# --- Reading and writing --------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["draft", "published", "closed", "cancelled"])
def test_the_page_opens_in_every_state(as_officer, state):
    call = CallFactory(state="draft", published_at=None) if state == "draft" else CallFactory(state=state)
    CallRuleFactory(call=call)
    CriterionFactory(call=call)

    assert as_officer.get(url(call)).status_code == 200


def test_a_new_call_is_written_and_gets_its_form(as_officer):
    action = ActionFactory()

    response = as_officer.post(
        reverse("admin:calls_call_add"),
        {
            "action": action.pk,
            "kind": "creative_voucher",
            "slug": "cheque",
            "code": "CC",
            "title_fr": "Chèque créativité",
            "summary_fr": "Pour oser.",
        },
    )

    call = Call.objects.get()
    assert response.status_code == 302
    assert (call.title_fr, call.state) == ("Chèque créativité", "draft")
    assert call.forms.count() == 1


def test_texts_of_a_published_call_stay_editable_and_its_structure_does_not(as_officer):
    call = CallFactory()
    CallRuleFactory(call=call)
    data = posted(as_officer, call) | {
        "title_fr": "Nouveau titre",
        "allocation": "by_score",
        "grace_seconds": 0,
        "strands-TOTAL_FORMS": 1,
        "strands-INITIAL_FORMS": 0,
        "strands-0-code": "x",
        "strands-0-title_fr": "X",
        "strands-0-floor": 1,
        "strands-0-ceiling": 2,
        "strands-0-funding_rate": 50,
    }

    response = as_officer.post(url(call), data)

    assert response.status_code == 302, response.context["errors"]
    call.refresh_from_db()
    assert call.title_fr == "Nouveau titre"
    assert (call.allocation, call.grace_seconds) == ("first_come", 60)
    assert Strand.objects.filter(call=call).count() == 1


def test_a_draft_takes_strands_and_rules_with_friendly_fields(as_officer):
    call = ready()
    data = posted(as_officer, call) | {
        "rules-TOTAL_FORMS": 1,
        "rules-0-code": "age_of_enterprise",
        "rules-0-position": 1,
        "rules-0-min_months": 6,
        "rules-0-right": "yes",
        "rules-0-which": "either",
    }

    response = as_officer.post(url(call), data)

    assert response.status_code == 302, response.context and response.context["errors"]
    rule = CallRule.objects.get(call=call)
    assert (rule.code, rule.params) == ("age_of_enterprise", {"min_months": 6})
    assert "6" in as_officer.get(url(call)).content.decode()


def test_a_rule_with_wrong_parameters_says_so_beside_the_field(as_officer):
    call = ready()
    data = posted(as_officer, call) | {
        "rules-TOTAL_FORMS": 1,
        "rules-0-code": "legal_form",
        "rules-0-position": 1,
    }

    response = as_officer.post(url(call), data)

    assert response.status_code == 200
    [formset] = [f for f in response.context["inline_admin_formsets"] if f.formset.prefix == "rules"]
    assert list(formset.formset.errors[0]) == ["legal_forms"]
    assert [pane for _, pane in response.context["tabs_to_mend"]] == ["rules"]
    assert not CallRule.objects.exists()


def test_an_auditor_reads_and_changes_nothing(as_auditor):
    call = ready()

    page = as_auditor.get(url(call))
    assert page.status_code == 200
    assert page.context["has_change_permission"] is False
    assert as_auditor.post(url(call), {"title_fr": "Non"}).status_code == 403
    assert as_auditor.get(reverse("admin:calls_call_add")).status_code == 403
    for move in ("publish", "extend", "close", "archive", "cancel", "copy", "new_version", "publish_version"):
        assert as_auditor.get(url(call, move)).status_code == 403, move
        assert as_auditor.post(url(call, move)).status_code == 403, move
    call.refresh_from_db()
    assert call.state == "draft"
    assert not JournalEntry.objects.exists()
    assert not LogEntry.objects.exists()


def test_an_entrepreneur_does_not_enter(client, entrepreneur):
    client.force_login(entrepreneur)

    assert client.get(LIST).status_code == 403
    assert client.get(url(ready())).status_code == 403


# --- Moves ----------------------------------------------------------------------------------------
def titles(response):
    return {move["path"].rstrip("/").rsplit("/", 1)[-1] for move in response.context["moves"]}


def test_buttons_are_those_of_the_state_and_the_person(client, officer, manager):
    draft, open_ = ready(), CallFactory()

    client.force_login(officer)
    assert titles(client.get(url(draft))) == {"publish", "preview", "builder", "copy", "export"}
    assert titles(client.get(url(open_))) == {
        "preview",
        "builder",
        "extend",
        "new-version",
        "close",
        "copy",
        "export",
        "statistics",
    }
    assert [label for label, _ in client.get(url(draft)).context["why_nots"]] != []

    client.force_login(manager)
    assert titles(client.get(url(draft))) == {"publish", "preview", "builder", "copy", "export", "cancel"}
    assert client.get(url(draft)).context["why_nots"] == []


def test_publishing_lists_what_is_missing_and_offers_no_button(as_officer):
    call = ready(description_fr="", envelope=None)

    page = as_officer.get(url(call, "publish"))
    posted = as_officer.post(url(call, "publish"))

    assert [row.link.rsplit("#")[-1] for row in page.context["missing"]] == ["general", "money"]
    assert "2 conditions are missing" in page.content.decode()
    assert not page.context["button"]
    call.refresh_from_db()
    assert (posted.status_code, call.state) == (200, "draft")


def test_publishing_a_ready_call(as_officer):
    call = ready()

    response = as_officer.post(url(call, "publish"))

    call.refresh_from_db()
    assert response.url == url(call)
    assert call.state == "published"


def test_extending_shows_the_refusal_and_keeps_what_was_typed(as_officer):
    call = CallFactory()

    response = as_officer.post(
        url(call, "extend"), {"closes_at": "2020-01-01T12:00", "reason_fr": "Une panne."}
    )

    assert response.status_code == 409
    assert response.context["refused"]
    assert "Une panne." in response.content.decode()


def test_extending_reads_the_hour_on_the_clock_of_brussels(as_officer):
    call = CallFactory()

    as_officer.post(url(call, "extend"), {"closes_at": "2099-07-01T12:00", "reason_fr": "Une panne."})

    call.refresh_from_db()
    assert call.closes_at.isoformat() == "2099-07-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("typed", "closes_at"),
    [
        ("2029-03-25T01:59", "2029-03-25T00:59:00+00:00"),
        ("2029-03-25T02:30", None),  # the clock jumps from 2 to 3: this hour does not exist
        ("2029-03-25T03:00", "2029-03-25T01:00:00+00:00"),
        ("2029-10-28T02:30", None),  # it goes back from 3 to 2: this hour is there twice
        ("2029-10-28T03:00", "2029-10-28T02:00:00+00:00"),
    ],
)
def test_a_deadline_is_right_across_summer_time(as_officer, typed, closes_at):
    call = CallFactory()
    before = call.closes_at
    as_officer.post(url(call, "extend"), {"closes_at": typed, "reason_fr": "Une panne."})
    call.refresh_from_db()
    assert call.closes_at.isoformat() == (closes_at or before.isoformat())


def test_copying_leads_to_the_copy(as_officer):
    call = CallFactory()

    response = as_officer.post(url(call, "copy"), {"slug": "suite", "code": "CC2"})

    assert response.url == url(Call.objects.get(slug="suite"))


def test_a_new_version_is_made_and_published(as_officer):
    call = CallFactory()
    as_officer.post(url(call, "new_version"))
    version = call.forms.get(number=2)

    page = as_officer.get(url(call, "publish_version"))
    assert page.status_code == 200
    as_officer.post(url(call, "publish_version"), {"note": "Rien ne change."})

    version.refresh_from_db()
    assert version.is_frozen


def test_only_a_manager_cancels(client, officer, manager):
    call = CallFactory()
    client.force_login(officer)
    assert client.post(url(call, "cancel"), {"reason_fr": "Non"}).status_code == 403

    client.force_login(manager)
    client.post(url(call, "cancel"), {"reason_fr": "Le budget n’a pas été voté."})

    call.refresh_from_db()
    assert call.state == "cancelled"
    assert "Le budget n’a pas été voté." in client.get(f"/fr/calls/{call.slug}/").content.decode()


def test_a_save_does_not_undo_a_move_made_meanwhile(as_officer, officer):
    call = ready()
    data = posted(as_officer, call) | {"title_fr": "Écrit avant, enregistré après"}
    calls.publish(call, by=officer)

    as_officer.post(url(call), data)

    call.refresh_from_db()
    assert call.state == "published"
    assert call.form.is_frozen


def test_the_preview_shows_every_question_and_the_public_page(as_officer):
    call = ready()
    question = call.form.questions.get(key="pitch")
    question.label_nl = "Uw project"
    forms.save(question, by=as_officer.get(LIST).wsgi_request.user)

    page = as_officer.get(url(call, "preview") + "?lang=nl")

    assert page.status_code == 200
    assert "Uw project" in page.content.decode()
    assert f"/nl/calls/{call.slug}/" in page.content.decode()
    assert as_officer.get(f"/fr/calls/{call.slug}/").status_code == 200
