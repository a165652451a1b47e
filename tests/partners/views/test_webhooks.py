"""The pages of a partner's webhooks: who sees them, and what each button does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.middleware import SIGNED_IN_AT
from partners.models import WebhookDelivery, WebhookEndpoint
from tests.partners.factories import PartnerFactory, PartnerMemberFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory, MessageFactory
from wecd.common.models import JournalEntry

pytestmark = pytest.mark.django_db
LIST = "/en/partner/WD/webhooks/"


@pytest.fixture
def partner():
    return PartnerFactory(code="WD", name="Wallonie Design")


@pytest.fixture
def endpoint(partner):
    return EndpointFactory(partner=partner, description="Our stock")


@pytest.fixture
def member(partner, client):
    person = PartnerMemberFactory(partner=partner).user
    client.force_login(person)
    session = client.session
    session[SIGNED_IN_AT] = timezone.now().isoformat()
    session.save()
    return person


def page(client, name="", **query):
    return client.get(LIST + name, query)


def delivery(endpoint, minutes=0, **kwargs) -> WebhookDelivery:
    at = timezone.now() - timedelta(minutes=minutes)
    row = DeliveryFactory(endpoint=endpoint, message=MessageFactory(at=at), **kwargs)
    row.attempts.create(
        number=1,
        started_at=at,
        url=endpoint.url,
        request_headers={"webhook-id": row.message.public_id, "webhook-signature": "v1,abc"},
        status_code=500,
        response_headers=[["Server", "Test"]],
        response_body="<b>Oh no</b>",
        error="status",
        detail="500",
        milliseconds=12,
    )
    return row


# --- Who ------------------------------------------------------------------------------------------------
READS = [
    "",
    "{e}/",
    "{e}/change/",
    "{e}/secret/",
    "{e}/rotate/",
    "{e}/delete/",
    "{e}/deliveries/{d}/",
    "new/",
]
WRITES = [
    "new/",
    *(f"{{e}}/{act}/" for act in ("change", "secret", "rotate", "end-overlap", "pause", "resume")),
    *(f"{{e}}/{act}/" for act in ("delete", "test", "replay", "deliveries/{d}/replay")),
]


@pytest.mark.parametrize("who", ["officer", "auditor", "finance", "entrepreneur", "stranger"])
@pytest.mark.parametrize(("method", "path"), [("get", p) for p in READS] + [("post", p) for p in WRITES])
def test_to_others_there_is_nothing(request, client, endpoint, who, method, path):
    person = PartnerMemberFactory().user if who == "stranger" else request.getfixturevalue(who)
    row = delivery(endpoint)
    client.force_login(person)
    answer = getattr(client, method)(LIST + path.format(e=endpoint.pk, d=row.pk))
    assert answer.status_code == 404
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("get", p) for p in READS] + [("post", p) for p in WRITES])
def test_whoever_is_not_signed_in_is_asked_to(client, endpoint, method, path):
    answer = getattr(client, method)(LIST + path.format(e=endpoint.pk, d=delivery(endpoint).pk))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


@pytest.mark.parametrize("path", [p for p in READS if "{e}" in p])
def test_an_endpoint_of_another_partner_is_not_under_ours(client, member, path):
    other = EndpointFactory()
    assert page(client, path.format(e=other.pk, d=delivery(other).pk)).status_code == 404


def test_a_delivery_is_only_under_its_endpoint(client, member, endpoint):
    other = delivery(EndpointFactory(partner=endpoint.partner))
    assert page(client, f"{endpoint.pk}/deliveries/{other.pk}/").status_code == 404
    assert client.post(f"{LIST}{endpoint.pk}/deliveries/{other.pk}/replay/").status_code == 404


def test_a_manager_sees_all_of_it(client, manager, endpoint):
    client.force_login(manager)
    assert b"Our stock" in page(client).content


# --- The list -------------------------------------------------------------------------------------------
def test_without_any_the_page_says_what_to_do(client, member):
    answer = page(client)
    assert b"No webhook yet" in answer.content
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(
    client, member, partner, rows, django_assert_num_queries
):
    for endpoint in EndpointFactory.create_batch(rows, partner=partner):
        delivery(endpoint)
    page(client)
    with django_assert_num_queries(6):
        answer = page(client)
    assert answer.content.count(b"<tr>") == rows + 1


def test_the_list_says_what_the_portal_paused(client, member, endpoint):
    WebhookEndpoint.objects.update(state="paused", pause_cause="failing", paused_at=timezone.now())
    for address in (LIST, "/en/partner/WD/"):
        content = client.get(address).content.decode()
        assert "nothing got through for three days" in content
    assert "Paused by the portal" in page(client).content.decode()


# --- New, changed ---------------------------------------------------------------------------------------
def test_a_new_endpoint_shows_its_secret_once(client, member, partner):
    assert page(client, "new/").status_code == 200
    answer = client.post(
        LIST + "new/",
        {"url": "https://example.org/in", "description": "Stock", "events": ["call.created", "call.updated"]},
    )
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secrets.get().secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert endpoint.events == ["call.created", "call.updated"]
    assert endpoint.secrets.get().secret not in page(client, f"{endpoint.pk}/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://example.org/"}, "must begin with https://"),
        ({"url": "https://192.168.1.1/"}, "not on the public internet"),
        ({"events": []}, "Choose at least one event"),
        ({"events": ["nothing.created"]}, "nothing.created"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, member, settings, wrong, words):
    settings.WEBHOOKS_TO_LOOPBACK = False
    given = {"url": "https://example.org/in", "events": ["call.created"]} | wrong
    answer = client.post(LIST + "new/", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_the_form_of_a_change_begins_with_what_is_asked_for(client, member, endpoint):
    WebhookEndpoint.objects.update(events=["call.*", "award.deleted"])
    content = page(client, f"{endpoint.pk}/change/").content.decode()
    assert content.count(" checked") == 4
    answer = client.post(f"{LIST}{endpoint.pk}/change/", {"url": endpoint.url, "everything": "on"})
    assert answer.status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.events == ["*"]


# --- Secrets --------------------------------------------------------------------------------------------
SECRETS = ["new/", "{e}/secret/", "{e}/rotate/"]


@pytest.mark.parametrize("path", SECRETS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_secret_is_shown_only_after_a_recent_sign_in(client, member, endpoint, path, method):
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(hours=1)).isoformat()
    session.save()
    answer = getattr(client, method)(LIST + path.format(e=endpoint.pk))
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"] or "login" in answer["Location"]
    assert not JournalEntry.objects.exists()


def test_looking_at_the_secret_is_asked_first_and_written_down(client, member, endpoint):
    secret = endpoint.secrets.get().secret
    asked = page(client, f"{endpoint.pk}/secret/")
    assert secret not in asked.content.decode()
    assert not JournalEntry.objects.exists()
    assert secret in client.post(f"{LIST}{endpoint.pk}/secret/").content.decode()
    assert JournalEntry.objects.get().actor == member


def test_a_rotation_shows_the_new_secret_and_can_be_ended(client, member, endpoint):
    assert page(client, f"{endpoint.pk}/rotate/").status_code == 200
    answer = client.post(f"{LIST}{endpoint.pk}/rotate/")
    assert endpoint.secrets.get(expires_at=None).secret in answer.content.decode()
    assert "The old secret signs until" in page(client, f"{endpoint.pk}/").content.decode()
    client.post(f"{LIST}{endpoint.pk}/end-overlap/")
    assert endpoint.secrets.count() == 1


# --- Buttons --------------------------------------------------------------------------------------------
def test_the_test_button_shows_what_came_back(client, member, endpoint):
    with receiving(answers=[200, 503]) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        works = client.post(f"{LIST}{endpoint.pk}/test/", follow=True).content.decode()
        fails = client.post(f"{LIST}{endpoint.pk}/test/", follow=True).content.decode()
    assert "The test event arrived." in works
    assert "answered 200" in works
    assert "The test event did not arrive." in fails
    assert "answered 503" in fails


def test_a_second_test_is_told_to_wait(client, member, endpoint):
    DeliveryFactory(endpoint=endpoint, message=MessageFactory(type="webhook.test"))
    with receiving() as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        answer = client.post(f"{LIST}{endpoint.pk}/test/", follow=True)
        assert receiver.got == []
    assert answer.redirect_chain == [(f"{LIST}{endpoint.pk}/", 302)]
    assert "still waiting for an answer" in answer.content.decode()


def test_pause_resume_delete(client, member, endpoint):
    states = []
    for act in ("pause", "pause", "resume", "delete"):
        client.post(f"{LIST}{endpoint.pk}/{act}/", follow=True)
        endpoint.refresh_from_db()
        states.append(endpoint.state)
    assert states == ["paused", "paused", "active", "deleted"]
    assert page(client, f"{endpoint.pk}/").status_code == 404


@pytest.mark.parametrize("act", ["pause", "resume", "test", "replay", "end-overlap"])
def test_nothing_happens_on_get(client, member, endpoint, act):
    assert page(client, f"{endpoint.pk}/{act}/").status_code == 405


def test_replay_of_one_and_of_all(client, member, endpoint):
    rows = [delivery(endpoint, status="given_up", next_attempt_at=None) for _ in range(2)]
    client.post(f"{LIST}{endpoint.pk}/deliveries/{rows[0].pk}/replay/")
    assert WebhookDelivery.objects.get(status="waiting").pk == rows[0].pk
    answer = client.post(f"{LIST}{endpoint.pk}/replay/", {"period": "24"}, follow=True)
    assert "1 message is sent again." in answer.content.decode()
    assert WebhookDelivery.objects.filter(status="waiting").count() == 2
    answer = client.post(f"{LIST}{endpoint.pk}/replay/", {"period": "24"}, follow=True)
    assert "Nothing was given up since then." in answer.content.decode()


# --- The log --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_asks_as_often_for_one_as_for_three(
    client, member, endpoint, rows, django_assert_num_queries
):
    for _ in range(rows):
        delivery(endpoint)
    page(client, f"{endpoint.pk}/")
    with django_assert_num_queries(9):
        answer = page(client, f"{endpoint.pk}/")
    assert answer.content.count(b"/deliveries/") == rows


def shown(client, address) -> list[str]:
    rows = client.get(address).context["page"].rows
    return [str(row.pk) for row in rows]


def test_pages_of_the_log_follow_each_other_there_and_back(client, member, endpoint, monkeypatch):
    monkeypatch.setattr("partners.views.deliveries.PER_PAGE", 2)
    keys = [str(delivery(endpoint).pk) for _ in range(5)][::-1]
    here = f"{LIST}{endpoint.pk}/"
    seen, address = [], here
    addresses = []
    while True:
        seen += shown(client, address)
        addresses.append(address)
        following = client.get(address).context["page"].next
        if not following:
            break
        address = here + following
    assert seen == keys
    back = here + client.get(addresses[-1]).context["page"].previous
    assert shown(client, back) == keys[2:4]
    back = here + client.get(back).context["page"].previous
    assert shown(client, back) == keys[:2]
    assert client.get(back).context["page"].previous == ""


def test_the_log_is_filtered(client, member, endpoint):
    failed = delivery(endpoint, status="failed")
    other = delivery(endpoint, status="delivered", next_attempt_at=None)
    other.message.type = "call.created"
    other.message.save()
    here = f"{LIST}{endpoint.pk}/"
    assert shown(client, here + "?status=failed") == [str(failed.pk)]
    assert shown(client, here + "?type=call.created") == [str(other.pk)]
    assert shown(client, here + "?type=call.created&status=failed") == []
    assert b"No delivery like this" in client.get(here + "?status=waiting").content


@pytest.mark.parametrize("query", ["status=odd", "type=odd", "before=odd", "after=odd", "tested=odd"])
def test_what_cannot_be_in_the_address_is_left_out(client, member, endpoint, query):
    row = delivery(endpoint)
    assert shown(client, f"{LIST}{endpoint.pk}/?{query}") == [str(row.pk)]


def test_one_delivery_shows_request_and_answer_escaped(client, member, endpoint):
    row = delivery(endpoint)
    content = page(client, f"{endpoint.pk}/deliveries/{row.pk}/").content.decode()
    assert row.message.public_id in content
    assert "webhook-signature: v1,abc" in content
    assert "&lt;b&gt;Oh no&lt;/b&gt;" in content
    assert "Server: Test" in content


def test_the_addresses_of_mails_lead_here(endpoint):
    assert reverse("partner_webhook", args=["WD", endpoint.pk]).endswith(
        f"/partner/WD/webhooks/{endpoint.pk}/"
    )
