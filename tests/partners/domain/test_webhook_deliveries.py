"""From a waiting delivery to the receiver, and what becomes of it there."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from partners.domain import deliveries
from partners.enums import AttemptError, DeliveryStatus, EndpointState, PauseCause
from partners.models import WebhookDelivery, WebhookEndpoint
from tests.partners.factories import PartnerMemberFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import (
    DeliveryFactory,
    EndpointFactory,
    new_secret,
    waiting,
)
from wecd.common.models import JournalEntry, OutboxMessage

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
Status = DeliveryStatus


@pytest.fixture
def secret():
    return new_secret()


# --- Delivered --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_receiver_with_the_standard_library_verifies_what_it_gets(secret):
    with receiving(secret=secret) as receiver:
        delivery = waiting(receiver, secret)
        assert deliveries.deliver(delivery.endpoint_id) == 1

        assert receiver.verified() == [delivery.message.payload]
    got = receiver.got[0]
    assert got["path"] == "/hooks"
    assert got["headers"]["webhook-id"] == delivery.message.public_id
    assert "." not in delivery.message.public_id
    assert abs(int(got["headers"]["webhook-timestamp"]) - timezone.now().timestamp()) < 5
    assert got["headers"]["content-type"] == "application/json"
    delivery.refresh_from_db()
    assert (delivery.status, delivery.next_attempt_at) == (Status.DELIVERED, None)
    assert delivery.ended_at


@pytest.mark.django_db
def test_the_log_keeps_request_and_answer():
    answer = (201, {"X-Request": "abc"}, "reçu".encode())
    with receiving(answers=[answer]) as receiver:
        delivery = waiting(receiver)
        deliveries.deliver(delivery.endpoint_id)
    attempt = delivery.attempts.get()
    assert (attempt.number, attempt.status_code, attempt.error) == (1, 201, "")
    assert (attempt.url, attempt.response_body, attempt.is_cut) == (receiver.url, "reçu", False)
    assert ["X-Request", "abc"] in attempt.response_headers
    assert attempt.request_headers["webhook-signature"] == receiver.got[0]["headers"]["webhook-signature"]
    assert attempt.milliseconds is not None


@pytest.mark.django_db
def test_all_that_waits_leaves_in_one_turn_oldest_first():
    with receiving() as receiver:
        first = waiting(receiver, next_attempt_at=timezone.now() - timedelta(minutes=3))
        later = [
            DeliveryFactory(
                endpoint=first.endpoint, next_attempt_at=timezone.now() - timedelta(minutes=minutes)
            )
            for minutes in (1, 2)
        ]
        assert deliveries.deliver(first.endpoint_id) == 3
    assert receiver.ids == [each.message.public_id for each in (first, later[1], later[0])]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [EndpointState.PAUSED, EndpointState.DELETED])
def test_nothing_leaves_for_an_endpoint_that_is_not_active(state):
    with receiving() as receiver:
        delivery = waiting(receiver)
        WebhookEndpoint.objects.update(state=state)
        assert deliveries.deliver(delivery.endpoint_id) == 0
        assert deliveries.sweep() == 0
    assert receiver.got == []


# --- Tried again ------------------------------------------------------------------------------------------
def late(delivery) -> timedelta:
    delivery.refresh_from_db()
    return delivery.next_attempt_at - timezone.now()


@pytest.mark.django_db
def test_attempts_follow_the_table_with_jitter_for_three_days_and_then_no_more():
    """The same id at each attempt, another timestamp, a signature that fits it."""
    with receiving(answers=[500]) as receiver, time_machine.travel(NOON, tick=False) as clock:
        receiver.secret = new_secret()
        delivery = waiting(receiver, receiver.secret, next_attempt_at=NOON)
        for number, wait in enumerate(deliveries.RETRIES, start=1):
            assert deliveries.deliver(delivery.endpoint_id) == 1
            assert wait * 0.9 <= late(delivery) <= wait * 1.1
            assert delivery.status == Status.FAILED
            clock.move_to(delivery.next_attempt_at - timedelta(seconds=1))
            assert deliveries.deliver(delivery.endpoint_id) == 0
            assert len(receiver.got) == number
            clock.shift(timedelta(seconds=1))
        assert deliveries.deliver(delivery.endpoint_id) == 1
        delivery.refresh_from_db()
        assert (delivery.status, delivery.next_attempt_at) == (Status.GIVEN_UP, None)
        assert timedelta(days=2.8) < timezone.now() - NOON < timedelta(days=3.5)
    assert set(receiver.ids) == {delivery.message.public_id}
    stamps = [int(each["headers"]["webhook-timestamp"]) for each in receiver.got]
    assert stamps == sorted(set(stamps))
    assert len({each["body"] for each in receiver.got}) == 1
    assert [a.number for a in delivery.attempts.all()] == list(range(len(deliveries.RETRIES) + 1, 0, -1))


def test_the_table_spans_three_days():
    assert timedelta(days=3) < sum(deliveries.RETRIES, timedelta()) < timedelta(days=3.5)
    assert list(deliveries.RETRIES) == sorted(deliveries.RETRIES)


@pytest.mark.django_db
def test_jitter_differs():
    with time_machine.travel(NOON, tick=False):
        moments = {
            deliveries.next_attempt(4, deliveries.Answer(status=500), timezone.now()) for _ in range(20)
        }
    assert len(moments) > 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("600", 600),
        ("Tue, 01 Dec 2026 11:20:00 GMT", 1200),
        ("999999999999", 86400),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86400),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_respected_by_the_whole_endpoint(text, seconds, status):
    with (
        receiving(answers=[(status, {"Retry-After": text}, b""), 204]) as receiver,
        time_machine.travel(NOON, tick=False) as clock,
    ):
        delivery = waiting(receiver, next_attempt_at=NOON)
        deliveries.deliver(delivery.endpoint_id)
        assert late(delivery) == timedelta(seconds=seconds)
        DeliveryFactory(endpoint=delivery.endpoint, next_attempt_at=NOON)
        assert (deliveries.sweep(), deliveries.deliver(delivery.endpoint_id)) == (0, 0)
        clock.shift(timedelta(seconds=seconds))
        assert (deliveries.sweep(), deliveries.deliver(delivery.endpoint_id)) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["soon", "-5", "", "12 monkeys", "Tue, 99 Dec 2026 11:20:00 GMT"])
def test_a_retry_after_nobody_understands_is_left_alone(text):
    answer = deliveries.Answer(status=503, headers=[("Retry-After", text)])
    assert deliveries.retry_after(answer, NOON) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "error"), [(302, AttemptError.REDIRECT), (404, AttemptError.STATUS)])
def test_what_is_not_2xx_is_a_failure(status, error):
    with receiving(answers=[(status, {"Location": "http://127.0.0.1:1/"}, b"no")]) as receiver:
        delivery = waiting(receiver)
        deliveries.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts.get().error) == (Status.FAILED, error)
    assert len(receiver.got) == 1


# --- An endpoint that fails -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_turn_ends_after_three_failures_and_the_endpoint_rests():
    with receiving(answers=[500]) as receiver, time_machine.travel(NOON, tick=False) as clock:
        endpoint = EndpointFactory(url=receiver.url)
        DeliveryFactory.create_batch(6, endpoint=endpoint, next_attempt_at=NOON)
        assert deliveries.deliver(endpoint.pk) == 3
        assert deliveries.deliver(endpoint.pk) == 0
        clock.shift(timedelta(seconds=31))
        assert deliveries.deliver(endpoint.pk) == 1  # it fails for half a minute now: one is enough to know
    endpoint.refresh_from_db()
    assert endpoint.failing_since == NOON


@pytest.mark.django_db
def test_a_success_ends_the_failing():
    with receiving(answers=[500, 204]) as receiver, time_machine.travel(NOON, tick=False) as clock:
        delivery = waiting(receiver, next_attempt_at=NOON)
        deliveries.deliver(delivery.endpoint_id)
        clock.shift(timedelta(seconds=10))
        deliveries.deliver(delivery.endpoint_id)
    delivery.endpoint.refresh_from_db()
    assert (delivery.endpoint.failing_since, delivery.endpoint.rests_until) == (None, None)


def tired(receiver, **kwargs) -> WebhookDelivery:
    """A delivery before its last attempt, at an endpoint that failed since its first."""
    delivery = waiting(receiver, tries=len(deliveries.RETRIES), began_at=NOON - timedelta(days=3), **kwargs)
    WebhookEndpoint.objects.update(failing_since=NOON - timedelta(days=3))
    return delivery


@pytest.mark.django_db
def test_three_days_without_success_pause_the_endpoint_and_tell_the_members(run_jobs, mailoutbox):
    with receiving(answers=[500]) as receiver, time_machine.travel(NOON, tick=False):
        delivery = tired(receiver, next_attempt_at=NOON)
        member = PartnerMemberFactory(partner=delivery.endpoint.partner).user
        PartnerMemberFactory(partner=delivery.endpoint.partner, user__is_active=False)
        PartnerMemberFactory()
        deliveries.deliver(delivery.endpoint_id)
        endpoint = WebhookEndpoint.objects.get()
        assert (endpoint.state, endpoint.pause_cause) == (EndpointState.PAUSED, PauseCause.FAILING)
        assert endpoint.gave_up
        mail = OutboxMessage.objects.get()
        assert (mail.template, mail.to) == ("partners/webhook_paused", member.email)
        assert receiver.url in mail.body
        assert f"/webhooks/{endpoint.pk}/" in mail.body
        entry = JournalEntry.objects.get(verb="partners.webhookendpoint.give_up")
        assert (entry.actor.is_system, entry.facts["cause"]) == (True, "failing")


@pytest.mark.django_db
def test_what_was_delivered_meanwhile_keeps_an_endpoint_going():
    """One message nobody takes is given up; the others get through."""
    with receiving() as receiver, time_machine.travel(NOON, tick=False) as clock:
        odd = waiting(receiver, next_attempt_at=NOON)
        for number in range(len(deliveries.RETRIES) + 1):
            receiver.answers = [500]
            receiver.got.clear()
            assert deliveries.deliver(odd.endpoint_id) == 1
            odd.refresh_from_db()
            if number == 4:
                receiver.answers = [204]
                clock.shift(timedelta(minutes=11))
                DeliveryFactory(endpoint=odd.endpoint, next_attempt_at=timezone.now())
                assert deliveries.deliver(odd.endpoint_id) == 1
            if odd.next_attempt_at:
                clock.move_to(max(odd.next_attempt_at, timezone.now()))
    assert odd.status == Status.GIVEN_UP
    assert (WebhookEndpoint.objects.get().state, OutboxMessage.objects.count()) == (EndpointState.ACTIVE, 0)


@pytest.mark.django_db
def test_the_first_message_that_fails_for_three_days_pauses():
    with receiving(answers=[500]) as receiver, time_machine.travel(NOON, tick=False) as clock:
        delivery = waiting(receiver, next_attempt_at=NOON)
        for _ in deliveries.RETRIES:
            deliveries.deliver(delivery.endpoint_id)
            delivery.refresh_from_db()
            clock.move_to(delivery.next_attempt_at)
            assert WebhookEndpoint.objects.get().is_active
        deliveries.deliver(delivery.endpoint_id)
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.pause_cause, endpoint.failing_since) == (PauseCause.FAILING, NOON)


@pytest.mark.django_db
def test_gone_pauses_at_once():
    with receiving(answers=[410]) as receiver:
        first = waiting(receiver)
        PartnerMemberFactory(partner=first.endpoint.partner)
        DeliveryFactory(endpoint=first.endpoint)
        assert deliveries.deliver(first.endpoint_id) == 1
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.state, endpoint.pause_cause) == (EndpointState.PAUSED, PauseCause.GONE)
    assert sorted(WebhookDelivery.objects.values_list("status", flat=True)) == ["given_up", "waiting"]
    assert "410" in OutboxMessage.objects.get().body


@pytest.mark.django_db
def test_a_pause_by_hand_while_a_request_runs_stands():
    with receiving(answers=[410]) as receiver:
        delivery = waiting(receiver)
        work = deliveries.claim_next(delivery.endpoint_id)
        WebhookEndpoint.objects.update(state=EndpointState.PAUSED, pause_cause=PauseCause.PERSON)
        deliveries.record(work, deliveries.Answer(status=410, error="status"))
    assert WebhookEndpoint.objects.get().pause_cause == PauseCause.PERSON
