"""OAuth 2 client credentials: a token for who knows the secret, as far as the client's row allows."""

import base64
import json
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from allauth.idp.oidc.models import Client, Token
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from partners.domain import keys, oauth
from partners.models import ApiKey
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import PartnerMemberFactory
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
TOKEN = "/oauth/token"
SCOPES = ["applications:read", "vouchers:read"]


@pytest.fixture
def member():
    return PartnerMemberFactory().user


@pytest.fixture
def partner(member):
    return member.partner_memberships.get().partner


@pytest.fixture
def made(partner, member):
    return oauth.create(partner=partner, name="Dynamics", scopes=SCOPES, by=member)


def basic(client_id: str, secret: str) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def ask(client, made, **data):
    key, secret = made
    body = {"grant_type": "client_credentials"} | data
    return client.post(TOKEN, body, headers=basic(key.client_id, secret))


def read(client, token: str, path="/api/v1/applications"):
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_reads_what_the_client_may(client, made, partner):
    theirs = ApplicationFactory(submitted=True, call=CallFactory(action__lead=partner))
    ApplicationFactory(submitted=True)
    answer = ask(client, made)
    assert answer.status_code == 200, answer.content
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert set(body["scope"].split()) == set(SCOPES)
    assert "refresh_token" not in body
    rows = read(client, body["access_token"])
    assert [row["id"] for row in json.loads(rows.content)["results"]] == [str(theirs.pk)]
    made[0].refresh_from_db()
    assert made[0].last_used_at is not None
    assert body["access_token"] not in str(list(Token.objects.values()))


def test_the_secret_goes_in_the_form_too(client, made):
    key, secret = made
    data = {"grant_type": "client_credentials", "client_id": key.client_id, "client_secret": secret}
    assert client.post(TOKEN, data).status_code == 200


def test_a_token_may_ask_for_less_and_never_for_more(client, made):
    token = ask(client, made, scope="vouchers:read").json()["access_token"]
    assert read(client, token).status_code == 403
    assert read(client, token, "/api/v1/vouchers").status_code == 200
    refused = ask(client, made, scope="vouchers:read personal:read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_a_client_without_scopes_reads_open_data(client, partner, member):
    made = oauth.create(partner=partner, name="Open", scopes=[], by=member)
    token = ask(client, made).json()["access_token"]
    assert read(client, token, "/api/v1/calls").status_code == 200
    assert read(client, token).status_code == 403


def test_a_wrong_secret_gets_nothing(client, made):
    key, secret = made
    other = keys.new_secret()
    wrong = client.post(TOKEN, {"grant_type": "client_credentials"}, headers=basic(key.client_id, other))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    unknown = client.post(TOKEN, {"grant_type": "client_credentials"}, headers=basic("nobody", secret))
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
    assert client.post(TOKEN, {"grant_type": "client_credentials"}).status_code == 401
    assert not Token.objects.exists()


@pytest.mark.parametrize("absurd", ["\0", "a\0b", "x" * 20000, "é", "\ud800", " ", ";"])
@pytest.mark.parametrize("name", ["client_id", "client_secret", "scope", "grant_type"])
def test_nothing_asked_for_is_too_much(client, made, name, absurd):
    absurd = absurd.encode("utf-8", "surrogatepass")
    data = {"grant_type": "client_credentials", "client_id": made[0].client_id, "client_secret": made[1]}
    body = "&".join(f"{key}={quote(value)}" for key, value in {**data, name: absurd}.items())
    answer = client.post(TOKEN, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 401)
    if name.startswith("client"):
        pair = {"client_id": made[0].client_id.encode(), "client_secret": made[1].encode(), name: absurd}
        encoded = base64.b64encode(b":".join(pair[each] for each in ("client_id", "client_secret"))).decode()
        data = {"grant_type": "client_credentials"}
        answer = client.post(TOKEN, data, headers={"Authorization": f"Basic {encoded}"})
        assert answer.status_code in (400, 401)
        answer = client.post(
            TOKEN, body, content_type="application/x-www-form-urlencoded", headers=basic("a", "b")
        )
        assert answer.status_code in (400, 401)
        headers = basic(made[0].client_id, made[1])
        answer = client.post(TOKEN, body, content_type="application/x-www-form-urlencoded", headers=headers)
        assert answer.status_code < 500


def test_the_secret_is_no_key_and_a_key_no_secret(client, made):
    assert read(client, made[1]).status_code == 401
    assert read(client, oauth.hash_of(made[0].client_id)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}, {"networks": ["192.0.2.0/24"]}],
)
def test_the_row_decides_at_the_door_and_for_tokens_given_before(client, made, change):
    token = ask(client, made).json()["access_token"]
    assert read(client, token).status_code == 200
    ApiKey.objects.filter(pk=made[0].pk).update(**change)
    assert ask(client, made).status_code == 401
    assert read(client, token).status_code in (401, 403)
    assert json.loads(read(client, token).content).get("results") is None


def test_networks_are_asked_of_the_client_whose_secret_is_checked(client, made, partner, member):
    """A header of one client and the form of another: the one is checked that allauth asks."""
    here = oauth.create(partner=partner, name="Elsewhere", scopes=[], by=member, networks=["192.0.2.0/24"])
    data = {"client_id": here[0].client_id, "client_secret": here[1], "grant_type": "client_credentials"}
    for header in (basic(made[0].client_id, ""), {"Authorization": "Basic !"}, {"Authorization": "Basic"}):
        assert client.post(TOKEN, data, headers=header).status_code == 401
    assert client.post(TOKEN, data).status_code == 401


