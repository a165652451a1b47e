"""A submission and a move of its call at the same instant: one waits for the other, and both tell one story.

Each test holds one of the two in the middle of its transaction until PostgreSQL itself says that the other
waits for it; only then does the first one commit.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone, translation

from accounts.models import User
from calls.domain import calls, submissions
from calls.models import Application, Call, Submission
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common.models import OutboxMessage
from wecd.common.workflow import Refused

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


def waiting_for(pid: int) -> bool:
    """Whether another connection waits for a lock of this one. Not from pg_stat_activity: a transaction sees
    that as it first saw it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid)))",
            [pid],
        )
        return cursor.fetchone()[0]


def first_then(one, other):
    """``one`` acts, and commits only once ``other`` waits for it; what each gave, or its exception."""
    acted, holder = threading.Event(), []

    def hold():
        with transaction.atomic():
            result = one()
            holder.append(connection.connection.info.backend_pid)
            acted.set()
            until = time.monotonic() + PATIENCE
            while not waiting_for(holder[0]):
                assert time.monotonic() < until, "nobody waited"
                time.sleep(0.02)
        return result

    def follow():
        assert acted.wait(PATIENCE)
        return other()

    def outcome(function):
        try:
            return function()
        except Exception as error:
            return error
        finally:
            acted.set()
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(outcome, (hold, follow)))


def submitting(draft, at=None):
    def run():
        with translation.override("en"):
            me = User.objects.get(pk=draft.applicant_id)
            row = Application.objects.get(pk=draft.pk)
            return submissions.submit(row, by=me, received_at=at or timezone.now())

    return run


def cancelling(call, by):
    return lambda: calls.cancel(Call.objects.get(pk=call.pk), by=by, reason="Plus de budget.")


def test_what_arrives_while_the_call_is_cancelled_is_refused(manager):
    draft = ApplicationFactory()
    cancelled, sent = first_then(cancelling(draft.call, manager), submitting(draft))
    assert isinstance(cancelled, Call), cancelled
    assert isinstance(sent, Refused), sent
    assert "cancelled" in str(sent)
    draft.refresh_from_db()
    assert draft.is_draft
    assert not Submission.objects.exists()


def test_a_call_cancelled_while_one_arrives_tells_its_author_with_the_reference(manager):
    draft = ApplicationFactory()
    sent, cancelled = first_then(submitting(draft), cancelling(draft.call, manager))
    assert isinstance(sent, Submission), sent
    assert isinstance(cancelled, Call), cancelled
    draft.refresh_from_db()
    told = OutboxMessage.objects.get(template="calls/cancelled")
    assert draft.reference in told.body


def test_a_deadline_that_moves_at_this_instant_counts(officer):
    call = CallFactory(closes_at=timezone.now() - timedelta(hours=1))
    draft = ApplicationFactory(call=call)
    later = timezone.now() + timedelta(days=3)

    def extend():
        return calls.extend(Call.objects.get(pk=call.pk), by=officer, closes_at=later, reason="Une panne.")

    extended, sent = first_then(extend, submitting(draft))
    assert isinstance(extended, Call), extended
    assert isinstance(sent, Submission), sent


def test_locks_are_taken_in_the_order_of_those_who_publish_a_form():
    """Call first, then its drafts; the other way round the two would wait for each other for ever."""
    draft = ApplicationFactory()

    def publish():
        Call.objects.select_for_update(of=("self",)).get(pk=draft.call_id)
        time.sleep(0.5)  # the submission has come as far as it comes
        return Application.objects.select_for_update(of=("self",)).get(pk=draft.pk)

    published, sent = first_then(publish, submitting(draft))
    assert isinstance(published, Application), published
    assert isinstance(sent, Submission), sent


def test_many_hold_a_call_at_once_and_a_draft_may_be_begun_beside_them():
    call = CallFactory()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        with transaction.atomic():
            return Call.objects.held(call.pk)

    with transaction.atomic():
        Call.objects.held(call.pk)
        Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)  # as calls.start does
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: (hold(), connections.close_all())[0]).result() == call
