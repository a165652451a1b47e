"""The back office's sidebar shows what exists and what the person may see."""

import pytest
from django.urls import NoReverseMatch, reverse

from tests.accounts.factories import UserFactory
from wecd import backoffice

pytestmark = pytest.mark.django_db


def entries(rf, user):
    request = rf.get("/admin/")
    request.user = user
    return {item["link"] for group in backoffice.navigation(request) for item in group["items"]}


def test_every_entry_leads_to_a_page_that_opens(rf, client, manager):
    links = entries(rf, manager)
    client.force_login(manager)

    assert reverse("admin:calls_call_changelist") in links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_somebody_without_a_role_is_offered_no_journal(rf, auditor):
    nobody = UserFactory(is_staff=True)
    journal = reverse("admin:common_journalentry_changelist")

    assert journal in entries(rf, auditor)
    assert journal not in entries(rf, nobody)


def test_a_form_is_reached_from_its_call_only():
    with pytest.raises(NoReverseMatch):
        reverse("admin:calls_form_changelist")
