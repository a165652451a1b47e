"""A partner's keys: created, changed, replaced and revoked by its members."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.confirmed import confirmed
from partners.domain import keys, oauth, usage
from partners.domain.networks import widen
from partners.enums import KeyState, Scope
from partners.forms import KeyForm, NetworksForm, RotateForm, end_of
from partners.models import ApiKey, Partner
from partners.views.door import again, in_space, shell
from wecd.common import addresses, kept, once
from wecd.common.once import MadeAlready
from wecd.common.workflow import Refused

SECTION = "partner_keys"
WORKING = (KeyState.USABLE, KeyState.ENDING)


def _key(request, partner: Partner, pk) -> ApiKey:
    return get_object_or_404(partner.api_keys.visible_to(request.user).for_space(), pk=pk)


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200


@in_space
@require_safe
def key_list(request, partner):
    """Those that work first; those that ended below."""
    rows = list(partner.api_keys.visible_to(request.user).for_space().with_requests(usage.first_day()))
    context = {
        "keys": [key for key in rows if key.state in WORKING],
        "ended": [key for key in rows if key.state not in WORKING],
    }
    return render(request, "partner/keys.html", shell(partner, SECTION, **context))


@in_space
@confirmed
@kept.keeps("key_new", "name", "networks", by="code")
@require_http_methods(["GET", "HEAD", "POST"])
def key_new(request, partner):
    """The form of a new key; on POST the one page that shows its secret."""
    form = KeyForm(request.POST or None, partner=partner, address=addresses.of_client(request))
    typed = kept.restore(request, form, partner.code, "key_new")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            key, secret = (oauth if data["how"] == "oauth" else keys).create(
                partner=partner,
                name=data["name"],
                scopes=data["scopes"],
                networks=data["networks"],
                expires_at=end_of(data["expires_on"]),
                by=request.user,
                form=once.key_of(request.user, request.POST.get(once.FIELD)),
            )
        except MadeAlready as made:
            return _to_key(request, partner, made)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            kept.drop(request, partner.code, "key_new")
            return _shown_once(request, partner, key, secret)
    context = shell(partner, SECTION, form=form, **again(request, typed))
    return render(request, "partner/key_new.html", context, status=_status(form))


def _to_key(request, partner: Partner, made: MadeAlready):
    """Where the same form sent twice leads: the key it made, without its secret."""
    messages.warning(request, str(made))
    return redirect("partner_key", partner.code, made.row.pk)


def _shown_once(request, partner: Partner, key: ApiKey, secret: str):
    """The only page with the secret. It is kept nowhere: not here, not in the session, not by the browser."""
    context = shell(partner, SECTION, key=key, secret=secret, scopes=_scope_words(key))
    context["site_url"] = settings.SITE_URL
    return render(request, "partner/key_secret.html", context)


def _scope_words(key: ApiKey) -> list[str]:
    return [str(scope.label) for scope in Scope if scope in key.scopes]


@in_space
@kept.keeps("key", "name", "networks", by="pk")
@require_http_methods(["GET", "HEAD", "POST"])
def key_page(request, partner, pk):
    """What one key may see and how it is used; its name and networks are changed here.

    To let it work from more places, one confirms first who one is.
    """
    key = _key(request, partner, pk)
    initial = {"name": key.name, "networks": key.networks}
    address = addresses.of_client(request)
    form = NetworksForm(request.POST or None, initial=initial, address=address)
    typed = kept.restore(request, form, pk, "key")
    if request.method == "POST" and form.is_valid():
        change = _confirmed_change if widen(key.networks, form.cleaned_data["networks"]) else _change
        answer = change(request, partner, key, form)
        if answer:
            return answer
    context = shell(
        partner,
        SECTION,
        key=key,
        form=form,
        restored=bool(typed),
        works=key.state in WORKING,
        scopes=_scope_words(key),
        reads_personal=Scope.PERSONAL_READ in key.scopes,
        agreement=partner.agreements.in_force().first(),
        used=usage.of_key(key),
    )
    return render(request, "partner/key.html", context, status=_status(form))


@kept.keeps("key", "name", "networks", by="pk")
def _change(request, partner: Partner, key: ApiKey, form: NetworksForm):
    """Save what the form says, and where to go then; None when it is refused."""
    data = form.cleaned_data
    try:
        keys.change(key, by=request.user, name=data["name"], networks=data["networks"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    kept.drop(request, key.pk, "key")
    messages.success(request, _("Your changes are saved."))
    return redirect("partner_key", partner.code, key.pk)


_confirmed_change = confirmed(_change)


@in_space
@confirmed
@kept.keeps("key_rotate", "expires_on", by="pk")
@require_http_methods(["GET", "HEAD", "POST"])
def key_rotate(request, partner, pk):
    """Replace a key by one like it; on POST the one page that shows the new secret."""
    key = _key(request, partner, pk)
    form = RotateForm(request.POST or None, of_client=bool(key.client_id))
    typed = kept.restore(request, form, pk, "key_rotate")
    if request.method == "POST" and form.is_valid():
        sent = once.key_of(request.user, request.POST.get(once.FIELD))
        try:
            new, secret = oauth.replace(key, by=request.user, form=sent, **form.facts)
        except MadeAlready as made:
            return _to_key(request, partner, made)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            kept.drop(request, pk, "key_rotate")
            return _shown_once(request, partner, new, secret)
    context = shell(partner, SECTION, key=key, form=form, **again(request, typed))
    return render(request, "partner/key_rotate.html", context, status=_status(form))


@in_space
@require_http_methods(["GET", "HEAD", "POST"])
def key_revoke(request, partner, pk):
    """Ask, then end a key at once."""
    key = _key(request, partner, pk)
    if request.method == "POST":
        try:
            keys.revoke(key, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The key is revoked."))
        return redirect("partner_keys", partner.code)
    return render(request, "partner/key_revoke.html", shell(partner, SECTION, key=key))
