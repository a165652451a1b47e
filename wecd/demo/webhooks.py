"""Wallonie Design's webhook: its log of the last days, and the receiver that goes on answering."""

import heapq
import itertools
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from calls.models import Application
from partners.domain import deliveries, webhooks
from partners.http import Answer
from partners.models import Partner, WebhookDelivery, WebhookEndpoint
from wecd.demo.clock import at
from wecd.feed import settling

SHOWN = 40  # messages
DAYS = timedelta(days=9)
EVENTS = ["application.*", "voucher.*", "call.created", "call.updated"]
LOST = 7  # the message nobody ever took
DOWN = range(19, 23)  # messages that came while the receiver was being updated
SERVER = [("Server", "nginx/1.26"), ("Content-Type", "application/json")]


def address() -> str:
    return settings.SITE_URL + reverse("demo_receiver")


def own() -> QuerySet[WebhookEndpoint]:
    """The endpoints whose receiver is the demonstration itself."""
    return WebhookEndpoint.objects.filter(url__endswith=reverse("demo_receiver"))


def follow_site() -> None:
    """The demonstration moved to another port: its receiver with it."""
    own().update(url=address())


def tell(now: datetime, *, by: User) -> None:
    """Make the endpoint and live through what was sent to it; what changes from now on is sent for good."""
    settling.settle(tell=False)  # what was so far is not news
    partner = Partner.objects.get(code__iexact="WD")
    with at(now - DAYS - timedelta(hours=2)):
        endpoint, _secret = webhooks.create(
            partner=partner,
            url=address(),
            events=EVENTS,
            description="Tableau de bord de Wallonie Design",
            by=by,
        )
    rows = Application.objects.visible_to_partner(partner.pk).order_by("pk").values_list("pk", "state")
    dice = random.Random(2026)  # noqa: S311  (a demonstration)
    found = list(rows)
    if found:
        _live_through(endpoint, [dice.choice(found) for _ in range(SHOWN)], now, dice)


def _live_through(endpoint: WebhookEndpoint, rows: list, now: datetime, dice: random.Random) -> None:
    order = itertools.count()
    moments = sorted(now - DAYS * dice.random() for _ in rows)
    events = [(moment, next(order), row) for moment, row in zip(moments, rows, strict=True)]
    heapq.heapify(events)
    numbers: dict = {}
    while events:
        moment, _place, row = heapq.heappop(events)
        if moment >= now:
            break
        with at(moment):
            if row is not None:
                key, state = row
                kind = "created" if state in ("draft", "submitted") else "updated"
                webhooks.announce([(endpoint.partner_id, "applications", key, kind)])
            while work := deliveries.claim_next(endpoint.pk):
                number = numbers.setdefault(work.delivery, len(numbers))
                deliveries.record(work, _answer(number, work, dice))
                later = WebhookDelivery.objects.get(pk=work.delivery).next_attempt_at
                if later:
                    heapq.heappush(events, (later, next(order), None))
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(worked_until=None)


def _answer(number: int, work: deliveries.Work, dice: random.Random) -> Answer:
    tries = WebhookDelivery.objects.get(pk=work.delivery).tries
    time = dice.randint(18, 140)
    if number == LOST:
        body = '{"error": "unknown application"}'
        return Answer(500, SERVER, body, error="status", detail="500", milliseconds=time)
    if number in DOWN and tries < 3:
        headers = [*SERVER, ("Retry-After", "120")]
        return Answer(503, headers, "Maintenance", error="status", detail="503", milliseconds=time)
    return Answer(204, SERVER[:1], milliseconds=time)
