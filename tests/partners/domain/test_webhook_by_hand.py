"""What a person has sent to an endpoint: a test event, one message again, all that was given up."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from partners.domain import deliveries, webhooks
from partners.enums import DeliveryStatus, EndpointState
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from tests.partners.factories import PartnerMemberFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory, MessageFactory
from wecd.common.models import JournalEntry
from wecd.common.workflow import Refused

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
State = EndpointState


@pytest.mark.parametrize("state", [State.ACTIVE, State.PAUSED])
def test_a_test_event_is_answered_at_once(endpoint, member, state):
    with receiving(secret=endpoint.secrets.get().secret) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url, state=state)
        delivery = webhooks.send_test(endpoint, by=member)
        assert receiver.verified()[0]["type"] == "webhook.test"
    assert delivery.status == DeliveryStatus.DELIVERED


def test_a_test_event_that_fails_is_not_tried_again_and_harms_nothing(endpoint, member):
    with receiving(answers=[410]) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        delivery = webhooks.send_test(endpoint, by=member)
    assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.GIVEN_UP, None)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.failing_since) == (State.ACTIVE, None)


def test_a_replay_sends_the_same_message_in_a_new_round(endpoint, member):
    with receiving(answers=[204, 500]) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        delivery = DeliveryFactory(endpoint=endpoint)
        deliveries.deliver(endpoint.pk)
        webhooks.replay(delivery, by=member)
        deliveries.deliver(endpoint.pk)
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.attempts_made, delivery.status) == (1, 2, DeliveryStatus.FAILED)
    assert receiver.ids == [delivery.message.public_id] * 2
    assert receiver.got[0]["body"] == receiver.got[1]["body"]


def test_a_replay_waits_for_who_is_sending(endpoint, member):
    delivery = DeliveryFactory(endpoint=endpoint)
    deliveries.claim_next(endpoint.pk)
    with pytest.raises(Refused, match="right now"):
        webhooks.replay(delivery, by=member)


def test_nothing_is_sent_again_to_a_paused_endpoint(endpoint, member):
    WebhookEndpoint.objects.update(state=State.PAUSED)
    with pytest.raises(Refused, match="paused"):
        webhooks.replay(DeliveryFactory(endpoint=endpoint), by=member)
    with pytest.raises(Refused, match="paused"):
        webhooks.replay_failed(endpoint, since=NOON, by=member)


def test_all_that_was_given_up_since_then_is_sent_again(endpoint, member):
    def one(hours, status, **kwargs):
        message = MessageFactory(at=NOON - timedelta(hours=hours), **kwargs)
        return DeliveryFactory(endpoint=endpoint, message=message, status=status, next_attempt_at=None)

    wanted = {one(1, "given_up").pk, one(2, "given_up").pk}
    one(3, "given_up")
    one(1, "delivered")
    one(1, "given_up", type="webhook.test")
    DeliveryFactory(status="given_up", next_attempt_at=None, message__at=NOON)
    since = NOON - timedelta(hours=2)
    assert webhooks.replay_failed(endpoint, since=since, by=member) == 2
    assert set(WebhookDelivery.objects.filter(status="waiting").values_list("pk", flat=True)) == wanted
    with pytest.raises(Refused, match="Nothing"):
        webhooks.replay_failed(endpoint, since=since, by=member)


# --- One test at a time -----------------------------------------------------------------------------------
def under_way(endpoint, **ago) -> WebhookDelivery:
    """A test that somebody waits for."""
    message = MessageFactory(type="webhook.test", at=timezone.now() - timedelta(**ago))
    return DeliveryFactory(endpoint=endpoint, message=message)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("endpoints", [1, 2])
def test_of_many_tests_at_once_one_keeps_a_thread_waiting(member, partner, together, monkeypatch, endpoints):
    """Of one endpoint, or of several of the same partner, whose host answers once the others were refused."""
    rows = EndpointFactory.create_batch(endpoints, partner=partner)
    refused, all_others, sent = [], threading.Event(), []
    monkeypatch.setattr(deliveries, "send_now", lambda row: sent.append(row) or all_others.wait(5))

    def press(row):
        try:
            webhooks.send_test(row, by=member)
        except Refused as error:
            refused.append(str(error))
            if len(refused) == 3:
                all_others.set()

    together(*[lambda row=rows[n % endpoints]: press(row) for n in range(4)])
    assert (len(sent), len(refused)) == (1, 3)
    assert WebhookMessage.objects.count() == JournalEntry.objects.count() == 1


def test_a_test_under_way_holds_back_those_of_its_partner_only(endpoint, member):
    under_way(endpoint)
    with receiving() as receiver:
        elsewhere = PartnerMemberFactory()
        other = EndpointFactory(partner=elsewhere.partner, url=receiver.url)
        assert webhooks.send_test(other, by=elsewhere.user).status == DeliveryStatus.DELIVERED
        ours = EndpointFactory(partner=endpoint.partner, url=receiver.url)
        with pytest.raises(Refused, match="still waiting"):
            webhooks.send_test(ours, by=member)
        assert len(receiver.got) == 1


def test_what_was_answered_or_is_no_test_holds_nothing_back(endpoint, member):
    DeliveryFactory(endpoint=endpoint)
    with receiving(answers=[500]) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        webhooks.send_test(endpoint, by=member)
        webhooks.send_test(endpoint, by=member)
    assert len(receiver.got) == 2


def test_a_test_whose_process_died_holds_back_no_longer_than_a_claim(endpoint, member):
    seconds = deliveries.CLAIM.total_seconds()
    lost = under_way(endpoint, seconds=seconds - 5)
    with receiving() as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        with pytest.raises(Refused, match="still waiting"):
            webhooks.send_test(endpoint, by=member)
        WebhookMessage.objects.filter(pk=lost.message_id).update(
            at=timezone.now() - timedelta(seconds=seconds + 1)
        )
        webhooks.send_test(endpoint, by=member)
    assert len(receiver.got) == 1
