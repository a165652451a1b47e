"""A partner's webhook endpoints: made, changed, tried out, paused by its members."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.confirmed import confirmed
from partners.domain import event_types, webhooks
from partners.enums import EndpointState
from partners.models import Partner, WebhookEndpoint
from partners.views.door import again, in_space, shell
from partners.webhook_forms import EndpointForm
from wecd.common import kept, once
from wecd.common.once import MadeAlready
from wecd.common.workflow import Refused

SECTION = "partner_webhooks"
TYPED = ("url", "description")  # the texts of its form
NAMED = 3  # events of one row of the list


def find(request, partner: Partner, pk) -> WebhookEndpoint:
    """One endpoint of this partner that this person may see."""
    rows = partner.webhooks.visible_to(request.user).select_related("created_by")
    return get_object_or_404(rows, pk=pk)


def status_of(form) -> int:
    return 422 if form.is_bound and form.errors else 200


@in_space
@require_safe
def endpoint_list(request, partner):
    """Every endpoint, with what it asks for and how its last delivery went."""
    rows = list(partner.webhooks.visible_to(request.user).with_last_delivery())
    for row in rows:
        row.words = [event_types.words(event) for event in row.events[:NAMED]]
        row.more = max(len(row.events) - NAMED, 0)
    context = shell(partner, SECTION, endpoints=rows, broken=[row for row in rows if row.gave_up])
    return render(request, "partner/webhooks.html", context)


@in_space
@confirmed
@kept.keeps("webhook_new", *TYPED, by="code")
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_new(request, partner):
    """The form of a new endpoint; on POST the page that shows its secret."""
    form = EndpointForm(request.POST or None)
    typed = kept.restore(request, form, partner.code, "webhook_new")
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = webhooks.create(
                partner=partner,
                url=form.cleaned_data["url"],
                events=form.chosen(),
                description=form.cleaned_data["description"],
                by=request.user,
                form=once.key_of(request.user, request.POST.get(once.FIELD)),
            )
        except MadeAlready as made:
            return _to_endpoint(request, partner, made)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            kept.drop(request, partner.code, "webhook_new")
            return _secret_page(request, partner, endpoint, secret, is_new=True)
    context = shell(partner, SECTION, form=form, **again(request, typed))
    return render(request, "partner/webhook_form.html", context, status=status_of(form))


def _to_endpoint(request, partner: Partner, made: MadeAlready):
    """Where the same form sent twice leads: what it made, or the list when that is deleted."""
    messages.warning(request, str(made))
    if made.row.state == EndpointState.DELETED:
        return redirect("partner_webhooks", partner.code)
    return redirect("partner_webhook", partner.code, made.row.pk)


@in_space
@kept.keeps("webhook", *TYPED, by="pk")
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_change(request, partner, pk):
    """Another address, other events."""
    endpoint = find(request, partner, pk)
    form = EndpointForm(request.POST or None, initial=EndpointForm.initial_of(endpoint))
    typed = kept.restore(request, form, pk, "webhook")
    if request.method == "POST" and form.is_valid():
        try:
            webhooks.change(
                endpoint,
                url=form.cleaned_data["url"],
                events=form.chosen(),
                description=form.cleaned_data["description"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            kept.drop(request, pk, "webhook")
            messages.success(request, _("Your changes are saved."))
            return redirect("partner_webhook", partner.code, endpoint.pk)
    context = shell(partner, SECTION, form=form, endpoint=endpoint, restored=bool(typed))
    return render(request, "partner/webhook_form.html", context, status=status_of(form))


# --- Secrets --------------------------------------------------------------------------------------------
@in_space
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_secret(request, partner, pk):
    """Ask first, because looking is written in the journal; then show the secret."""
    endpoint = find(request, partner, pk)
    if request.method == "POST":
        return _secret_page(request, partner, endpoint, webhooks.read_secret(endpoint, by=request.user))
    return render(request, "partner/webhook_reveal.html", shell(partner, SECTION, endpoint=endpoint))


@in_space
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_rotate(request, partner, pk):
    """Ask first; then show the new secret."""
    endpoint = find(request, partner, pk)
    if request.method == "POST":
        try:
            sent = once.key_of(request.user, request.POST.get(once.FIELD))
            secret = webhooks.rotate(endpoint, by=request.user, form=sent)
        except MadeAlready as made:
            return _to_endpoint(request, partner, made)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("partner_webhook", partner.code, endpoint.pk)
        return _secret_page(request, partner, endpoint, secret, is_rotated=True)
    context = shell(partner, SECTION, endpoint=endpoint, **again(request, None))
    return render(request, "partner/webhook_rotate.html", context)


def _secret_page(request, partner: Partner, endpoint: WebhookEndpoint, secret: str, **more):
    """Shown in the answer to a POST, never kept by the browser or in the session."""
    return render(
        request,
        "partner/webhook_secret.html",
        shell(partner, SECTION, endpoint=endpoint, secret=secret, **more),
    )


# --- Moves ----------------------------------------------------------------------------------------------
def _act(request, partner, pk, act, done: str):
    endpoint = find(request, partner, pk)
    try:
        act(endpoint, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("partner_webhook", partner.code, endpoint.pk)


@in_space
@require_POST
def endpoint_pause(request, partner, pk):
    return _act(request, partner, pk, webhooks.pause, _("The webhook is paused: nothing more is sent."))


@in_space
@require_POST
def endpoint_resume(request, partner, pk):
    return _act(request, partner, pk, webhooks.resume, _("The webhook is active: what waited is sent now."))


@in_space
@require_POST
def endpoint_end_overlap(request, partner, pk):
    return _act(request, partner, pk, webhooks.end_overlap, _("Only the newest secret signs now."))


@in_space
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_delete(request, partner, pk):
    """Ask first: its log goes with it."""
    endpoint = find(request, partner, pk)
    if request.method == "POST":
        webhooks.delete(endpoint, by=request.user)
        messages.success(request, _("The webhook is deleted."))
        return redirect("partner_webhooks", partner.code)
    return render(request, "partner/webhook_delete.html", shell(partner, SECTION, endpoint=endpoint))
