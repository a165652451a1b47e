"""A form sent twice, by a reload or a double press, makes one key, one webhook, one secret."""

import re

import pytest
from django.utils import timezone

from partners.domain import keys, oauth
from partners.models import ApiKey, WebhookEndpoint, WebhookSecret
from tests.partners.factories import ApiKeyFactory, PartnerFactory, PartnerMemberFactory, key_of
from tests.partners.webhook_factories import EndpointFactory
from wecd.common import once
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.models.base import uuid7

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"wecd_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}")
TOKEN = re.compile(r'name="once" value="([^"]+)"')
KEYS, WEBHOOKS = "/en/partner/WD/keys/", "/en/partner/WD/webhooks/"


@pytest.fixture
def partner():
    return PartnerFactory(code="WD")


@pytest.fixture
def member(client, partner):
    person = PartnerMemberFactory(partner=partner).user
    client.force_login(person)
    return person


def last_day() -> str:
    return (timezone.localdate() + keys.A_YEAR).isoformat()


def carried(client, address) -> dict:
    """What a form carries that one opens now."""
    return {"once": TOKEN.search(client.get(address).content.decode())[1]}


def twice(client, address, data):
    """The answers to a form sent, and sent again as a reload does."""
    data = data | carried(client, address)
    first, second = client.post(address, data), client.post(address, data, follow=True)
    assert first.status_code == 200
    return first.content.decode(), second


@pytest.mark.parametrize("how", ["key", "oauth"])
def test_a_new_key_is_made_once_and_told_once(client, member, how):
    first, second = twice(client, f"{KEYS}new/", {"name": "ETL", "how": how, "expires_on": last_day()})
    key = ApiKey.objects.get()
    assert second.redirect_chain == [(f"{KEYS}{key.pk}/", 302)]
    assert "This key was made already" in second.content.decode()
    assert SECRET.search(first)
    assert not SECRET.search(second.content.decode())
    assert OutboxMessage.objects.count() == JournalEntry.objects.count() == 1


def test_another_form_makes_another_key(client, member):
    for _ in range(2):
        data = {"name": "ETL", "how": "key", "expires_on": last_day()} | carried(client, f"{KEYS}new/")
        assert client.post(f"{KEYS}new/", data).status_code == 200
    assert ApiKey.objects.count() == 2


def test_a_form_that_came_back_with_a_mistake_is_still_the_same(client, member):
    data = {"name": "", "how": "key", "expires_on": last_day()} | carried(client, f"{KEYS}new/")
    again = client.post(f"{KEYS}new/", data).content.decode()
    assert TOKEN.search(again)[1] == data["once"]


@pytest.mark.parametrize("overlap", ["0", "7"])
def test_a_key_is_replaced_once(client, member, partner, overlap):
    old = ApiKeyFactory(partner=partner)
    data = {"overlap": overlap, "expires_on": last_day()}
    first, second = twice(client, f"{KEYS}{old.pk}/rotate/", data)
    new = ApiKey.objects.get(replaces=old)
    assert key_of(SECRET.search(first)[0]) == new
    assert second.redirect_chain == [(f"{KEYS}{new.pk}/", 302)]
    assert "This key was made already" in second.content.decode()
    assert ApiKey.objects.count() == 2
    assert OutboxMessage.objects.count() == 1


def test_a_client_gets_one_new_secret(client, member, partner):
    row, _secret = oauth.create(partner=partner, name="CRM", scopes=[], by=member)
    OutboxMessage.objects.all().delete()
    first, second = twice(client, f"{KEYS}{row.pk}/rotate/", {"overlap": "0", "expires_on": last_day()})
    assert second.redirect_chain == [(f"{KEYS}{row.pk}/", 302)]
    assert "The new secret was made already" in second.content.decode()
    assert oauth.Client.objects.get().check_secret(SECRET.search(first)[0]), "the one that was copied works"
    assert OutboxMessage.objects.count() == 1


def test_a_webhook_is_added_once(client, member):
    first, second = twice(client, f"{WEBHOOKS}new/", {"url": "https://example.org/in", "everything": "on"})
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secrets.get().secret in first
    assert second.redirect_chain == [(f"{WEBHOOKS}{endpoint.pk}/", 302)]
    assert "This webhook was added already" in second.content.decode()
    assert endpoint.secrets.get().secret not in second.content.decode()


def test_a_webhook_deleted_since_is_not_added_again(client, member):
    data = {"url": "https://example.org/in", "everything": "on"} | carried(client, f"{WEBHOOKS}new/")
    client.post(f"{WEBHOOKS}new/", data)
    client.post(f"{WEBHOOKS}{WebhookEndpoint.objects.get().pk}/delete/")
    again = client.post(f"{WEBHOOKS}new/", data, follow=True)
    assert again.redirect_chain == [(WEBHOOKS, 302)]
    assert WebhookEndpoint.objects.get().state == "deleted"


def test_a_webhook_gets_one_new_secret_also_after_the_overlap_was_ended(client, member, partner):
    endpoint = EndpointFactory(partner=partner)
    address = f"{WEBHOOKS}{endpoint.pk}/rotate/"
    old = carried(client, address)
    first = client.post(address, old).content.decode()
    second = client.post(address, old, follow=True)
    assert "The new secret was made already" in second.content.decode()
    assert endpoint.secrets.get(expires_at=None).secret in first
    assert endpoint.secrets.count() == 2
    newest = client.post(address, carried(client, address)).content.decode()
    client.post(f"{WEBHOOKS}{endpoint.pk}/end-overlap/")
    client.post(address, old)
    assert WebhookSecret.objects.get().secret in newest


# --- A UUID somebody chose ------------------------------------------------------------------------------
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_uuid_somebody_chose_counts_as_none(client, member, partner, is_taken):
    """Whether another partner has a row with it or not, the answer is the same."""
    theirs = ApiKeyFactory(name="Theirs", scopes=["vouchers:read"])
    chosen = theirs.pk if is_taken else uuid7()
    stranger = once.token(PartnerMemberFactory().user)
    for sent in (str(chosen), f"{chosen.hex}:x", stranger, "", "x"):
        data = {"name": "Ours", "how": "key", "expires_on": last_day(), "once": sent}
        answer = client.post(f"{KEYS}new/", data)
        assert SECRET.search(answer.content.decode())
    ours = partner.api_keys.all()
    assert len(ours) == 5
    assert chosen not in {key.pk for key in ours}
    assert once.key_of(theirs.created_by, stranger) is None
    theirs.refresh_from_db()
    assert (theirs.name, theirs.scopes) == ("Theirs", ["vouchers:read"])


def test_a_form_sent_to_two_partners_of_a_person_shows_nothing_of_the_other(client, member):
    other = PartnerMemberFactory(user=member, partner__code="OTHER").partner
    data = {"name": "ETL", "how": "key", "expires_on": last_day()} | carried(client, f"{KEYS}new/")
    client.post(f"{KEYS}new/", data)
    answer = client.post("/en/partner/OTHER/keys/new/", data)
    assert answer.status_code == 422
    assert "This was not done" in answer.content.decode()
    assert not other.api_keys.exists()
