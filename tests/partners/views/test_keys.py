"""A partner's keys on its own pages: made, copied once, changed, replaced, revoked."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.domain import oauth
from partners.models import ApiKey
from tests.partners.factories import (
    AgreementFactory,
    ApiKeyFactory,
    PartnerFactory,
    PartnerMemberFactory,
    key_of,
)

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"wecd_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}")
KEYS = "/en/partner/WD/keys/"
LIST_QUERIES, KEY_QUERIES = 6, 8


@pytest.fixture
def partner():
    return PartnerFactory(code="WD", name="Wallonie Design")


@pytest.fixture
def member(partner):
    return PartnerMemberFactory(partner=partner, user__password="").user


@pytest.fixture
def inside(client, member):
    """A client in which a member just signed in."""
    client.force_login(member)
    return client


@pytest.fixture
def key(partner):
    return ApiKeyFactory(partner=partner, name="Warehouse")


def in_a_year() -> str:
    return (timezone.localdate() + timedelta(days=365)).isoformat()


def new(**data) -> dict:
    return {"name": "ETL", "how": "key", "expires_on": in_a_year()} | data


def test_a_new_key_is_shown_once_and_works(inside, partner, member):
    answer = inside.post(f"{KEYS}new/", new(scopes=["vouchers:read"], networks="192.0.2.0/24, 198.51.100.7"))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    secret = SECRET.search(answer.content.decode())[0]
    made = ApiKey.objects.get()
    assert key_of(secret) == made
    assert (made.partner, made.scopes, made.created_by) == (partner, ["vouchers:read"], member)
    assert made.networks == ["192.0.2.0/24", "198.51.100.7/32"]
    assert timezone.localdate(made.expires_at).isoformat() == in_a_year()
    for address in (KEYS, f"{KEYS}{made.pk}/", "/en/partner/WD/usage/"):
        assert secret not in inside.get(address).content.decode()
    assert secret not in str(dict(inside.session))


def test_the_address_one_comes_from_is_offered(inside):
    assert "203.0.113.9" in inside.get(f"{KEYS}new/", REMOTE_ADDR="203.0.113.9").content.decode()
    data = new(from_here="on", networks="192.0.2.0/24")
    inside.post(f"{KEYS}new/", data, REMOTE_ADDR="203.0.113.9")
    assert ApiKey.objects.get().networks == ["192.0.2.0/24", "203.0.113.9/32"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"networks": "192.0.2.0/24\nexample.org"}, "“example.org” is no network"),
        ({"networks": "0.0.0.0/0"}, "every address there is"),
        ({"expires_on": "2020-01-01"}, "from tomorrow on"),
        ({"expires_on": "2050-01-01"}, "two years ahead"),
        ({"name": ""}, "required"),
        ({"scopes": ["personal:read"]}, "personal:read is not one of"),
        ({"how": "magic"}, "magic is not one of"),
    ],
)
def test_mistakes_are_said_and_nothing_typed_is_lost(inside, data, said):
    answer = inside.post(f"{KEYS}new/", new(**data))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert data.get("name", "ETL") in text
    assert not ApiKey.objects.exists()


def test_personal_data_can_be_chosen_under_an_agreement(inside, partner):
    form = inside.get(f"{KEYS}new/").content.decode()
    assert "personal:read" not in form
    assert "processing agreement" in form
    AgreementFactory(partner=partner)
    assert "personal:read" in inside.get(f"{KEYS}new/").content.decode()
    inside.post(f"{KEYS}new/", new(scopes=["applications:read", "personal:read"]))
    assert "personal:read" in ApiKey.objects.get().scopes


def test_a_client_for_oauth_is_made_on_the_same_page(inside):
    text = inside.post(f"{KEYS}new/", new(how="oauth")).content.decode()
    made = ApiKey.objects.get()
    assert made.client_id in text
    assert SECRET.search(text)
    assert "client_credentials" in text
    assert made.client_id in inside.get(f"{KEYS}{made.pk}/").content.decode()


def test_a_key_is_replaced_with_overlap(inside, key):
    asked = inside.get(f"{KEYS}{key.pk}/rotate/")
    assert asked.status_code == 200
    answer = inside.post(f"{KEYS}{key.pk}/rotate/", {"overlap": "14", "expires_on": in_a_year()})
    secret = SECRET.search(answer.content.decode())[0]
    key.refresh_from_db()
    assert key_of(secret) == key.replaced_by
    assert timedelta(days=13) < key.expires_at - timezone.now() < timedelta(days=15)
    again = inside.post(f"{KEYS}{key.pk}/rotate/", {"overlap": "14", "expires_on": in_a_year()})
    assert again.status_code == 422
    assert "replaced already" in again.content.decode()
    assert "Being replaced" in inside.get(KEYS).content.decode()


def test_a_client_gets_a_new_secret_without_overlap(inside, partner, member):
    row, old = oauth.create(partner=partner, name="Dynamics", scopes=[], by=member)
    answer = inside.post(f"{KEYS}{row.pk}/rotate/", {"expires_on": in_a_year()})
    assert SECRET.search(answer.content.decode())[0] != old
    assert ApiKey.objects.count() == 1


def test_a_client_is_replaced_with_overlap_too(inside, partner, member):
    row, old = oauth.create(partner=partner, name="Dynamics", scopes=[], by=member)
    address = f"{KEYS}{row.pk}/rotate/"
    assert "After 14 days" in inside.get(address).content.decode()
    text = inside.post(address, {"overlap": "14", "expires_on": in_a_year()}).content.decode()
    new = ApiKey.objects.get(replaces=row)
    assert new.client_id in text
    assert SECRET.search(text)[0] != old
    page = inside.get(f"{KEYS}{row.pk}/").content.decode()
    assert f"{KEYS}{row.pk}/rotate/" not in page
    assert f"{KEYS}{new.pk}/" in page


@pytest.mark.parametrize("overlap", ["31", "-1", "2", "", "x"])
def test_an_overlap_is_one_of_those_offered(inside, key, overlap):
    answer = inside.post(f"{KEYS}{key.pk}/rotate/", {"overlap": overlap, "expires_on": in_a_year()})
    assert answer.status_code == 422
    assert ApiKey.objects.count() == 1


def test_name_and_networks_are_changed(inside, key):
    address = f"{KEYS}{key.pk}/"
    assert inside.post(address, {"name": "Lake", "networks": "192.0.2.1"}).headers["Location"] == address
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Lake", ["192.0.2.1/32"])
    assert inside.post(address, {"name": "", "networks": ""}).status_code == 422


def test_revoking_asks_first(inside, key):
    address = f"{KEYS}{key.pk}/revoke/"
    assert "Revoke this key?" in inside.get(address).content.decode()
    key.refresh_from_db()
    assert key.is_usable
    inside.post(address)
    key.refresh_from_db()
    assert not key.is_usable
    assert "revoked already" in inside.post(address, follow=True).content.decode()
    assert f"{KEYS}{key.pk}/rotate/" not in inside.get(f"{KEYS}{key.pk}/").content.decode()


@pytest.mark.parametrize("part", ["", "rotate/", "revoke/"])
def test_a_key_of_another_partner_is_not_there(inside, part):
    other = ApiKeyFactory()
    for address in (f"{KEYS}{other.pk}/{part}", f"/en/partner/{other.partner.code}/keys/{other.pk}/{part}"):
        assert inside.get(address).status_code == 404
        assert (
            inside.post(address, {"overlap": "0", "expires_on": in_a_year(), "name": "x"}).status_code == 404
        )
    other.refresh_from_db()
    assert other.is_usable
    assert other.name != "x"


@pytest.mark.parametrize("who", ["officer", "auditor", "finance", "entrepreneur"])
def test_who_sees_keys_in_the_back_office_makes_none_here(request, client, partner, key, who):
    client.force_login(request.getfixturevalue(who))
    for address in (KEYS, f"{KEYS}new/", f"{KEYS}{key.pk}/", "/en/partner/WD/usage.csv"):
        assert client.get(address).status_code == 404
    assert client.post(f"{KEYS}new/", new()).status_code == 404
    assert ApiKey.objects.count() == 1


# --- A recent sign-in ------------------------------------------------------------------------------
def long_ago(client) -> None:
    session = client.session
    session["signed_in_at"] = (timezone.now() - timedelta(hours=2)).isoformat()
    session.save()


def test_a_secret_asks_who_one_is_after_a_while(client, member, key):
    member.set_password("a-long-passphrase")
    member.save()
    client.force_login(member)
    long_ago(client)
    for address in (f"{KEYS}new/", f"{KEYS}{key.pk}/rotate/"):
        assert client.get(address).headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.get(KEYS).status_code == 200
    answer = client.post(f"{KEYS}new/", new())
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert ApiKey.objects.count() == 1
    confirmed = client.post(answer.headers["Location"], {"password": "a-long-passphrase"})
    assert SECRET.search(confirmed.content.decode()), "the form that was sent is taken up"
    assert "no-store" in confirmed["Cache-Control"]
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(("before", "after"), [("192.0.2.0/24", ""), ("192.0.2.0/25", "192.0.2.0/24")])
def test_opening_a_key_to_more_places_asks_who_one_is(client, member, key, before, after):
    ApiKey.objects.update(networks=[before])
    member.set_password("a-long-passphrase")
    member.save()
    client.force_login(member)
    long_ago(client)
    address = f"{KEYS}{key.pk}/"
    answer = client.post(address, {"name": "Wider", "networks": after})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Warehouse", [before])
    client.post(answer.headers["Location"], {"password": "a-long-passphrase"})
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Wider", after.split())


def test_renaming_or_narrowing_a_key_asks_nothing(client, member, key):
    ApiKey.objects.update(networks=["192.0.2.0/24"])
    client.force_login(member)
    long_ago(client)
    for name, networks in (("Lake", "192.0.2.0/24"), ("Lake", "192.0.2.7")):
        assert client.post(f"{KEYS}{key.pk}/", {"name": name, "networks": networks}).status_code == 302
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Lake", ["192.0.2.7/32"])


def test_a_wrong_password_confirms_nothing(client, member):
    member.set_password("a-long-passphrase")
    member.save()
    client.force_login(member)
    long_ago(client)
    address = client.post(f"{KEYS}new/", new()).headers["Location"]
    assert not SECRET.search(client.post(address, {"password": "something else"}).content.decode())
    assert not ApiKey.objects.exists()


def test_who_signs_in_by_a_code_alone_signs_in_again(client, member):
    member.set_unusable_password()
    member.save()
    client.force_login(member)
    long_ago(client)
    answer = client.get(f"{KEYS}new/")
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


# --- What it costs ---------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same(inside, partner, rows, django_assert_num_queries):
    for _ in range(rows):
        old = ApiKeyFactory(partner=partner)
        ApiKeyFactory(partner=partner, replaces=old)
        ApiKeyFactory(partner=partner, revoked_at=timezone.now())
    inside.get(KEYS)
    with django_assert_num_queries(LIST_QUERIES):
        text = inside.get(KEYS).content.decode()
    assert text.count("Being replaced") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_key_costs_the_same_however_it_was_used(inside, partner, rows, django_assert_num_queries):
    found = [ApiKeyFactory(partner=partner) for _ in range(rows)]
    inside.get(KEYS)
    with django_assert_num_queries(KEY_QUERIES):
        assert inside.get(f"{KEYS}{found[0].pk}/").status_code == 200


def test_without_keys_the_page_says_what_to_do(inside):
    text = inside.get(KEYS).content.decode()
    assert "No key works yet" in text
    assert text.count(f'href="{KEYS}new/"') == 1
