"""API keys: created and replaced here and shown once, renamed, revoked after a question."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from accounts.confirmed import confirmed
from accounts.rules import is_manager
from partners.domain import keys, oauth
from partners.domain.networks import widen
from partners.enums import Scope
from partners.forms import NetworksField, NetworksForm, RotateForm
from partners.models import ApiKey
from wecd.common import once
from wecd.common.admin import StaffModelAdmin, may
from wecd.common.once import MadeAlready
from wecd.common.workflow import Refused


class KeyForm(forms.ModelForm):
    """What a person decides about a new key; the portal makes its secret."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Open data needs no scope. A key sees the rows of its partner's actions only."
        ),
    )

    networks = NetworksField(
        label=gettext_lazy("Networks"),
        help_text=gettext_lazy(
            "From elsewhere it opens nothing. One a line: 192.0.2.7 or 192.0.2.0/24. Empty: from anywhere."
        ),
    )

    once = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ApiKey
        fields = ["partner", "name", "scopes", "networks", "expires_at"]
        help_texts = {"expires_at": gettext_lazy("In a year when left empty; two years ahead at most.")}

    def clean(self):
        """What the domain would refuse shows beside the form."""
        data = super().clean()
        if not self.errors:
            try:
                keys.check(data["scopes"], data.get("expires_at"), partner=data["partner"])
            except Refused as refused:
                raise forms.ValidationError(str(refused))
        return data


