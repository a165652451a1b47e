"""Deliveries on their way: tried, tried again, given up.

One worker at a time works through the deliveries of an endpoint (a lease), in the order in which they are
due, and claims each before it sends. Both are short transactions: while a request runs, none is open and no
row locked. A worker that dies loses its claim after ``CLAIM``; the message is then sent again, with the same
``webhook-id``.
Endpoints are always locked before their deliveries.
"""

import contextlib
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from standardwebhooks import Webhook

from partners.enums import AttemptError, DeliveryStatus, PauseCause
from partners.http import DEADLINE, Answer, Sender
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from wecd.common.outbox import queue_mail
from wecd.common.workflow import move

# How long after each failure the next attempt comes: ten attempts in three days and three and a half hours,
# as the Standard Webhooks specification proposes. Shown in docs/api/webhooks.md.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.1  # each wait is up to a tenth shorter or longer, so that failures do not come back together
LONGEST_WISH = timedelta(hours=24)  # of a Retry-After
CLAIM = timedelta(seconds=DEADLINE * 2 + 30)
LEASE = 2 * CLAIM
A_TURN = 20.0  # seconds; then others have theirs
IN_A_ROW = 3  # failures that end a turn
REST = timedelta(seconds=30), timedelta(minutes=10)  # of an endpoint that fails, between turns
KEPT = timedelta(days=30)
TASK = "partners.tasks.deliver_webhooks"


@dataclass(frozen=True)
class Work:
    """A claimed delivery: all that is needed to send it, so that no row need be read meanwhile."""

    delivery: UUID
    attempt: UUID
    endpoint: UUID
    at: datetime
    url: str
    headers: dict[str, str]
    body: bytes


# --- The queue ------------------------------------------------------------------------------------------
def wake(endpoints: Iterable[UUID]) -> None:
    """After the commit, queue one job for each endpoint that has none waiting, however much there is to send.

    A job lost between the commit and the queue is made up for by ``sweep``.
    """
    keys = sorted(map(str, endpoints))
    transaction.on_commit(lambda: _queue(keys))


def _queue(keys: list[str]) -> None:
    for key in keys:
        # a job that waits already begins after this commit, so it finds what was committed
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            app.configure_task(TASK, queueing_lock=f"webhooks:{key}").defer(endpoint_id=key)


def sweep() -> int:
    """Queue a job for each endpoint with something due and nobody at work; returns how many.

    Retries begin here.
    """
    now = timezone.now()
    due = WebhookDelivery.objects.due(now).filter(endpoint=OuterRef("pk"))
    found = _free(WebhookEndpoint.objects.listening(), now).filter(Exists(due))
    keys = list(found.values_list("pk", flat=True))
    wake(keys)
    return len(keys)


def _free(endpoints: QuerySet, now: datetime) -> QuerySet:
    """Those that do not rest, and at which nobody works."""
    return endpoints.filter(
        Q(rests_until=None) | Q(rests_until__lte=now), Q(worked_until=None) | Q(worked_until__lt=now)
    )


# --- A turn ---------------------------------------------------------------------------------------------
def deliver(endpoint_id) -> int:
    """Send what is due to one endpoint, oldest first, for one turn; returns how many attempts were made.

    Does nothing while somebody else has the endpoint. A turn ends when nothing is due, after ``A_TURN``, or
    when failures follow each other: then the endpoint rests, so that a dead one costs a worker little.
    """
    now = timezone.now()
    mine = _free(WebhookEndpoint.objects.listening().filter(pk=endpoint_id), now)
    if not mine.update(worked_until=now + LEASE):
        return 0
    attempts = 0
    try:
        with Sender() as sender:
            attempts = _take_turn(endpoint_id, sender)
    finally:
        WebhookEndpoint.objects.filter(pk=endpoint_id).update(worked_until=None)
    now = timezone.now()
    if (
        WebhookDelivery.objects.due(now)
        .filter(endpoint__in=_free(WebhookEndpoint.objects.listening().filter(pk=endpoint_id), now))
        .exists()
    ):
        wake([endpoint_id])  # behind the jobs of others
    return attempts


