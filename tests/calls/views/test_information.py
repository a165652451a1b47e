"""Completing an application: the task, the pages limited to what was asked, and sending it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from calls.domain import attachments, information, submissions
from calls.models import Attachment, InformationRequest, PendingAnswer
from tests.accounts.factories import MembershipFactory
from tests.calls.factories import ApplicationFactory
from tests.calls.forms import call_asking
from wecd.demo.applications import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def pdf(name="quote.pdf"):
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def asked_of(entrepreneur, enterprise, officer, keys=("pitch", "quote")):
    call = call_asking(documents=[{"key": "quote"}])
    row = ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur)
    attachments.add(row, "quote", pdf(), by=entrepreneur)
    submissions.submit(row, by=entrepreneur, received_at=timezone.now())
    due = timezone.now() + timedelta(days=10)
    information.request(row, by=officer, keys=keys, message="The quote names no days.", due_at=due)
    return row


@pytest.fixture
def row(entrepreneur, enterprise, officer):
    return asked_of(entrepreneur, enterprise, officer)


@pytest.fixture
def signed_in(client, entrepreneur):
    client.force_login(entrepreneur, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(name, row, *more):
    return reverse(name, args=[row.pk, *more])


def past(row):
    InformationRequest.objects.filter(application=row).update(due_at=timezone.now() - timedelta(seconds=1))


def test_it_awaits_in_my_space_and_on_the_applications_page(signed_in, row):
    space = signed_in.get(reverse("space")).content.decode()
    assert "Complete “A repairable blanket”" in space
    assert "The quote names no days." in space
    assert f'href="{at("information", row)}"' in space
    page = signed_in.get(at("application", row)).content.decode()
    for words in (
        "We need something from you",
        "The quote names no days.",
        "<li>Pitch</li>",
        "<li>Devis</li>",
    ):
        assert words in page
    assert "Answer by" in page


def test_a_page_has_what_was_asked_to_write_and_the_rest_to_read(signed_in, row):
    page = signed_in.get(at("section", row, "project")).content.decode()
    assert 'name="q-pitch"' in page
    assert 'name="q-provider"' not in page
    assert "Studio Ombelle" in page
    assert "data-over" not in page
    documents = signed_in.get(at("section", row, "your-documents")).content.decode()
    assert 'name="f-quote"' in documents


def test_a_page_without_anything_asked_leads_back(signed_in, row):
    assert signed_in.get(at("section", row, "your-enterprise")).url == at("information", row)
    assert signed_in.get(at("review", row)).url == at("application", row)


def test_without_scripts_from_the_first_word_to_the_receipt(signed_in, row):
    step = signed_in.post(
        at("section", row, "project"), {"q-pitch": "A new pitch", "v-pitch": "1", "go": "next"}
    )
    assert step.url == at("section", row, "your-documents")
    old = row.attachments.get()
    signed_in.post(step.url, {"go": f"remove:{old.pk}"})
    review = signed_in.get(at("information", row)).content.decode()
    assert "One thing is missing" in review
    assert "A new pitch" in review
    refused = signed_in.post(at("information", row))
    assert refused.status_code == 409
    signed_in.post(step.url, {"f-quote": pdf("days.pdf"), "go": "next"})
    sent = signed_in.post(at("information", row), follow=True)
    assert sent.redirect_chain[-1][0] == at("application", row)
    assert "version 2 of your application" in sent.content.decode()
    receipt = signed_in.get(at("receipt", row)).content.decode()
    assert "Version 1" in receipt
    assert "Version 2" in receipt
    second = signed_in.get(at("application_json", row) + "?version=2")
    assert second.content.decode() == row.submissions.get(number=2).content
    assert signed_in.get(at("application_json", row)).content == second.content
    assert signed_in.get(at("application_json", row) + "?version=3").status_code == 404


def test_scripts_save_what_was_asked_and_are_refused_the_rest(signed_in, row):
    def save(key, raw):
        return signed_in.post(
            at("answers", row), {"key": key, "raw": raw, "seen": 1}, content_type="application/json"
        )

    saved = save("pitch", "A new pitch").json()
    assert saved["version"] == 2
    assert len(saved["steps"]) == 2  # as many as the page shows
    refused = save("provider", "Another")
    assert refused.status_code == 409
    assert refused.json()["final"]
    news = signed_in.get(at("answers", row)).json()
    assert (news["draft"], news["closed"]) == (True, "")
    assert news["answers"]["pitch"]["input"] == "A new pitch"


def test_after_the_deadline_what_was_typed_comes_back_with_the_rule(signed_in, row):
    past(row)
    late = signed_in.post(at("section", row, "project"), {"q-pitch": "Too late", "v-pitch": "1"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "The answer was due by" in page
    assert "Too late" in page
    assert not PendingAnswer.objects.exists()
    assert signed_in.get(at("answers", row)).json()["closed"].startswith("The answer was due by")
    assert "Read what you wrote" in signed_in.get(at("application", row)).content.decode()


def test_text_sent_while_signed_out_comes_back_even_when_the_time_is_over(client, row, entrepreneur):
    out = client.post(at("section", row, "project"), {"q-pitch": "Typed signed out", "v-pitch": "1"})
    assert out.status_code == 401
    information.expire_due(timezone.now() + timedelta(days=11))
    client.force_login(entrepreneur, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(at("section", row, "project"))
    assert page.status_code == 200
    assert "Typed signed out" in page.content.decode()


def test_what_was_not_sent_is_kept_for_its_authors_alone(signed_in, row, officer, client):
    signed_in.post(at("section", row, "project"), {"q-pitch": "Never sent", "v-pitch": "1"})
    signed_in.post(at("section", row, "your-documents"), {"f-quote": pdf("never.pdf"), "go": "next"})
    information.expire_due(timezone.now() + timedelta(days=11))
    mine = signed_in.get(at("application", row)).content.decode()
    assert "What you typed and did not send" in mine
    assert "Never sent" in mine
    assert "never.pdf" in mine
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    theirs = client.get(at("application", row)).content.decode()
    assert "Never sent" not in theirs


def test_staff_see_nothing_of_an_answer_in_the_making(signed_in, row, officer, client):
    signed_in.post(at("section", row, "project"), {"q-pitch": "Half a", "v-pitch": "1"})
    signed_in.post(at("section", row, "your-documents"), {"f-quote": pdf("half.pdf"), "go": "next"})
    half = Attachment.everything.get(name="half.pdf")
    assert signed_in.get(at("attachment", row, half.pk)).status_code == 200
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(at("attachment", row, half.pk)).status_code == 404
    for address in (at("application", row), at("section", row, "project"), at("information", row)):
        assert "Half a" not in client.get(address, follow=True).content.decode()
    assert "Half a" not in client.get(at("answers", row)).content.decode()
    assert client.post(at("information", row)).status_code == 403


def test_a_reader_of_the_enterprise_reads_and_does_not_send(client, row, enterprise):
    reader = MembershipFactory(enterprise=enterprise, role="reader").user
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(at("information", row)).content.decode()
    assert "an owner or editor of the enterprise sends the answer" in page
    assert client.post(at("information", row)).status_code == 403
    assert InformationRequest.objects.get().outcome == ""


def test_signed_out_and_strangers_get_nothing(client, row):
    assert "/accounts/login/" in client.get(at("information", row)).url
    stranger = MembershipFactory().user
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(at("information", row)).status_code == 404


def test_pressing_send_twice_shows_the_same_version(signed_in, row):
    for _press in range(2):
        page = signed_in.post(at("information", row), follow=True).content.decode()
        assert "version 2 of your application" in page
    assert row.submissions.count() == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tasks_query_count(entrepreneur, enterprise, officer, rows, django_assert_num_queries):
    from calls.views.space import requests

    for _row in range(rows):
        asked_of(entrepreneur, enterprise, officer)
    assert entrepreneur.enterprise_roles
    with django_assert_num_queries(1):
        assert len(requests(entrepreneur, timezone.now())) == rows


@pytest.mark.parametrize("keys", [["pitch", "quote"], ["pitch", "provider", "budget", "quote"]])
def test_the_pages_query_count(signed_in, entrepreneur, enterprise, officer, keys, django_assert_num_queries):
    row = asked_of(entrepreneur, enterprise, officer, keys=keys)
    signed_in.get(at("information", row))
    with django_assert_num_queries(15):
        signed_in.get(at("information", row))
