"""Webhook endpoints of a partner: made, changed, tried out, paused; and what they are told."""

import base64
import secrets as random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import rules
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import http
from partners.domain import deliveries, event_types
from partners.enums import DeliveryStatus, EndpointState, PauseCause
from partners.models import (
    TEST,
    Partner,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSecret,
)
from wecd.common import journal, once
from wecd.common.models.base import uuid7
from wecd.common.once import MadeAlready
from wecd.common.workflow import NotAllowed, Refused, move, why_not_permitted

OVERLAP = timedelta(hours=24)  # after a rotation, both secrets sign
MOST_ENDPOINTS = 20  # of a partner
MOST_SECRETS = 4  # in force at once
ROTATE = "partners.webhookendpoint.rotate"
A_BATCH = 2000  # rows of one INSERT
Change = tuple[UUID | None, str, UUID, str]  # partner (None: open data), resource, row, kind


# --- Endpoints ------------------------------------------------------------------------------------------
@transaction.atomic
def create(
    *,
    partner: Partner,
    url: str,
    events: Iterable[str],
    by,
    description: str = "",
    form: UUID | None = None,
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint, active at once, and its secret. Nothing is sent until something changes.

    ``form`` is the UUID of the form that was sent: the second time, ``MadeAlready``.
    """
    endpoint = WebhookEndpoint(id=form or uuid7(), partner=partner, created_by=by)
    _may(endpoint, "add", by)
    Partner.objects.select_for_update().get(pk=partner.pk)  # so that the count holds
    made = partner.webhooks.filter(pk=endpoint.pk).first()
    if made is not None:
        raise MadeAlready(
            made, _("This webhook was added already. If you did not copy its secret, show it again.")
        )
    if partner.webhooks.exclude(state=EndpointState.DELETED).count() >= MOST_ENDPOINTS:
        raise Refused(
            ngettext(
                "A partner has at most %(count)s endpoint: delete one first.",
                "A partner has at most %(count)s endpoints: delete one first.",
                MOST_ENDPOINTS,
            )
            % {"count": MOST_ENDPOINTS}
        )
    _fill(endpoint, url, events, description)
    once.insert(endpoint)
    secret = _new_secret(endpoint)
    journal.record(
        endpoint,
        "partners.webhookendpoint.create",
        by=by,
        partner=partner.code,
        url=endpoint.url,
        events=endpoint.events,
    )
    return endpoint, secret


@transaction.atomic
def change(endpoint: WebhookEndpoint, *, by, url: str, events: Iterable[str], description: str = "") -> None:
    """Another address, other events, other words. What waits goes to the new address."""
    row = _locked(endpoint, "change", by)
    names = ("url", "events", "description")
    before = {name: getattr(row, name) for name in names}
    _fill(row, url, events, description)
    changed = {
        name: {"from": before[name], "to": getattr(row, name)}
        for name in names
        if before[name] != getattr(row, name)
    }
    if changed:
        row.save(update_fields=[*names, "updated_at"])
        journal.record(row, "partners.webhookendpoint.change", by=by, **changed)
    endpoint.refresh_from_db()


def pause(endpoint: WebhookEndpoint, *, by) -> None:
    """Send nothing more. What waits goes on waiting; what changes meanwhile is not kept for it."""
    with move(endpoint, "pause", by=by) as row:
        row.paused_at, row.pause_cause = timezone.now(), PauseCause.PERSON


def resume(endpoint: WebhookEndpoint, *, by) -> None:
    """Send again, beginning at once with what waits."""
    with move(endpoint, "resume", by=by) as row:
        row.paused_at, row.pause_cause, row.failing_since, row.rests_until = None, "", None, None
        row.deliveries.open().update(next_attempt_at=timezone.now())
        deliveries.wake([row.pk])


def delete(endpoint: WebhookEndpoint, *, by) -> None:
    """Take it away for good: its secrets, its log and what waits. The journal keeps that it was there."""
    with move(endpoint, "delete", by=by, url=endpoint.url) as row:
        row.secrets.all().delete()
        row.deliveries.all().delete()


# --- Secrets --------------------------------------------------------------------------------------------
@transaction.atomic
def rotate(endpoint: WebhookEndpoint, *, by, form: UUID | None = None) -> str:
    """A new secret. For 24 hours the one before signs beside it, so that the receiver can change in peace."""
    row = _locked(endpoint, "rotate", by)
    if once.is_done(row, ROTATE, form):
        raise MadeAlready(row, _("The new secret was made already. If you did not copy it, show it again."))
    now = timezone.now()
    row.secrets.filter(expires_at__lte=now).delete()
    if row.secrets.count() >= MOST_SECRETS:
        raise Refused(_("Four secrets sign already: end the older ones first, or wait a day."))
    until = now + OVERLAP
    row.secrets.filter(expires_at=None).update(expires_at=until)
    secret = _new_secret(row)
    journal.record(row, ROTATE, by=by, both_until=until, **({"once": str(form)} if form else {}))
    return secret


@transaction.atomic
def end_overlap(endpoint: WebhookEndpoint, *, by) -> None:
    """Forget the secrets before the newest now, because the receiver has changed or one has leaked."""
    row = _locked(endpoint, "rotate", by)
    gone, _rows = row.secrets.exclude(expires_at=None).delete()
    if not gone:
        raise Refused(_("Only the newest secret signs already."))
    journal.record(row, "partners.webhookendpoint.end_overlap", by=by)


@transaction.atomic
def read_secret(endpoint: WebhookEndpoint, *, by) -> str:
    """The secret in force. That somebody looked is written in the journal."""
    row = _locked(endpoint, "read_secret", by)
    journal.record(row, "partners.webhookendpoint.read_secret", by=by)
    return row.secrets.get(expires_at=None).secret


def _new_secret(endpoint: WebhookEndpoint) -> str:
    secret = "whsec_" + base64.b64encode(random.token_bytes(32)).decode()
    WebhookSecret.objects.create(endpoint=endpoint, secret=secret)
    return secret


# --- By hand --------------------------------------------------------------------------------------------
def send_test(endpoint: WebhookEndpoint, *, by) -> WebhookDelivery:
    """Send a test event now, whether the endpoint is paused or not, and wait for the answer.

    It is tried once. Not to be called in a transaction: it waits for the network. While it waits, the
    partner sends no other: each keeps a thread of the web server, and a host may never answer.
    """
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=endpoint.partner_id)  # one test after the other
        row = _locked(endpoint, "test", by)
        if _tests(row, timezone.now()).exists():
            raise Refused(
                _("A test event of your organisation is still waiting for an answer. Try again in a minute.")
            )
        message = WebhookMessage(partner_id=row.partner_id, type=TEST)
        message.payload = _payload(TEST, message.at, {"endpoint": str(row.pk)})
        message.save(force_insert=True)
        delivery = WebhookDelivery.objects.create(message=message, endpoint=row)
        journal.record(row, "partners.webhookendpoint.test", by=by, message=message.public_id)
    deliveries.send_now(delivery)
    return delivery


def _tests(endpoint: WebhookEndpoint, now: datetime) -> QuerySet[WebhookDelivery]:
    """The partner's tests under way. One whose process died keeps others waiting no longer than a claim."""
    began = now - deliveries.CLAIM
    return WebhookDelivery.objects.open().filter(
        endpoint__partner=endpoint.partner_id, message__type=TEST, message__at__gt=began
    )


def replay(delivery: WebhookDelivery, *, by) -> None:
    """Send a message again, whatever became of it: a new round of attempts, with the same ``webhook-id``."""
    with transaction.atomic():
        endpoint = _locked(delivery.endpoint, "replay", by)
        _is_awake(endpoint)
        if not deliveries.begin_again(WebhookDelivery.objects.filter(pk=delivery.pk)):
            raise Refused(_("This message is being sent right now. Reload the page in a moment."))
        journal.record(endpoint, "partners.webhookendpoint.replay", by=by, message=delivery.message.public_id)
        deliveries.wake([endpoint.pk])


def replay_failed(endpoint: WebhookEndpoint, *, since: datetime, by) -> int:
    """Send again everything that was given up since an instant; returns how many messages."""
    with transaction.atomic():
        row = _locked(endpoint, "replay", by)
        _is_awake(row)
        failed = WebhookDelivery.objects.filter(
            ~Q(message__type=TEST), endpoint=row, status=DeliveryStatus.GIVEN_UP, message__at__gte=since
        )
        count = deliveries.begin_again(failed)
        if not count:
            raise Refused(_("Nothing was given up since then."))
        journal.record(row, "partners.webhookendpoint.replay_failed", by=by, since=since, count=count)
        deliveries.wake([row.pk])
    return count


# --- What happens ---------------------------------------------------------------------------------------
def anyone_listens() -> bool:
    """Whether any endpoint wants to be told of anything."""
    return WebhookEndpoint.objects.listening().exists()


def announce(changes: Iterable[Change]) -> int:
    """Tell the endpoints that ask for it what changed, in the caller's transaction; returns how many times.

    A change of a partner's own data goes to that partner's endpoints only; one of open data to all. What is
    said is that a row changed and where the API shows it, never what is in it. However many the changes, the
    statements are few, and each endpoint gets one job, after the commit.
    """
    everyone: list[WebhookEndpoint] = list(WebhookEndpoint.objects.listening().only("partner_id", "events"))
    if not everyone:
        return 0
    wanted: dict[tuple[str, UUID | None], list[UUID]] = defaultdict(list)
    for endpoint in everyone:
        for type_ in event_types.spelled_out(endpoint.events):
            wanted[type_, None].append(endpoint.pk)
            wanted[type_, endpoint.partner_id].append(endpoint.pk)
    groups, now = event_types.groups(), timezone.now()
    messages: list[WebhookMessage] = []
    queued: list[WebhookDelivery] = []
    for partner_id, resource, row, kind in changes:
        group = groups[resource]
        type_ = f"{group.singular}.{kind}"
        endpoints = wanted.get((type_, partner_id))
        if not endpoints:
            continue
        data = {"resource": resource, "id": str(row), "url": group.address(row)}
        message = WebhookMessage(
            partner_id=partner_id, type=type_, at=now, payload=_payload(type_, now, data)
        )
        messages.append(message)
        queued += [WebhookDelivery(message=message, endpoint_id=pk, next_attempt_at=now) for pk in endpoints]
    WebhookMessage.objects.bulk_create(messages, batch_size=A_BATCH)
    WebhookDelivery.objects.bulk_create(queued, batch_size=A_BATCH)
    if queued:
        deliveries.wake({delivery.endpoint_id for delivery in queued})
    return len(queued)


def _payload(type_: str, at: datetime, data: dict[str, Any]) -> dict:
    return {"type": type_, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}


# --- Inside ---------------------------------------------------------------------------------------------
def _fill(endpoint: WebhookEndpoint, url: str, events: Iterable[str], description: str) -> None:
    url, events = url.strip(), list(events)
    wrong = http.wrong_with(url)
    if wrong:
        raise Refused(wrong)
    unknown = sorted(set(events) - event_types.known())
    if unknown:
        raise Refused(_("There is no event “%(name)s”.") % {"name": unknown[0]})
    if not events:
        raise Refused(_("Choose at least one event."))
    endpoint.url, endpoint.description = url, description.strip()
    endpoint.events = event_types.shortest(events)


def _may(endpoint: WebhookEndpoint, verb: str, by) -> None:
    if not rules.has_perm(endpoint.get_perm(verb), by, endpoint):
        raise NotAllowed(why_not_permitted(endpoint, verb, by))


def _locked(endpoint: WebhookEndpoint, verb: str, by) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    _may(row, verb, by)
    if row.state == EndpointState.DELETED:
        raise Refused(_("This endpoint was deleted."))
    return row


def _is_awake(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_active:
        raise Refused(_("This endpoint is paused: resume it first."))
