"""Read again, submit once, keep the receipt; follow and withdraw."""

import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfReader

from calls.domain import applications, attachments, decisions, forms, submissions
from calls.models import Application, Call, Submission
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallRuleFactory, selected_application
from tests.calls.forms import call_asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(entrepreneur, enterprise):
    return ApplicationFactory(enterprise=enterprise, applicant=entrepreneur)


@pytest.fixture
def signed_in(client, entrepreneur):
    client.force_login(entrepreneur)
    return client


def url(row, page=""):
    return f"/en/applications/{row.pk}/{page}"


def text_of(response):
    assert response["Content-Type"] == "application/pdf"
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_review_lists_what_is_missing_each_with_its_link(signed_in, draft):
    draft.answers.filter(key="pitch").delete()
    page = signed_in.get(url(draft, "review/")).content.decode()
    assert f'href="{url(draft, "project/")}#field-pitch"' in page
    assert 'aria-disabled="true"' in page
    assert "One thing is missing: see above." in page
    assert "Saved is not submitted." in page
    assert "Studio Ombelle" in page  # the whole text is there to read


def test_review_keeps_what_a_new_form_no_longer_asks(signed_in, entrepreneur, enterprise, officer):
    call = call_asking(documents=[{"key": "quote"}])
    draft = ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur)
    upload = SimpleUploadedFile("offre.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF")
    attachments.add(draft, "quote", upload, by=entrepreneur)
    assert "No longer asked" not in signed_in.get(url(draft, "review/")).content.decode()
    version = forms.new_version(call, by=officer)
    forms.delete(version.questions.get(key="provider"), by=officer)
    forms.delete(version.documents.get(), by=officer)
    forms.publish_version(version, by=officer, note="Une question de moins.")

    page = signed_in.get(url(draft, "review/"))

    kept = page.content.decode().partition('id="no-longer-asked"')[2].partition("</section>")[0]
    assert "Studio Ombelle" in kept
    assert "offre.pdf" in kept
    assert b"Studio Ombelle" not in signed_in.get(url(draft, "download.json")).content  # not submitted


def test_review_says_the_rule_that_refuses(signed_in, draft, enterprise):
    CallRuleFactory(call=draft.call)
    enterprise.sites.update(postal_code="1000", municipality="Bruxelles")
    page = signed_in.get(url(draft, "review/"))
    assert page.context["blocked"]
    assert 'aria-disabled="true"' in page.content.decode()
    posted = signed_in.post(url(draft, "review/"))
    assert posted.status_code == 409
    assert "Not submitted" in posted.content.decode()


def test_one_press_submits_and_a_second_gives_the_same_receipt(signed_in, draft):
    first = signed_in.post(url(draft, "review/"), follow=True)
    draft.refresh_from_db()
    page = first.content.decode()
    assert f'data-testid="receipt-reference">{draft.reference}<' in page
    assert Submission.objects.get().sha256 in page
    again = signed_in.post(url(draft, "review/"), follow=True)
    assert draft.reference in again.content.decode()
    assert Submission.objects.count() == 1


def test_the_request_counts_when_it_arrives(signed_in, draft):
    Call.objects.update(closes_at=timezone.now() - timedelta(seconds=30))
    assert signed_in.post(url(draft, "review/")).status_code == 302  # within the minute of grace
    other = ApplicationFactory(applicant=draft.applicant)
    Call.objects.update(closes_at=timezone.now() - timedelta(seconds=61))
    late = signed_in.post(url(other, "review/"))
    assert late.status_code == 409
    assert "The deadline was" in late.content.decode()


def test_somebody_signed_out_signs_in_and_comes_back_to_review(client, draft):
    response = client.post(url(draft, "review/"))
    assert response.status_code == 302
    assert response.url.endswith(f"next={url(draft, 'review/')}")
    draft.refresh_from_db()
    assert draft.is_draft


def test_the_json_is_the_hashed_bytes_and_the_pdfs_carry_reference_and_hash(signed_in, draft):
    receipt = submissions.submit(draft, by=draft.applicant, received_at=timezone.now())
    got = signed_in.get(url(draft, "download.json"))
    assert hashlib.sha256(got.content).hexdigest() == receipt.sha256
    assert json.loads(got.content)["title"] == draft.title
    for name in ("receipt.pdf", "download.pdf"):
        text = text_of(signed_in.get(url(draft, name)))
        assert draft.reference in text
        assert receipt.sha256 in text.replace("\n", "").replace(" ", "")
    assert "Studio Ombelle" in text


