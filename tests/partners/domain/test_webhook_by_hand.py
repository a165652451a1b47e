"""What a person has sent to an endpoint: a test event, one message again, all that was given up."""

from datetime import UTC, datetime, timedelta

import pytest

from partners.domain import deliveries, webhooks
from partners.enums import DeliveryStatus, EndpointState
from partners.models import WebhookDelivery, WebhookEndpoint
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import DeliveryFactory, MessageFactory
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