def _take_turn(endpoint_id, sender: Sender) -> int:
    began, attempts, failures = time.monotonic(), 0, 0
    while time.monotonic() - began < A_TURN:
        work = claim_next(endpoint_id)
        if work is None:
            break
        answer = sender.post(work.url, work.body, work.headers)
        attempts += 1
        since = record(work, answer)
        failures = 0 if answer.succeeded else failures + 1
        if failures and since and (failures >= IN_A_ROW or since < timezone.now() - REST[0]):
            _rest(endpoint_id, since)
            break
    return attempts


def _rest(endpoint_id, failing_since: datetime) -> None:
    """A tenth of the time it has been failing, within bounds; never shorter than the receiver asked for."""
    now = timezone.now()
    until = now + min(max((now - failing_since) / 10, REST[0]), REST[1])
    WebhookEndpoint.objects.filter(pk=endpoint_id).exclude(rests_until__gt=until).update(rests_until=until)


def send_now(delivery: WebhookDelivery) -> None:
    """One attempt of one delivery, at once: a person waits for the answer."""
    with transaction.atomic():
        row = (
            WebhookDelivery.objects.select_for_update(of=("self",))
            .select_related("message", "endpoint")
            .get(pk=delivery.pk)
        )
        work = _claim(row)
    with Sender() as sender:
        record(work, sender.post(work.url, work.body, work.headers))
    delivery.refresh_from_db()


# --- Claim, send, record --------------------------------------------------------------------------------
@transaction.atomic
def claim_next(endpoint_id) -> Work | None:
    """Claim the delivery that has been due longest, and renew the lease; None when nothing is due."""
    now = timezone.now()
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(worked_until=now + LEASE)
    row = (
        WebhookDelivery.objects.due(now)
        .filter(endpoint__in=WebhookEndpoint.objects.listening().filter(pk=endpoint_id))
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("message", "endpoint")
        .order_by("next_attempt_at", "id")
        .first()
    )
    return _claim(row) if row else None


def _claim(row: WebhookDelivery) -> Work:
    """Note the attempt before it is made. The row is locked by the caller."""
    now = timezone.now()
    if row.claim:  # whoever had it is dead
        row.attempts.filter(milliseconds=None).update(error=AttemptError.LOST, milliseconds=0)
    body = body_of(row.message)
    headers = signed(row.message, body, secrets_in_force(row.endpoint, now), now)
    row.attempts_made += 1
    row.tries += 1
    row.began_at = row.began_at or now
    row.claimed_until = now + CLAIM
    attempt = WebhookAttempt.objects.create(
        delivery=row,
        number=row.attempts_made,
        started_at=now,
        url=row.endpoint.url,
        request_headers=headers,
    )
    row.claim = attempt.pk
    row.save(update_fields=["attempts_made", "tries", "began_at", "claimed_until", "claim"])
    return Work(row.pk, attempt.pk, row.endpoint_id, now, row.endpoint.url, headers, body)


def body_of(message: WebhookMessage) -> bytes:
    """What is sent: the same bytes at each attempt."""
    ordered = {name: message.payload[name] for name in ("type", "timestamp", "data")}
    return json.dumps(ordered, separators=(",", ":"), ensure_ascii=False).encode()


