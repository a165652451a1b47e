"""Keys in the back office: shown once, revoked after a question."""

import re

import pytest
from django.urls import reverse

from partners.models import ApiKey
from tests.partners.factories import ApiKeyFactory, PartnerFactory, PartnerMemberFactory, key_of
from wecd.common import journal

pytestmark = pytest.mark.django_db
ADD, LIST = "/admin/partners/apikey/add/", "/admin/partners/apikey/"


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


def test_a_new_key_is_shown_once_and_works(as_manager, manager):
    partner = PartnerFactory()
    data = {"partner": partner.pk, "name": "ETL", "scopes": ["vouchers:read"]}

    page = as_manager.post(ADD, data)

    secret = re.search(r"wecd_\w{32}_\w{6}", page.content.decode())[0]
    assert "no-store" in page["Cache-Control"]
    key = ApiKey.objects.get()
    assert key_of(secret) == key
    assert (key.partner, key.scopes, key.created_by) == (partner, ["vouchers:read"], manager)
    verbs = [entry.verb for entry in journal.entries_about(key)]
    assert verbs == ["partners.apikey.create", "partners.apikey.first_use"]
    for address in (LIST, reverse("admin:partners_apikey_change", args=[key.pk])):
        assert secret not in as_manager.get(address).content.decode()


def test_what_makes_no_sense_is_said_beside_the_form(as_manager):
    data = {"partner": PartnerFactory().pk, "name": "ETL", "scopes": ["vouchers:read"]}
    data |= {"expires_at_0": "2020-01-01", "expires_at_1": "12:00"}
    page = as_manager.post(ADD, data)
    assert page.status_code == 200
    assert page.context["errors"]
    assert not ApiKey.objects.exists()


def test_revoke_asks_first(as_manager):
    key = ApiKeyFactory()
    address = f"/admin/partners/apikey/{key.pk}/revoke/"
    assert as_manager.get(address).status_code == 200
    key.refresh_from_db()
    assert key.is_usable
    as_manager.post(address)
    key.refresh_from_db()
    assert not key.is_usable
    assert as_manager.get(address).status_code == 403


def test_only_managers_touch_keys(client, officer, auditor, entrepreneur):
    key = ApiKeyFactory()
    address = f"/admin/partners/apikey/{key.pk}/revoke/"
    for person in (officer, auditor):
        client.force_login(person)
        assert client.get(LIST).status_code == 200
        assert client.get(ADD).status_code == 403
        assert client.post(address).status_code == 403
    client.force_login(entrepreneur)
    assert client.get(LIST).status_code == 403
    key.refresh_from_db()
    assert key.is_usable


def test_nobody_edits_or_deletes_a_key(as_manager):
    key = ApiKeyFactory()
    page = f"/admin/partners/apikey/{key.pk}/"
    assert as_manager.post(f"{page}change/", {"name": "Other"}).status_code == 403
    assert as_manager.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert ApiKey.objects.get().name == key.name


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same(rows, as_manager, django_assert_num_queries):
    for _ in range(rows):
        ApiKeyFactory()
        PartnerMemberFactory()
    as_manager.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        assert as_manager.get(LIST).status_code == 200


LIST_QUERIES = 6


def test_a_partner_with_its_roles_and_people(as_manager):
    member = PartnerMemberFactory()
    page = as_manager.get(f"/admin/partners/partner/{member.partner.pk}/change/").content.decode()
    assert "description_de" in page
    assert "periods-0-from_date" in page or "periods-TOTAL_FORMS" in page
