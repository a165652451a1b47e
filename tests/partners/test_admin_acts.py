"""Keys and agreements in the back office: the same acts as in the partner's space."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.middleware import SIGNED_IN_AT
from partners.domain import oauth
from partners.models import ApiKey, ProcessingAgreement
from tests.partners.factories import (
    AgreementFactory,
    ApiKeyFactory,
    PartnerFactory,
    PartnerMemberFactory,
    key_of,
)
from wecd.common import journal

pytestmark = pytest.mark.django_db
KEYS, AGREEMENTS = "/admin/partners/apikey/", "/admin/partners/processingagreement/"
AGREEMENT_QUERIES = 6
SECRET = re.compile(r"wecd_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}")


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


def rotation() -> dict:
    return {"overlap": "7", "expires_on": (timezone.localdate() + timedelta(days=90)).isoformat()}


def test_a_key_is_replaced_and_the_new_one_shown_once(as_manager):
    key = ApiKeyFactory()
    address = f"{KEYS}{key.pk}/rotate/"
    assert as_manager.get(address).status_code == 200
    answer = as_manager.post(address, rotation())
    made = key_of(SECRET.search(answer.content.decode())[0])
    assert made.replaces == key
    assert as_manager.get(address).status_code == 403
    assert "no-store" in answer["Cache-Control"]


def test_its_page_says_where_it_stands_in_words(as_manager):
    page = as_manager.get(f"{KEYS}{ApiKeyFactory().pk}/change/").content.decode()
    assert "Usable" in page
    assert "&#x27;usable&#x27;" not in page


def test_a_client_gets_another_secret(as_manager, manager):
    row, old = oauth.create(partner=PartnerFactory(), name="CRM", scopes=[], by=manager)
    answer = as_manager.post(f"{KEYS}{row.pk}/rotate/", rotation())
    assert SECRET.search(answer.content.decode())[0] != old


def test_a_key_is_renamed_and_moved(as_manager):
    key = ApiKeyFactory()
    address = f"{KEYS}{key.pk}/rename/"
    assert as_manager.post(address, {"name": "Lake", "networks": "192.0.2.999"}).status_code == 200
    as_manager.post(address, {"name": "Lake", "networks": "192.0.2.0/24"})
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Lake", ["192.0.2.0/24"])


@pytest.mark.parametrize("act", ["rotate", "rename"])
def test_only_managers_act(request, client, act):
    key = ApiKeyFactory()
    for who in ("officer", "auditor", "finance", "partner_editor"):
        client.force_login(request.getfixturevalue(who))
        assert client.post(f"{KEYS}{key.pk}/{act}/", rotation() | {"name": "x"}).status_code in (302, 403)
    assert ApiKey.objects.get().name == key.name


def test_members_who_enter_the_back_office_find_no_keys_there(client, partner_editor):
    own = ApiKeyFactory(partner=partner_editor.partner_memberships.get().partner)
    client.force_login(partner_editor)
    for address in (KEYS, f"{KEYS}add/", f"{KEYS}{own.pk}/change/", AGREEMENTS):
        assert client.get(address).status_code == 403


def test_personal_data_need_an_agreement_here_too(as_manager):
    partner = PartnerFactory()
    data = {"partner": partner.pk, "name": "ETL", "scopes": ["personal:read"], "networks": ""}
    assert as_manager.post(f"{KEYS}add/", data).context["errors"]
    AgreementFactory(partner=partner)
    assert SECRET.search(as_manager.post(f"{KEYS}add/", data).content.decode())


def facts(partner, **more) -> dict:
    return {
        "partner": partner.pk,
        "reference": "DPA-9",
        "purpose": "Follow-up",
        "signed_on": "2026-05-04",
        "ends_on": "",
    } | more


def upload(content=b"%PDF-1.4\n%%EOF"):
    return SimpleUploadedFile("agreement.pdf", content, content_type="application/pdf")


def test_an_agreement_is_put_on_file_and_changed(as_manager, manager):
    partner = PartnerFactory()
    answer = as_manager.post(f"{AGREEMENTS}add/", facts(partner, upload=upload()))
    assert answer.status_code == 302, answer.context["errors"]
    row = ProcessingAgreement.objects.get()
    assert (row.partner, row.reference) == (partner, "DPA-9")
    page = as_manager.get(f"{AGREEMENTS}{row.pk}/change/").content.decode()
    assert f"/partner/agreements/{row.pk}.pdf" in page
    answer = as_manager.post(f"{AGREEMENTS}{row.pk}/change/", facts(PartnerFactory(), ends_on="2027-05-04"))
    assert answer.status_code == 302, answer.context["errors"]
    row.refresh_from_db()
    assert (row.ends_on.isoformat(), row.partner, bool(row.document)) == ("2027-05-04", partner, True)
    assert [entry.actor for entry in journal.entries_about(row)] == [manager, manager]
    assert as_manager.get(f"{AGREEMENTS}{row.pk}/history/").status_code == 200


def test_what_is_no_pdf_is_said_beside_the_form(as_manager):
    answer = as_manager.post(f"{AGREEMENTS}add/", facts(PartnerFactory(), upload=upload(b"<html>")))
    assert answer.status_code == 200
    assert "must be a PDF" in answer.content.decode()
    assert not ProcessingAgreement.objects.exists()


def test_others_read_and_write_none(request, client):
    row = AgreementFactory()
    for who in ("officer", "auditor", "finance"):
        client.force_login(request.getfixturevalue(who))
        assert client.get(f"{AGREEMENTS}{row.pk}/change/").status_code == 200
        assert client.get(f"{AGREEMENTS}add/").status_code == 403
        assert client.post(f"{AGREEMENTS}{row.pk}/change/", facts(row.partner)).status_code == 403
    client.force_login(request.getfixturevalue("communication"))
    assert client.get(AGREEMENTS).status_code == 403
    row.refresh_from_db()
    assert row.reference != "DPA-9"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same(rows, as_manager, django_assert_num_queries):
    for _ in range(rows):
        AgreementFactory()
        PartnerMemberFactory()
    as_manager.get(AGREEMENTS)
    with django_assert_num_queries(AGREEMENT_QUERIES):
        assert as_manager.get(AGREEMENTS).status_code == 200


# --- Who one is, and how often --------------------------------------------------------------------------
ACTS = {
    "add": (f"{KEYS}add/", {"name": "ETL", "scopes": ["vouchers:read"], "networks": ""}),
    "rotate": (f"{KEYS}{{pk}}/rotate/", {"overlap": "0"}),
}
TOKEN = re.compile(r'name="once" value="([^"]+)"')


def filled(act: str, key: ApiKey) -> tuple[str, dict]:
    """The address and what a person fills in."""
    address, data = ACTS[act]
    day = (timezone.localdate() + timedelta(days=90)).isoformat()
    return address.format(pk=key.pk), data | {"partner": key.partner_id, "expires_on": day}


def long_ago(client) -> None:
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(minutes=16)).isoformat()
    session.save()


@pytest.mark.parametrize("act", ACTS)
def test_a_secret_asks_who_one_is_after_a_while(client, manager, act):
    manager.set_password("a-long-passphrase")
    manager.save()
    client.force_login(manager)
    long_ago(client)
    address, data = filled(act, ApiKeyFactory())
    assert client.get(address).headers["Location"].startswith("/accounts/reauthenticate/")
    answer = client.post(address, data)
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert ApiKey.objects.count() == 1
    confirmed = client.post(answer.headers["Location"], {"password": "a-long-passphrase"})
    assert SECRET.search(confirmed.content.decode()), "the form that was sent is taken up"
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize("act", ACTS)
def test_who_has_nothing_to_confirm_with_signs_in_again(client, manager, act):
    manager.set_unusable_password()
    manager.save()
    client.force_login(manager)
    long_ago(client)
    address, data = filled(act, ApiKeyFactory())
    for answer in (client.post(address, data), client.get(address)):
        assert answer.headers["Location"].startswith("/accounts/login/")
    assert ApiKey.objects.count() == 1


def test_opening_a_key_to_more_places_asks_too_and_a_new_name_does_not(client, manager):
    manager.set_password("a-long-passphrase")
    manager.save()
    client.force_login(manager)
    long_ago(client)
    key = ApiKeyFactory(networks=["192.0.2.0/24"])
    address = f"{KEYS}{key.pk}/rename/"
    assert (
        client.post(address, {"name": "Lake", "networks": "192.0.2.7"})
        .headers["Location"]
        .endswith(f"{KEYS}{key.pk}/change/")
    )
    answer = client.post(address, {"name": "Lake", "networks": ""})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Lake", ["192.0.2.7/32"])


@pytest.mark.parametrize("act", ACTS)
def test_the_same_form_twice_makes_one_key(as_manager, act):
    address, data = filled(act, ApiKeyFactory())
    data["once"] = TOKEN.search(as_manager.get(address).content.decode())[1]
    assert SECRET.search(as_manager.post(address, data).content.decode())
    made = ApiKey.objects.order_by("created_at").last()
    again = as_manager.post(address, data, follow=True)
    assert again.redirect_chain == [(f"{KEYS}{made.pk}/change/", 302)]
    assert "made already" in again.content.decode()
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(("days", "is_made"), [(730, True), (731, False), (None, True)])
def test_no_key_is_made_for_longer_than_two_years(as_manager, days, is_made):
    address, data = filled("add", ApiKeyFactory())
    if days is not None:
        day = timezone.localdate() + timedelta(days=days)
        data |= {"expires_at_0": day.isoformat(), "expires_at_1": "12:00"}
    answer = as_manager.post(address, data)
    assert bool(SECRET.search(answer.content.decode())) is is_made
    assert ("two years" in answer.content.decode()) is not is_made
    assert not ApiKey.objects.filter(name="ETL", expires_at=None).exists()