def test_a_draft_can_be_taken_away_too(signed_in, draft):
    assert "saved is not submitted" in text_of(signed_in.get(url(draft, "download.pdf")))
    assert json.loads(signed_in.get(url(draft, "download.json")).content)["title"] == draft.title
    assert signed_in.get(url(draft, "receipt.pdf")).status_code == 404
    assert signed_in.get(url(draft, "receipt/")).url == url(draft, "review/")


def test_a_draft_opens_where_work_is_left(signed_in, draft):
    assert signed_in.get(url(draft)).url == url(draft, "review/")
    draft.answers.filter(key="pitch").delete()
    assert signed_in.get(url(draft)).url == url(draft, "project/")


def test_an_expired_draft_stays_readable_and_says_so(signed_in, draft):
    Call.objects.update(closes_at=timezone.now() - timedelta(days=1))
    page = signed_in.get(url(draft)).content.decode()
    assert "Expired" in page
    assert "Studio Ombelle" in page
    assert "60 seconds" in page


def test_the_timeline_tells_what_happened_and_what_comes_next(signed_in, draft):
    submissions.submit(draft, by=draft.applicant, received_at=timezone.now())
    page = signed_in.get(url(draft)).content.decode()
    assert "You submitted it" in page
    assert f"Reference {draft.reference}" in page
    assert "The team checks that it is admissible" in page


def test_reasons_are_told_in_sentences(signed_in, entrepreneur, enterprise, officer):
    row = ApplicationFactory(submitted=True, enterprise=enterprise, applicant=entrepreneur)
    decisions.refuse(row, by=officer, reasons=["Your registered office is in Brussels."])
    page = signed_in.get(url(row)).content.decode()
    assert page.count("Your registered office is in Brussels.") == 2  # the reasons, and the timeline
    assert "&#x27;sentence&#x27;" not in page
    assert "Not admissible" in page


def test_a_proposal_is_not_told_before_it_is_approved(client, officer):
    row = selected_application(proposed_by=officer)
    client.force_login(row.applicant)
    page = client.get(url(row)).content.decode()
    assert "Being assessed" in page
    assert "Proposed" not in page


def test_withdraw_asks_twice(signed_in, entrepreneur, enterprise):
    row = ApplicationFactory(submitted=True, enterprise=enterprise, applicant=entrepreneur)
    signed_in.post(url(row, "withdraw/"))
    row.refresh_from_db()
    assert row.state == "submitted"
    signed_in.post(url(row, "withdraw/"), {"sure": "1", "reason": "Plans changed"})
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "Plans changed" in signed_in.get(url(row)).content.decode()


PAGES = [
    "",
    "project/",
    "your-enterprise/",
    "review/",
    "receipt/",
    "receipt.pdf",
    "download.pdf",
    "download.json",
    "answers/",
]


@pytest.mark.parametrize("page", PAGES)
def test_strangers_find_nothing_and_visitors_sign_in(client, draft, page):
    assert client.get(url(draft, page)).status_code in (302, 401)
    client.force_login(UserFactory())
    assert client.get(url(draft, page)).status_code == 404


def test_staff_see_no_withdrawn_draft_and_see_a_withdrawn_submission(entrepreneur, enterprise, officer):
    draft = ApplicationFactory(enterprise=enterprise, applicant=entrepreneur)
    applications.withdraw(draft, by=entrepreneur)
    sent = ApplicationFactory(enterprise=enterprise, applicant=entrepreneur, submitted=True)
    applications.withdraw(sent, by=entrepreneur)
    assert list(Application.objects.visible_to(officer)) == [sent]
    assert set(Application.objects.visible_to(entrepreneur)) == {draft, sent}


def test_staff_see_no_draft_and_readers_may_not_submit(client, draft, officer):
    client.force_login(officer)
    assert client.get(url(draft, "review/")).status_code == 404
    client.force_login(MembershipFactory(enterprise=draft.enterprise, role="reader").user)
    assert "an owner or editor" in client.get(url(draft, "review/")).content.decode()
    assert client.post(url(draft, "review/")).status_code == 403
    draft.refresh_from_db()
    assert draft.is_draft
