"""Masked fields of an enterprise in the back office, and the button that shows one."""

import pytest
from django.urls import reverse

from tests.accounts.factories import MembershipFactory
from wecd.common import journal

pytestmark = pytest.mark.django_db


def page_of(row) -> str:
    return reverse("admin:accounts_enterprise_change", args=[row.pk])


def reveal(row, field="iban") -> str:
    return reverse("admin:accounts_enterprise_reveal", args=[row.pk, field])


@pytest.mark.parametrize("who", ["manager", "officer", "finance", "auditor"])
def test_a_press_shows_the_account_once_and_is_kept(request, client, who, enterprise):
    person = request.getfixturevalue(who)
    client.force_login(person)
    page = client.get(page_of(enterprise)).content.decode()
    assert 'form="reveal-iban"' in page
    assert reveal(enterprise) in page
    assert "539007547034" not in page

    answer = client.post(reveal(enterprise))

    assert "BE68539007547034" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = journal.entries_about(enterprise).get()
    assert (entry.verb, entry.actor, entry.facts) == ("accounts.enterprise.reveal", person, {"field": "iban"})
    assert "539007547034" not in client.get(page_of(enterprise)).content.decode()


def test_looking_is_an_act_not_an_address(client, officer, enterprise):
    client.force_login(officer)
    assert client.get(reveal(enterprise)).status_code == 405
    assert client.post(reveal(enterprise, "name")).status_code == 403
    assert not journal.entries_about(enterprise).exists()


def test_back_leads_to_a_page_of_ours_only(client, officer, enterprise):
    client.force_login(officer)
    assert client.post(reveal(enterprise), {"next": "/admin/"}).context["back"] == "/admin/"
    away = client.post(reveal(enterprise), {"next": "https://elsewhere.example/"})
    assert away.context["back"] == page_of(enterprise)


def test_communication_reads_the_enterprise_without_personal_data(
    client, communication, enterprise, entrepreneur
):
    enterprise.phone = "081 22 33 44"
    enterprise.save()
    MembershipFactory(enterprise=enterprise)
    client.force_login(communication)
    answer = client.get(page_of(enterprise))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Ardenne Textiles" in page
    for text in ("081 22 33 44", "539007547034", entrepreneur.email, entrepreneur.name, "Rue de Fer",
                 'form="reveal-iban"'):  # fmt: skip
        assert text not in page
    assert "••• 44" in page
    assert client.post(reveal(enterprise)).status_code == 403
    assert not journal.entries_about(enterprise).exists()


def test_communication_opens_neither_people_nor_the_applicants_pages(client, communication, enterprise):
    client.force_login(communication)
    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get(f"/fr/enterprises/{enterprise.pk}/").status_code == 404
    assert client.get("/admin/common/journalentry/").status_code == 403
    assert client.get("/admin/common/outboxmessage/").status_code == 403


def test_the_public_pages_of_an_application_are_closed_to_communication(client, communication, officer):
    from tests.calls.factories import ApplicationFactory

    application = ApplicationFactory(submitted=True)
    for person, status in ((communication, 404), (officer, 200)):
        client.force_login(person)
        assert client.get(f"/fr/applications/{application.pk}/", follow=True).status_code == status
