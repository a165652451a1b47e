"""What somebody typed who is signed out meanwhile, or signed in too long ago, comes back to them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.models import ApiKey, WebhookEndpoint
from tests.partners.factories import ApiKeyFactory, PartnerFactory, PartnerMemberFactory
from tests.partners.webhook_factories import EndpointFactory
from wecd.common import kept

pytestmark = pytest.mark.django_db
SPACE = "/en/partner/WD/"
TOKEN = re.compile(r'name="once" value="([^"]+)"')


@pytest.fixture
def partner():
    return PartnerFactory(code="WD")


@pytest.fixture
def member(partner):
    """Signs in by a code alone: nothing to confirm with."""
    person = PartnerMemberFactory(partner=partner).user
    person.set_unusable_password()
    person.save()
    return person


def last_day() -> str:
    return (timezone.localdate() + timedelta(days=100)).isoformat()


NEW_KEY = {"name": "Data lake", "how": "oauth", "scopes": ["vouchers:read"], "networks": "192.0.2.0/24"}
NEW_WEBHOOK = {"url": "https://lake.example/in", "description": "Lake", "events": ["call.created"]}


@pytest.fixture
def forms(partner):
    """Address, what is typed, what must be back in its place."""
    key, endpoint = ApiKeyFactory(partner=partner), EndpointFactory(partner=partner)
    return {
        "new key": (
            f"{SPACE}keys/new/",
            NEW_KEY | {"expires_on": last_day()},
            ['value="Data lake"', ">\n192.0.2.0/24<", f'value="{last_day()}"', "checked"],
        ),
        "key": (
            f"{SPACE}keys/{key.pk}/",
            {"name": "Data lake", "networks": "192.0.2.0/24"},
            ['value="Data lake"', ">\n192.0.2.0/24<"],
        ),
        "replacement": (
            f"{SPACE}keys/{key.pk}/rotate/",
            {"overlap": "14", "expires_on": last_day()},
            [f'value="{last_day()}"'],
        ),
        "new webhook": (
            f"{SPACE}webhooks/new/",
            NEW_WEBHOOK,
            ['value="https://lake.example/in"', 'value="Lake"', 'value="call.created" checked'],
        ),
        "webhook": (
            f"{SPACE}webhooks/{endpoint.pk}/change/",
            NEW_WEBHOOK,
            ['value="https://lake.example/in"', 'value="Lake"', 'value="call.created" checked'],
        ),
    }


FORMS = ["new key", "key", "replacement", "new webhook", "webhook"]
CONFIRMED = ["new key", "replacement", "new webhook"]


def long_ago(client) -> None:
    session = client.session
    session["signed_in_at"] = (timezone.now() - timedelta(minutes=16)).isoformat()
    session.save()


def comes_back(client, member, forms, which, data) -> None:
    """Sent too late, kept and shown; after signing in back in the form; once it is sent, forgotten."""
    address, _typed, expected = forms[which]
    before = ApiKey.objects.count(), WebhookEndpoint.objects.count()
    answer = client.post(address, data)
    assert answer.status_code == 401
    text = answer.content.decode()
    assert "Your text is kept" in text
    assert f"/accounts/login/?next={address}" in text
    assert "_auth_user_id" not in client.session
    assert before == (ApiKey.objects.count(), WebhookEndpoint.objects.count())

    client.force_login(member)
    text = client.get(address).content.decode()
    assert "Your text is back." in text
    for part in expected:
        assert part in text
    assert client.post(address, data).status_code in (200, 302)
    assert "Your text is back." not in client.get(address).content.decode()


@pytest.mark.parametrize("which", FORMS)
def test_sent_after_the_session_ended(client, member, forms, which):
    comes_back(client, member, forms, which, forms[which][1])


@pytest.mark.parametrize("which", CONFIRMED)
def test_sent_sixteen_minutes_after_signing_in_by_a_code(client, member, forms, which):
    client.force_login(member)
    address, typed, _expected = forms[which]
    opened = TOKEN.search(client.get(address).content.decode())[1]
    long_ago(client)
    comes_back(client, member, forms, which, typed | {"once": opened})


def test_networks_opened_sixteen_minutes_after_signing_in_by_a_code(client, member, forms):
    ApiKey.objects.update(networks=["192.0.2.0/28"])
    client.force_login(member)
    long_ago(client)
    comes_back(client, member, forms, "key", forms["key"][1])
    assert ApiKey.objects.filter(networks=["192.0.2.0/24"]).exists()


def test_what_came_back_is_still_the_same_form(client, member, forms):
    """Made before the session ended, and sent again after it: one key."""
    client.force_login(member)
    address, typed, _expected = forms["new key"]
    data = typed | {"once": TOKEN.search(client.get(address).content.decode())[1]}
    assert client.post(address, data).status_code == 200
    made = ApiKey.objects.count()
    long_ago(client)
    client.post(address, data)
    client.force_login(member)
    assert TOKEN.search(client.get(address).content.decode())[1] == data["once"]
    assert "made already" in client.post(address, data, follow=True).content.decode()
    assert ApiKey.objects.count() == made


def test_it_comes_back_in_every_language_and_to_nobody_elses_page(client, member, forms):
    client.post(forms["new key"][0], forms["new key"][1])
    other = PartnerMemberFactory(user=member, partner__code="OTHER").partner
    client.force_login(member)
    assert "Data lake" in client.get("/fr/partner/WD/keys/new/").content.decode()
    assert "Data lake" not in client.get(f"/en/partner/{other.code}/keys/new/").content.decode()
    client.force_login(PartnerMemberFactory().user)
    assert client.get(forms["new key"][0]).status_code == 404


def test_without_a_text_one_just_signs_in(client, forms):
    for address, _typed, _expected in forms.values():
        for data in ({}, {"name": " ", "url": ""}):
            answer = client.post(address, data)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/accounts/login/")
    assert kept.SESSION_KEY not in client.session