def _change(request, key: ApiKey, form: NetworksForm):
    """Save what the form says, and where to go then; None when it is refused."""
    data = form.cleaned_data
    try:
        keys.change(key, by=request.user, name=data["name"], networks=data["networks"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, _("Your changes are saved."))
    return HttpResponseRedirect(reverse("admin:partners_apikey_change", args=[key.pk]))


_confirmed_change = confirmed(_change)


@admin.register(ApiKey)
class ApiKeyAdmin(StaffModelAdmin):
    form = KeyForm
    list_display = ["name", "partner", "prefix", "scope_words", "standing", "expires_at", "last_used_at"]
    list_filter = ["partner", "revoked_at"]
    list_select_related = ["partner", "replaced_by"]
    never_null = ("partner__name",)
    also_sortable = ("name", "expires_at", "last_used_at")
    search_fields = ["name", "prefix", "partner__name", "partner__code"]
    autocomplete_fields = ["partner"]
    actions_detail = ["rename", "rotate", "revoke"]
    shown = [
        "partner",
        "name",
        "prefix",
        "client_id",
        "scope_words",
        "network_words",
        "state_words",
        "replaces",
        "created_at",
        "created_by",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]

    def get_fields(self, request, obj=None):
        return self.shown if obj else [*self.form.Meta.fields, once.FIELD]

    def get_readonly_fields(self, request, obj=None):
        return self.shown if obj else []

    @display(description=gettext_lazy("scopes"))
    def scope_words(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(description=gettext_lazy("networks"))
    def network_words(self, key: ApiKey) -> str:
        return ", ".join(key.networks) or _("anywhere")

    @display(
        description=gettext_lazy("state"),
        label={"usable": "success", "ending": "info", "revoked": "danger", "expired": "warning"},
    )
    def standing(self, key: ApiKey) -> tuple[str, str]:
        return str(key.state.value), str(key.state.label)

    @display(description=gettext_lazy("state"))
    def state_words(self, key: ApiKey) -> str:
        return str(key.state.label)

    def has_add_permission(self, request, obj=None) -> bool:
        """Members of a partner create theirs in its space."""
        return is_manager(request.user)

    def get_changeform_initial_data(self, request):
        return super().get_changeform_initial_data(request) | {once.FIELD: once.token(request.user)}

    @method_decorator(confirmed)
    def add_view(self, request, form_url="", extra_context=None):
        """It ends with a secret, so one signed in a short while ago. The same form twice makes one key."""
        try:
            return super().add_view(request, form_url, extra_context)
        except MadeAlready as made:
            return self._to_key(request, made)

    def _to_key(self, request, made: MadeAlready):
        messages.warning(request, str(made))
        return HttpResponseRedirect(reverse("admin:partners_apikey_change", args=[made.row.pk]))

    def save_model(self, request, obj, form, change):
        """Create through the domain; the row Django's form built is only its data."""
        made, request.new_secret = keys.create(
            partner=obj.partner,
            name=obj.name,
            scopes=form.cleaned_data["scopes"],
            networks=form.cleaned_data["networks"],
            expires_at=obj.expires_at,
            by=request.user,
            form=once.key_of(request.user, form.cleaned_data[once.FIELD]),
        )
        obj.pk = made.pk

    def log_addition(self, request, obj, message):
        """The journal has it already."""

    def response_add(self, request, obj, post_url_continue=None):
        """The one page that shows the secret."""
        return self._shown_once(request, obj.pk, request.new_secret)

    def _shown_once(self, request, pk, secret: str):
        """It is not stored, here or in the session. The admin's pages are never cached."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new API key"),
            "key": ApiKey.objects.select_related("partner").get(pk=pk),
            "secret": secret,
            "back": reverse("admin:partners_apikey_changelist"),
        }
        return TemplateResponse(request, "admin/partners/key_created.html", context)

    def _may(self, request, verb: str, object_id) -> bool:
        key = ApiKey.objects.usable().filter(pk=object_id).first()
        return key is not None and may(request.user, verb, ApiKey, key)

    def has_revoke_permission(self, request, object_id=None) -> bool:
        key = ApiKey.objects.filter(pk=object_id, revoked_at=None).first()
        return key is not None and may(request.user, "revoke", ApiKey, key)

    def has_edit_permission(self, request, object_id=None) -> bool:
        return self._may(request, "edit", object_id)

    def has_rotate_permission(self, request, object_id=None) -> bool:
        new = ApiKey.objects.filter(replaces=object_id).first()
        if new is None:
            return self._may(request, "rotate", object_id)
        sent = once.key_of(request.user, request.POST.get(once.FIELD))  # the form that made it, once more
        return sent == new.pk and may(request.user, "rotate", ApiKey, new)

    @action(
        description=gettext_lazy("Name and networks"),
        url_path="rename",
        permissions=["edit"],
        icon="edit",
    )
    def rename(self, request, object_id):
        key = get_object_or_404(ApiKey.objects.select_related("partner"), pk=object_id)
        form = NetworksForm(request.POST or None, initial={"name": key.name, "networks": key.networks})
        if request.method == "POST" and form.is_valid():
            change = _confirmed_change if widen(key.networks, form.cleaned_data["networks"]) else _change
            answer = change(request, key, form)
            if answer:
                return answer
        return self._asked(request, key, form, _("Name and networks"), _("Save the changes"))

    @action(description=gettext_lazy("Replace"), url_path="rotate", permissions=["rotate"], icon="autorenew")
    @method_decorator(confirmed)
    def rotate(self, request, object_id):
        key = get_object_or_404(ApiKey.objects.select_related("partner"), pk=object_id)
        form = RotateForm(request.POST or None, of_client=bool(key.client_id))
        if request.method == "POST" and form.is_valid():
            sent = once.key_of(request.user, request.POST.get(once.FIELD))
            try:
                made, secret = oauth.replace(key, by=request.user, form=sent, **form.facts)
            except MadeAlready as already:
                return self._to_key(request, already)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                return self._shown_once(request, made.pk, secret)
        return self._asked(request, key, form, _("Replace the key"), _("Create the new key"))

    def _asked(self, request, key: ApiKey, form, title: str, button: str):
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "key": key,
            "form": form,
            "button": button,
            "once": once.token(request.user, request.POST.get(once.FIELD)),
            "back": reverse("admin:partners_apikey_change", args=[key.pk]),
        }
        return TemplateResponse(request, "admin/partners/key_form.html", context)

    @action(description=gettext_lazy("Revoke"), url_path="revoke", permissions=["revoke"], icon="block")
    def revoke(self, request, object_id):
        key = get_object_or_404(ApiKey.objects.select_related("partner"), pk=object_id)
        back = reverse("admin:partners_apikey_change", args=[key.pk])
        if request.method == "POST":
            try:
                keys.revoke(key, by=request.user)
            except Refused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, _("The key is revoked."))
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke this key?"),
            "key": key,
            "back": back,
        }
        return TemplateResponse(request, "admin/partners/key_revoke.html", context)
