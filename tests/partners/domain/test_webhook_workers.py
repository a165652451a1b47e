"""Workers, the queue between them and what is due, and how long the log is kept."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from partners.domain import deliveries, webhooks
from partners.enums import AttemptError, DeliveryStatus
from partners.models import WebhookAttempt, WebhookDelivery, WebhookMessage
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import (
    DeliveryFactory,
    EndpointFactory,
    MessageFactory,
    waiting,
)

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
Status = DeliveryStatus


# --- Many workers -----------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_attempt(together):
    with receiving(slow=0.05) as receiver:
        endpoint = EndpointFactory(url=receiver.url)
        DeliveryFactory.create_batch(8, endpoint=endpoint)
        made = together(*[lambda: deliveries.deliver(endpoint.pk)] * 4)
    assert sorted(made) == [0, 0, 0, 8]
    assert len(set(receiver.ids)) == len(receiver.ids) == 8


@pytest.mark.django_db(transaction=True)
def test_without_the_lease_the_claims_alone_keep_two_workers_apart(together):
    """As when a lease ran out under a worker that is slow, not dead."""
    with receiving(slow=0.05) as receiver:
        endpoint = EndpointFactory(url=receiver.url)
        DeliveryFactory.create_batch(8, endpoint=endpoint)

        def turn():
            with deliveries.Sender() as sender:
                return deliveries._take_turn(endpoint.pk, sender)

        assert sum(together(*[turn] * 4)) == 8
    assert len(set(receiver.ids)) == len(receiver.ids) == 8
    assert WebhookAttempt.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_and_no_row_locked_while_a_request_runs(monkeypatch):
    seen = []

    class Watching(deliveries.Sender):
        def post(self, *args):
            seen.append(connection.in_atomic_block)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
                    "WHERE c.relname LIKE 'partners_webhook%%' AND l.pid = pg_backend_pid()"
                )
                seen.append(cursor.fetchone()[0])
            return super().post(*args)

    monkeypatch.setattr(deliveries, "Sender", Watching)
    with receiving() as receiver:
        delivery = waiting(receiver)
        deliveries.deliver(delivery.endpoint_id)
        deliveries.send_now(DeliveryFactory(endpoint=delivery.endpoint))
    assert seen == [False, 0] * 2
    assert len(receiver.got) == 2


@pytest.mark.django_db
def test_the_claim_of_a_dead_worker_is_taken_over():
    with receiving() as receiver, time_machine.travel(NOON, tick=False) as clock:
        delivery = waiting(receiver, next_attempt_at=NOON)
        lost = deliveries.claim_next(delivery.endpoint_id)
        assert deliveries.deliver(delivery.endpoint_id) == 0
        clock.shift(deliveries.LEASE + timedelta(seconds=1))
        assert deliveries.sweep() == 1
        assert deliveries.deliver(delivery.endpoint_id) == 1
        deliveries.record(lost, deliveries.Answer(error="timeout"))  # it was not dead: too late, all the same
    delivery.refresh_from_db()
    assert delivery.status == Status.DELIVERED
    assert len(receiver.got) == 1


@pytest.mark.django_db
def test_an_attempt_that_was_lost_says_so():
    with receiving() as receiver, time_machine.travel(NOON, tick=False) as clock:
        delivery = waiting(receiver, next_attempt_at=NOON)
        deliveries.claim_next(delivery.endpoint_id)
        clock.shift(deliveries.LEASE + timedelta(seconds=1))
        deliveries.deliver(delivery.endpoint_id)
    assert [(a.number, a.error) for a in delivery.attempts.all()] == [(2, ""), (1, AttemptError.LOST)]


# --- The queue --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_waiting_job_is_enough_for_an_endpoint(django_capture_on_commit_callbacks, run_jobs):
    with receiving() as receiver:
        delivery = waiting(receiver)
        for _ in range(3):
            with django_capture_on_commit_callbacks(execute=True):
                deliveries.wake([delivery.endpoint_id])
        assert run_jobs() == ["partners.tasks.deliver_webhooks"]
    assert len(receiver.got) == 1


@pytest.mark.django_db
def test_a_turn_that_ends_before_the_work_queues_the_next(
    django_capture_on_commit_callbacks, run_jobs, monkeypatch
):
    monkeypatch.setattr(deliveries, "A_TURN", -1.0)
    with receiving() as receiver:
        delivery = waiting(receiver)
        with django_capture_on_commit_callbacks() as callbacks:
            assert deliveries.deliver(delivery.endpoint_id) == 0
        assert len(callbacks) == 1
        monkeypatch.setattr(deliveries, "A_TURN", 20.0)
        callbacks[0]()
        run_jobs()
    assert len(receiver.got) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_sweep_reads_once(rows, django_assert_num_queries):
    DeliveryFactory.create_batch(rows)
    DeliveryFactory(next_attempt_at=timezone.now() + timedelta(minutes=1))
    with django_assert_num_queries(1):
        assert deliveries.sweep() == rows


# --- Forgotten --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_log_is_kept_thirty_days():
    for days in (29, 31):
        delivery = DeliveryFactory(message=MessageFactory(at=timezone.now() - timedelta(days=days)))
        delivery.attempts.create(number=1, started_at=delivery.message.at, url="https://example.org/")
    assert deliveries.forget() == 1
    kept = WebhookMessage.objects.get()
    assert timezone.now() - kept.at < timedelta(days=30)
    assert (WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (1, 1)
    assert webhooks.anyone_listens()
