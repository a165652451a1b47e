"""The workspace without scripts, and the answers scripts get: nothing typed is lost."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.domain import forms
from calls.models import Answer, Application, Attachment, Call
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.calls.factories import ANSWERS, ApplicationFactory, CallFactory, StrandFactory
from tests.calls.forms import call_asking
from wecd.common import kept

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF"
LONG = "Ce que j'ai écrit avant d'être déconnectée."


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def draft(entrepreneur, enterprise):
    call = call_asking({"key": "last", "kind": "short_text"}, documents=[{"key": "quote", "label": "Devis"}])
    return ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur, answers=False)


@pytest.fixture
def signed_in(client, entrepreneur):
    client.force_login(entrepreneur)
    return client


def address(draft, section="project"):
    return f"/en/applications/{draft.pk}/{section}/"


def typed(**values):
    """What the page of section "project" posts."""
    data = {f"v-{key}": "0" for key in ("pitch", "provider", "new", "budget", "honest")}
    return data | {"go": "next", "errors_shown": ""} | {f"q-{key}": value for key, value in values.items()}


# --- Begin ----------------------------------------------------------------------------------------
def test_apply_goes_straight_in_when_there_is_nothing_to_choose(signed_in):
    call = CallFactory()
    response = signed_in.get(f"/en/calls/{call.slug}/apply/", follow=True)
    draft = Application.objects.get()
    assert response.redirect_chain[-1][0] == address(draft, "your-enterprise")
    assert "Ardenne Textiles" in response.content.decode()
    signed_in.get(f"/en/calls/{call.slug}/apply/")
    assert Application.objects.count() == 1


def test_apply_asks_which_enterprise_and_strand(signed_in, entrepreneur):
    other = EnterpriseFactory(name="Second", owner=entrepreneur)
    call = CallFactory()
    strand = StrandFactory(call=call, title="Grand chèque")
    page = signed_in.get(f"/en/calls/{call.slug}/apply/").content.decode()
    assert "Second" in page
    assert "Grand chèque" in page
    assert not Application.objects.exists()
    signed_in.post(f"/en/calls/{call.slug}/apply/", {"enterprise": other.pk, "strand": strand.pk})
    draft = Application.objects.get()
    assert (draft.enterprise, draft.strand) == (other, strand)


def test_apply_again_leads_back_to_the_draft_without_asking(signed_in, draft):
    StrandFactory(call=draft.call)
    assert signed_in.get(f"/en/calls/{draft.call.slug}/apply/").url == f"/en/applications/{draft.pk}/"


def test_apply_without_an_enterprise_says_what_to_do(client):
    client.force_login(UserFactory())
    page = client.get(f"/en/calls/{CallFactory().slug}/apply/").content.decode()
    assert reverse("enterprise_new") in page


def test_apply_when_already_submitted_leads_to_it(signed_in, entrepreneur, enterprise):
    done = ApplicationFactory(submitted=True, enterprise=enterprise, applicant=entrepreneur)
    response = signed_in.get(f"/en/calls/{done.call.slug}/apply/")
    assert response.url == f"/en/applications/{done.pk}/"


def test_apply_to_a_closed_call_says_so(signed_in):
    call = CallFactory(closes_at=timezone.now() - timedelta(minutes=5))
    assert "not open" in signed_in.get(f"/en/calls/{call.slug}/apply/").content.decode()
    assert not Application.objects.exists()


# --- Fill in, without scripts ---------------------------------------------------------------------
def test_save_and_continue_saves_all_and_goes_on(signed_in, draft):
    data = typed(pitch="Un plaid", provider="Studio", new="yes", honest="yes")
    data |= {"q-budget-0-label": "A", "q-budget-0-quantity": "4", "q-budget-0-unit_price": "600"}
    response = signed_in.post(address(draft), data)
    assert response.url == address(draft, "more")
    assert dict(draft.answers.values_list("key", "value")) == {
        "pitch": "Un plaid",
        "provider": "Studio",
        "new": True,
        "honest": True,
        "budget": {"lines": [{"label": "A", "quantity": "4", "unit_price": "600.00"}]},
    }
    page = signed_in.get(address(draft)).content.decode()
    assert "Un plaid" in page
    assert "4 h 00" not in page
    assert signed_in.post(
        address(draft, "more"), {"v-last": "0", "q-last": "x", "go": "next"}
    ).url == address(draft, "your-documents")


def test_an_error_is_shown_four_times_with_its_remedy_then_lets_go_on(signed_in, draft):
    data = typed(pitch="x")
    data |= {"q-budget-0-label": "A", "q-budget-0-quantity": "5", "q-budget-0-unit_price": "680"}
    response = signed_in.post(address(draft), data, follow=True)
    page = response.content.decode()
    assert response.request["PATH_INFO"] == address(draft)
    assert 'href="#field-budget--0"' in page  # in the summary
    assert "1 error to correct" in page  # in the list of sections
    assert 'aria-invalid="true"' in page  # on the field
    assert "Write €625 or less. Your costs would become €3,125 and the grant €2,343.75" in page  # in words
    assert 'value="680"' in page  # as typed
    shown = response.context["errors_shown"]
    assert signed_in.post(address(draft), data | {"errors_shown": shown}).url == address(draft, "more")


def test_lines_are_added_and_removed_without_scripts(signed_in, draft):
    data = typed(pitch="x")
    for i, label in enumerate(("A", "B")):
        data |= {f"q-budget-{i}-label": label, f"q-budget-{i}-quantity": "1", f"q-budget-{i}-unit_price": "5"}
    response = signed_in.post(address(draft), data | {"go": "add:budget"}, follow=True)
    assert response.content.decode().count("<tr data-line") == 3
    signed_in.post(address(draft), data | {"go": "drop:budget:0"})
    assert [line["label"] for line in draft.answers.get(key="budget").value["lines"]] == ["B"]


def test_a_conditional_question_appears_before_one_goes_on(signed_in, entrepreneur, enterprise):
    call = call_asking(
        {"key": "other", "kind": "yes_no"},
        {"key": "why", "kind": "short_text", "shown_if": {"question": "other", "in": [True]}},
    )
    draft = ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur, answers=False)
    page = signed_in.get(address(draft, "more")).content.decode()
    assert page.count('id="field-why"') == 1
    assert '&quot;other&quot;}" hidden' in page
    posted = {"v-other": "0", "q-other": "yes", "v-why": "0", "q-why": "", "go": "next"}
    response = signed_in.post(address(draft, "more"), posted)
    assert response.url == address(draft, "more")
    assert '&quot;other&quot;}" hidden' not in signed_in.get(response.url).content.decode()


def test_the_title_is_asked_with_the_enterprise_and_nothing_known_is(signed_in, draft, enterprise):
    page = signed_in.get(address(draft, "your-enterprise")).content.decode()
    assert enterprise.number_display in page
    assert "Rue de Fer 1, 5000 Namur" in page
    assert reverse("enterprise_edit", args=[enterprise.pk]) in page
    signed_in.post(address(draft, "your-enterprise"), {"q-title": "Panneaux", "go": "next"})
    draft.refresh_from_db()
    assert draft.title == "Panneaux"


def test_somebody_elses_text_is_shown_when_replaced(signed_in, draft, enterprise):
    marc = MembershipFactory(enterprise=enterprise, user__name="Marc Hodister").user
    Answer.objects.create(application=draft, key="pitch", value="Texte de Marc", version=3, updated_by=marc)
    response = signed_in.post(address(draft), typed(pitch="Mon texte") | {"v-pitch": "2"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Marc Hodister had written here" in page
    assert "Texte de Marc" in page
    assert draft.answers.get(key="pitch").value == "Mon texte"


def test_after_the_deadline_what_was_typed_is_given_back_with_the_rule(signed_in, draft):
    Call.objects.update(closes_at=timezone.now() - timedelta(minutes=5))
    response = signed_in.post(address(draft), typed(pitch=LONG))
    page = response.content.decode()
    assert response.status_code == 409
    assert "The deadline was" in page
    assert "60 seconds" in page
    assert "avant d&#x27;être déconnectée" in page
    assert not Answer.objects.exists()
    assert "read it, not change it" in signed_in.get(address(draft)).content.decode()


def test_what_was_typed_on_a_form_that_changed_meanwhile_is_saved_or_shown(signed_in, draft, officer):
    """The page was open on the old version; the new one moved a question and dropped two."""
    version = forms.new_version(draft.call, by=officer)
    version.sections.update(title_fr="Une page")
    version.questions.update(label_fr="Une question")
    pages = list(version.sections.order_by("position"))
    forms.place(version.questions.get(key="pitch"), section=pages[1], position=0, by=officer)
    forms.delete(pages[0], by=officer)
    forms.publish_version(version, by=officer, note="Une seule page.")

    response = signed_in.post(address(draft), typed(pitch="Un plaid", provider="Studio <Ombelle>"))

    assert response.status_code == 409
    assert draft.answers.get(key="pitch").value == "Un plaid"
    assert "Studio &lt;Ombelle&gt;" in response.content.decode().partition('id="homeless"')[2]
    assert signed_in.get(address(draft)).status_code == 404


# --- Signed out meanwhile -------------------------------------------------------------------------
def test_text_sent_while_signed_out_comes_back_after_signing_in(client, draft, entrepreneur):
    response = client.post(address(draft), typed(pitch=LONG, new="yes"))
    page = response.content.decode()
    assert response.status_code == 401
    assert "Your text is kept" in page
    assert "avant d&#x27;être déconnectée" in page  # readable even if they never sign in
    assert not Answer.objects.exists()
    client.force_login(entrepreneur)  # the session keeps its content and changes its key
    page = client.get(address(draft)).content.decode()
    assert "Your text is back" in page
    assert "avant d&#x27;être déconnectée" in page
    assert 'value="yes" checked' in page
    client.post(address(draft), typed(pitch=LONG))
    assert draft.answers.get(key="pitch").value == LONG
    assert "Your text is back" not in client.get(address(draft)).content.decode()


def test_kept_text_is_shown_to_nobody_else_and_not_for_ever(client, draft):
    client.post(address(draft), typed(pitch=LONG))
    stranger = UserFactory()
    client.force_login(stranger)
    assert client.get(address(draft)).status_code == 404
    session = client.session
    session[kept.SESSION_KEY][f"{draft.pk}/project"]["at"] = (
        timezone.now() - timedelta(hours=13)
    ).isoformat()
    session.save()
    MembershipFactory(user=stranger, enterprise=draft.enterprise)
    assert "déconnectée" not in client.get(address(draft)).content.decode()


def test_a_flood_is_not_kept_but_still_shown(client, draft):
    response = client.post(address(draft), typed(pitch="mot " * 200_000))
    assert "too long for us to keep" in response.content.decode()
    assert kept.SESSION_KEY not in client.session


def test_without_its_security_token_what_was_typed_comes_back_to_be_sent_again(draft, entrepreneur):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(entrepreneur)
    response = strict.post(address(draft), typed(pitch=LONG))
    page = response.content.decode()
    assert response.status_code == 403
    assert 'name="q-pitch"' in page
    assert 'name="v-pitch"' in page  # so that sending it again saves it
    assert "avant d&#x27;être déconnectée" in page
    strict.post(
        address(draft), typed(pitch=LONG) | {"csrfmiddlewaretoken": strict.cookies["csrftoken"].value}
    )
    assert draft.answers.get(key="pitch").value == LONG


# --- What scripts ask -----------------------------------------------------------------------------
def save(signed_in, draft, key, raw, seen=0):
    body = json.dumps({"key": key, "raw": raw, "seen": seen})
    return signed_in.post(f"/en/applications/{draft.pk}/answers/", body, content_type="application/json")


def test_a_field_is_saved_and_its_version_told(signed_in, draft):
    answer = save(signed_in, draft, "pitch", "Un plaid").json()
    assert (answer["version"], answer["errors"]) == (1, [])
    assert answer["steps"][1]["reason"] == "1 answer of 5"
    assert save(signed_in, draft, "pitch", "mot " * 51, 1).json()["errors"] == [
        "This text has 51 words; the limit is 50. Take out 1 word."
    ]


def test_the_other_writer_is_told(signed_in, draft, enterprise):
    marc = MembershipFactory(enterprise=enterprise, user__name="Marc").user
    Answer.objects.create(application=draft, key="pitch", value="Le sien", version=2, updated_by=marc)
    other = save(signed_in, draft, "pitch", "Le mien", 1).json()["other"]
    assert (other["name"], other["same"], other["input"]) == ("Marc", False, "Le sien")
    told = signed_in.get(f"/en/applications/{draft.pk}/answers/").json()
    assert told["answers"]["pitch"]["version"] == 3
    assert told["csrf"]


def test_scripts_are_told_plainly_why_nothing_was_saved(client, draft, entrepreneur, enterprise):
    assert save(client, draft, "pitch", "x").status_code == 401
    client.force_login(UserFactory())
    assert save(client, draft, "pitch", "x").status_code == 404
    client.force_login(MembershipFactory(enterprise=enterprise, role="reader").user)
    assert (
        save(client, draft, "pitch", "x").status_code,
        save(client, draft, "pitch", "x").json()["final"],
    ) == (403, True)
    client.force_login(entrepreneur)
    assert (
        client.post(f"/en/applications/{draft.pk}/answers/", "{", content_type="application/json").status_code
        == 400
    )
    Call.objects.update(closes_at=timezone.now() - timedelta(minutes=5))
    late = save(client, draft, "pitch", "x")
    assert (late.status_code, late.json()["late"]) == (409, True)
    assert not Answer.objects.exists()


# --- Files ----------------------------------------------------------------------------------------
def test_files_come_and_go_and_leave_only_as_safe_downloads(signed_in, draft, client):
    sent = signed_in.post(
        f"/en/applications/{draft.pk}/files/", {"key": "quote", "file": SimpleUploadedFile("devis.pdf", PDF)}
    )
    assert "devis.pdf" in sent.json()["html"]
    row = Attachment.objects.get()
    url = f"/en/applications/{draft.pk}/files/{row.pk}/"
    got = signed_in.get(url)
    assert b"".join(got.streaming_content) == PDF
    assert got["Content-Disposition"] == 'attachment; filename="devis.pdf"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"].startswith("sandbox")
    signed_in.post(url, headers={"accept": "application/json"})
    assert not Attachment.objects.exists()


def test_files_without_scripts(signed_in, draft):
    files = {"f-quote": SimpleUploadedFile("devis.pdf", PDF), "go": "save"}
    signed_in.post(address(draft, "your-documents"), files)
    row = Attachment.objects.get()
    signed_in.post(address(draft, "your-documents"), {"go": f"remove:{row.pk}"})
    assert not Attachment.objects.exists()
    bad = signed_in.post(
        address(draft, "your-documents"), {"f-quote": SimpleUploadedFile("a.pdf", b"hi"), "go": "save"}
    )
    assert "not a file we can read" in bad.content.decode()


def test_nobody_else_downloads(client, draft, officer, entrepreneur):
    row = Attachment.objects.create(
        application=draft, key="quote", name="a.pdf", size=1, content_type="application/pdf", sha256="0" * 64,
        uploaded_by=entrepreneur, file=SimpleUploadedFile("a.pdf", PDF),
    )  # fmt: skip
    url = f"/en/applications/{draft.pk}/files/{row.pk}/"
    assert client.get(url).status_code == 302  # to sign in
    for person in (UserFactory(), officer):  # a draft is its authors' alone
        client.force_login(person)
        assert client.get(url).status_code == 404


# --- Costs ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_queries_do_not_grow_with_the_answers(
    signed_in, entrepreneur, enterprise, rows, django_assert_num_queries
):
    more = [{"key": f"q{n}", "kind": "short_text"} for n in range(rows)]
    draft = ApplicationFactory(call=call_asking(*more), enterprise=enterprise, applicant=entrepreneur)
    signed_in.get(address(draft, "more"))
    with django_assert_num_queries(11):
        signed_in.get(address(draft, "more"))


def test_the_form_is_light(signed_in, draft):
    import gzip
    import re
    from pathlib import Path

    for key, value in ANSWERS.items():
        Answer.objects.create(application=draft, key=key, value=value, updated_by=draft.applicant)
    page = signed_in.get(address(draft)).content
    files = set(re.findall(r'/static/([^"?]+\.(?:css|js|svg))', page.decode()))
    files |= {"js/workspace-fields.js", "js/workspace-files.js"}
    total = sum(len(gzip.compress(Path("static", name).read_bytes())) for name in files) + len(
        gzip.compress(page)
    )
    assert total < 80_000, f"{total} bytes"