def test_a_token_ends(client, made):
    token = ask(client, made).json()["access_token"]
    assert oauth.granted(token).hash == oauth.hash_of(made[0].client_id)
    Token.objects.update(expires_at=timezone.now())
    assert read(client, token).status_code == 401
    assert oauth.granted(token) is None
    assert oauth.forget_expired() == 0
    assert oauth.forget_expired(timezone.now() + timedelta(days=2)) == 1


def test_revoking_takes_the_client_and_its_tokens(client, made, member):
    token = ask(client, made).json()["access_token"]
    keys.revoke(made[0], by=member)
    assert not Client.objects.exists()
    assert not Token.objects.exists()
    assert read(client, token).status_code == 401


def test_a_new_secret_ends_the_old_one_and_its_tokens(client, made, member, mailoutbox):
    token = ask(client, made).json()["access_token"]
    row, secret = oauth.renew(made[0], by=member, expires_at=timezone.now() + timedelta(days=30))
    assert ask(client, made).status_code == 401
    assert read(client, token).status_code == 401
    assert ask(client, (row, secret)).status_code == 200
    verbs = [entry.verb for entry in journal.entries_about(row)]
    assert verbs == ["partners.apikey.create", "partners.apikey.renew"]
    with translation.override("en"), pytest.raises(Refused, match="OAuth client"):  # the pages spoke French
        keys.rotate(row, by=member, overlap=timedelta(0))


def test_two_clients_work_side_by_side_until_the_old_one_ends(client, made, member, partner):
    old = made[0]
    token = ask(client, made).json()["access_token"]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        second = oauth.replace(old, by=member, overlap=timedelta(days=7))
        assert second[0].client_id != old.client_id
        assert (second[0].replaces, second[0].scopes, second[0].name) == (old, SCOPES, "Dynamics")
        assert [ask(client, each).status_code for each in (made, second)] == [200, 200]
        assert read(client, token).status_code == 200
        old.refresh_from_db()
        assert old.expires_at == timezone.now() + timedelta(days=7)
        clock.shift(timedelta(days=7, seconds=1))
        assert [ask(client, each).status_code for each in (made, second)] == [401, 200]
    ApiKey.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert read(client, token).status_code == 401
    keys.revoke(second[0], by=member)
    assert list(Client.objects.values_list("pk", flat=True)) == [old.client_id]


def test_what_was_replaced_is_replaced_no_more_in_either_way(made, member):
    """Another secret would give the old client a new life beside the one that took its place."""
    oauth.rotate(made[0], by=member, overlap=timedelta(days=7))
    for overlap in (timedelta(0), timedelta(days=7)):
        with pytest.raises(Refused, match="replaced already"):
            oauth.replace(made[0], by=member, overlap=overlap)
    assert ApiKey.objects.count() == Client.objects.count() == 2


def test_a_second_client_that_fails_leaves_the_first_as_it_was(made, member, monkeypatch):
    monkeypatch.setattr(Client, "set_secret", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        oauth.rotate(made[0], by=member, overlap=timedelta(0))
    made[0].refresh_from_db()
    assert made[0].is_usable
    assert ApiKey.objects.count() == Client.objects.count() == 1


def test_others_make_and_renew_nothing(partner, made, officer):
    stranger = PartnerMemberFactory().user
    for person in (officer, stranger):
        with pytest.raises(NotAllowed):
            oauth.create(partner=partner, name="x", scopes=[], by=person)
        with pytest.raises(NotAllowed):
            oauth.renew(made[0], by=person)
        with pytest.raises(NotAllowed):
            oauth.rotate(made[0], by=person, overlap=timedelta(days=7))
    assert Client.objects.count() == 1


def test_a_failure_leaves_neither_row_nor_client(partner, member, monkeypatch):
    monkeypatch.setattr(Client, "set_secret", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        oauth.create(partner=partner, name="x", scopes=[], by=member)
    assert not ApiKey.objects.exists()
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    "grant",
    ["authorization_code", "password", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", ""],
)
def test_no_other_grant_comes_through(client, made, grant):
    Client.objects.update(grant_types="\n".join(Client.GrantType.values))
    refused = ask(client, made, grant_type=grant)
    assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "name", ["authorization", "userinfo", "device_code", "device_authorization", "logout", "jwks", "token"]
)
def test_no_other_page_of_the_provider_has_an_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(f"idp:oidc:{name}")


@pytest.mark.parametrize(
    "path", ["/identity/o/authorize", "/identity/o/api/userinfo", "/identity/o/device", "/oauth/authorize"]
)
def test_nor_is_there_something_at_their_usual_places(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in (403, 404)


def test_tokens_are_asked_for_by_post(client):
    assert client.get(TOKEN).status_code == 405


def test_guessing_is_slowed_down(client, made, monkeypatch):
    monkeypatch.setattr("partners.views.oauth.MOST", 2)
    assert [ask(client, made).status_code for _ in range(3)] == [200, 200, 429]


def test_the_metadata_say_where_and_how(client, settings):
    data = client.get("/.well-known/oauth-authorization-server").json()
    assert data["token_endpoint"] == f"{settings.SITE_URL}/oauth/token"
    assert data["grant_types_supported"] == ["client_credentials"]
    assert data["issuer"] == settings.SITE_URL


@pytest.mark.django_db(transaction=True)
def test_two_new_secrets_at_once_leave_one_that_works(made, member, client, together):
    outcomes = together(lambda: oauth.renew(made[0], by=member), lambda: oauth.renew(made[0], by=member))
    assert sorted(ask(client, outcome).status_code for outcome in outcomes) == [200, 401]