def secrets_in_force(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Newest first."""
    return [each.secret for each in endpoint.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=now))]


def signed(message: WebhookMessage, body: bytes, secrets: list[str], at: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks: one signature for each secret in force."""
    stamp = at.astimezone(UTC).replace(microsecond=0)
    signatures = [Webhook(secret).sign(message.public_id, stamp, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "WECD-Webhooks/1",
        "Accept-Encoding": "identity",
        "webhook-id": message.public_id,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


@transaction.atomic
def record(work: Work, answer: Answer) -> datetime | None:
    """Write down what an attempt brought, and what comes next; returns since when the endpoint fails, if so.

    Whoever lost the claim writes the attempt down and nothing else.
    """
    now = timezone.now()
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True).get(pk=work.endpoint)
    row = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .select_related("message")
        .filter(pk=work.delivery)
        .first()
    )
    WebhookAttempt.objects.filter(pk=work.attempt).update(
        status_code=answer.status,
        response_headers=answer.headers,
        response_body=answer.body,
        is_cut=answer.is_cut,
        error=answer.error,
        detail=answer.detail,
        milliseconds=answer.milliseconds,
    )
    if row is None or row.claim != work.attempt:
        return endpoint.failing_since
    row.claim = row.claimed_until = None
    _conclude(row, answer, now)
    row.save(update_fields=["claim", "claimed_until", "status", "next_attempt_at", "ended_at"])
    if not row.message.is_test:
        _note(endpoint, row, work, answer, now)
    return endpoint.failing_since


def _conclude(row: WebhookDelivery, answer: Answer, now: datetime) -> None:
    gone = answer.status == 410
    if answer.succeeded:
        row.status, row.next_attempt_at, row.ended_at = DeliveryStatus.DELIVERED, None, now
    elif row.message.is_test or gone or row.tries > len(RETRIES):
        row.status, row.next_attempt_at, row.ended_at = DeliveryStatus.GIVEN_UP, None, now
    else:
        row.status, row.next_attempt_at = DeliveryStatus.FAILED, next_attempt(row.tries, answer, now)


def _note(endpoint: WebhookEndpoint, row: WebhookDelivery, work: Work, answer: Answer, now: datetime) -> None:
    """What an attempt says about the endpoint: paused if it is gone, or if nothing gets through any more."""
    if answer.succeeded:
        if endpoint.failing_since or endpoint.rests_until:
            endpoint.failing_since = endpoint.rests_until = None
            endpoint.save(update_fields=["failing_since", "rests_until"])
        return
    endpoint.failing_since = endpoint.failing_since or work.at
    if answer.status in (429, 502, 503, 504) and (wish := retry_after(answer, now)):
        endpoint.rests_until = max(wish, endpoint.rests_until or wish)
    endpoint.save(update_fields=["failing_since", "rests_until"])
    if not endpoint.is_active:
        return
    if answer.status == 410:
        give_up(endpoint, cause=PauseCause.GONE)
    elif row.is_over and row.began_at and endpoint.failing_since <= row.began_at:
        give_up(endpoint, cause=PauseCause.FAILING)


def next_attempt(tries: int, answer: Answer, now: datetime) -> datetime:
    """When to try again after this many tries: by the table, and not before the receiver asked for it."""
    wait = RETRIES[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (no secret)
    return max(now + wait, retry_after(answer, now) or now)


def retry_after(answer: Answer, now: datetime) -> datetime | None:
    """The moment a ``Retry-After`` names, in seconds or as a date; a day from now at most."""
    text = answer.header("retry-after").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), LONGEST_WISH)
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now + LONGEST_WISH)


def give_up(endpoint: WebhookEndpoint, *, cause: str, by=None) -> None:
    """The portal pauses an endpoint that does not work, and writes to the partner's members."""
    by = by or get_user_model().objects.system()  # type: ignore[attr-defined]
    with move(endpoint, "give_up", by=by, cause=cause) as row:
        row.paused_at, row.pause_cause = timezone.now(), cause
        members = row.partner.members.filter(user__is_active=True).select_related("user").order_by("id")
        for member in members:
            queue_mail("partners/webhook_paused", to=member.user, about=row)


# --- Again, and no more ---------------------------------------------------------------------------------
def begin_again(rows: QuerySet) -> int:
    """A new round of attempts for each that nobody is sending right now; returns how many."""
    now = timezone.now()
    free = rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    return free.update(
        status=DeliveryStatus.WAITING, tries=0, began_at=None, next_attempt_at=now, ended_at=None
    )


@transaction.atomic
def forget(now: datetime | None = None) -> int:
    """Remove messages older than thirty days with all that was tried; returns how many deliveries went."""
    before = (now or timezone.now()) - KEPT
    old = WebhookMessage.objects.filter(at__lt=before)
    WebhookAttempt.objects.filter(delivery__message__in=old)._raw_delete("default")  # type: ignore[attr-defined]
    gone = WebhookDelivery.objects.filter(message__in=old)._raw_delete("default")
    old._raw_delete("default")  # type: ignore[attr-defined]
    return gone
