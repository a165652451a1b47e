"""What was sent to a webhook endpoint, what came back, and what is sent again."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from partners.domain import deliveries, event_types, webhooks
from partners.models import TEST, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from partners.views.door import in_space, shell
from partners.views.webhooks import SECTION, find
from partners.webhook_forms import LogForm, ReplayForm
from wecd.common.workflow import Refused

PER_PAGE = 25


@dataclass
class LogPage:
    """A page of the log, newest first, by keyset: as quick at the end as at the beginning."""

    rows: list[WebhookDelivery]
    previous: str = ""
    next: str = ""


@in_space
@require_safe
def endpoint_page(request, partner, pk):
    """One endpoint: how it stands, what it asks for, what was sent; its buttons."""
    endpoint = find(request, partner, pk)
    log = LogForm(request.GET, types=_types(endpoint))
    wanted = log.wanted()
    now = timezone.now()
    secrets = endpoint.secrets.filter(expires_at__gt=now)
    context = shell(
        partner,
        SECTION,
        endpoint=endpoint,
        words=[event_types.words(event) for event in endpoint.events],
        older_secret=secrets.order_by("-expires_at").first(),
        log=log,
        page=_page_of(request, endpoint, wanted),
        is_filtered=bool(wanted),
        tested=_tested(request, endpoint),
        waiting=endpoint.deliveries.open().count(),
        replay=ReplayForm(),
    )
    return render(request, "partner/webhook.html", context)


def _types(endpoint: WebhookEndpoint) -> list[str]:
    return [*sorted(event_types.spelled_out(endpoint.events)), TEST]


def _tested(request, endpoint: WebhookEndpoint) -> WebhookAttempt | None:
    """The test event this page was opened for, to show what it brought."""
    found = WebhookAttempt.objects.filter(delivery__endpoint=endpoint, delivery__message__type=TEST)
    key = _key(request.GET.get("tested", ""))
    return found.filter(delivery=key).select_related("delivery").first() if key else None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page_of(request, endpoint: WebhookEndpoint, wanted: dict[str, str]) -> LogPage:
    found = endpoint.deliveries.all()
    if "status" in wanted:
        found = found.filter(status=wanted["status"])
    if "type" in wanted:
        found = found.filter(message__type=wanted["type"])
    before, after = _key(request.GET.get("before", "")), _key(request.GET.get("after", ""))
    if after:
        rows = list(_shown(found.filter(pk__gt=after).order_by("pk"))[: PER_PAGE + 1])
        more = len(rows) > PER_PAGE
        rows = rows[:PER_PAGE][::-1]
        newer, older = more, True
    else:
        rows = list(_shown(found.filter(pk__lt=before) if before else found)[: PER_PAGE + 1])
        older = len(rows) > PER_PAGE
        rows = rows[:PER_PAGE]
        newer = bool(before)
    page = LogPage(rows)
    if rows and newer:
        page.previous = "?" + urlencode(wanted | {"after": rows[0].pk}) + "#log"
    if rows and older:
        page.next = "?" + urlencode(wanted | {"before": rows[-1].pk}) + "#log"
    return page


def _shown(rows: QuerySet) -> QuerySet:
    """With the message and the last attempt's status, newest first unless already ordered."""
    last = WebhookAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-number")
    rows = rows if rows.ordered else rows.order_by("-pk")
    return rows.select_related("message").annotate(
        last_code=Subquery(last.values("status_code")[:1]), last_error=Subquery(last.values("error")[:1])
    )


@in_space
@require_POST
def endpoint_test(request, partner, pk):
    """Send a test event and wait; the page that follows says what came back."""
    endpoint = find(request, partner, pk)
    try:
        delivery = webhooks.send_test(endpoint, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("partner_webhook", partner.code, endpoint.pk)
    address = redirect("partner_webhook", partner.code, endpoint.pk)
    address["Location"] += f"?tested={delivery.pk}#tested"
    return address


@in_space
@require_safe
def delivery_page(request, partner, pk, delivery):
    """One message to one endpoint: what was sent, and each attempt with what came back."""
    endpoint = find(request, partner, pk)
    row = get_object_or_404(endpoint.deliveries.select_related("message"), pk=delivery)
    body = deliveries.body_of(row.message).decode()
    context = shell(
        partner,
        SECTION,
        endpoint=endpoint,
        delivery=row,
        attempts=list(row.attempts.all()),
        most=len(deliveries.RETRIES) + 1,
        payload=json.dumps(json.loads(body), indent=2, ensure_ascii=False),
        body=body,
    )
    return render(request, "partner/webhook_delivery.html", context)


@in_space
@require_POST
def delivery_replay(request, partner, pk, delivery):
    """Send one message again."""
    endpoint = find(request, partner, pk)
    row = get_object_or_404(endpoint.deliveries.select_related("message", "endpoint"), pk=delivery)
    try:
        webhooks.replay(row, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The message is sent again within seconds. Reload the page to see."))
    return redirect("partner_webhook_delivery", partner.code, endpoint.pk, row.pk)


@in_space
@require_POST
def endpoint_replay(request, partner, pk):
    """Send again everything that was given up in a period."""
    endpoint = find(request, partner, pk)
    form = ReplayForm(request.POST)
    if form.is_valid():
        try:
            count = webhooks.replay_failed(endpoint, since=form.since(), by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request,
                ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
                % {"count": count},
            )
    return redirect("partner_webhook", partner.code, endpoint.pk)
