"""The page of statistics and the closing report."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from calls.domain import calls, decisions
from calls.models import Application
from tests.calls.factories import ApplicationFactory, CallFactory, CallRuleFactory, CriterionFactory
from wecd.common import journal

pytestmark = pytest.mark.django_db


def page(client, call, name):
    return client.get(reverse(f"admin:calls_call_{name}", args=[call.pk]))


def text_of(response) -> str:
    reader = PdfReader(io.BytesIO(response.content))
    return " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_statistics_open_with_none_one_and_three(client, auditor, rows, django_assert_max_num_queries):
    call = CallFactory()
    for _ in range(rows):
        ApplicationFactory(call=call, submitted=True)
        ApplicationFactory(call=call)
    client.force_login(auditor)
    page(client, call, "statistics")
    with django_assert_max_num_queries(16):
        response = page(client, call, "statistics")
    assert response.status_code == 200
    if rows:
        assert f"/admin/calls/application/?call={call.pk}&amp;state=submitted" in response.content.decode()
        assert response.context["found"].submitted == rows
        assert "“" not in str(response.context["figures"])
    else:
        assert "Nothing yet." in response.content.decode()


def test_every_figure_has_the_count_of_the_list_behind_it(client, officer):
    call = CallFactory()
    for _ in range(2):
        ApplicationFactory(call=call, submitted=True)
    client.force_login(officer)
    response = page(client, call, "statistics")
    rows = [row for breakdown in response.context["breakdowns"] for row in breakdown["rows"] if row["url"]]
    assert rows
    for row in rows:
        assert client.get(row["url"]).context["cl"].result_count == row["count"], row["url"]


def closed_call(officer, manager):
    now = timezone.now()
    call = CallFactory(allocation="by_score", title_fr="Chèque", description_fr="Pour oser.")
    CallRuleFactory(call=call)
    CriterionFactory(call=call)
    calls.extend(call, by=officer, closes_at=call.closes_at + timedelta(days=1), reason="Une panne.")
    refused = ApplicationFactory(call=call, submitted=True, title="Secret project")
    decisions.refuse(
        refused, by=officer, reasons=[{"code": "wallonia_seat_or_site", "sentence": "Jean is in Lille."}]
    )
    ApplicationFactory(call=call)
    Application.objects.filter(call=call).update(created_at=now)
    type(call).objects.filter(pk=call.pk).update(closes_at=now - timedelta(days=1))
    call.refresh_from_db()
    calls.close(call, by=officer)
    return call, refused


def test_the_report_says_what_happened_in_french_and_names_nobody(client, auditor, officer, manager):
    call, refused = closed_call(officer, manager)
    head = journal.seal()
    client.force_login(auditor)

    response = page(client, call, "report")
    text = text_of(response)

    assert response["Content-Type"] == "application/pdf"
    for words in ("Chèque", "Une panne.", "Valeur ajoutée", head.hash[:40]):
        assert words in text, words
    for words in ("Jean", "Lille", "Secret", refused.enterprise.name, refused.applicant.name, officer.name):
        assert words not in text, words


def test_the_report_comes_in_english_too(client, auditor, officer, manager):
    call, _refused = closed_call(officer, manager)
    client.force_login(auditor)
    text = text_of(client.get(reverse("admin:calls_call_report", args=[call.pk]) + "?lang=en"))
    assert "Closing report" in text
    assert "One extension" in text
    assert "1 draft was never submitted" in text


def test_a_call_that_is_not_over_has_no_report_and_a_draft_no_statistics(client, officer):
    client.force_login(officer)
    assert page(client, CallFactory(), "report").status_code == 403
    assert page(client, CallFactory(draft=True), "statistics").status_code == 403


def test_outsiders_see_neither(client, entrepreneur):
    client.force_login(entrepreneur)
    call = CallFactory(state="closed")
    for name in ("statistics", "report"):
        assert page(client, call, name).status_code in (302, 403)
