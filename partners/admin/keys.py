"""API keys: created here and shown once, revoked here after a question."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from partners.domain import keys
from partners.enums import Scope
from partners.models import ApiKey
from wecd.common.admin import StaffModelAdmin, may
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

    class Meta:
        model = ApiKey
        fields = ["partner", "name", "scopes", "expires_at"]

    def clean(self):
        """What the domain would refuse shows beside the form."""
        data = super().clean()
        if not self.errors:
            try:
                keys.check(data["scopes"], data.get("expires_at"))
            except Refused as refused:
                raise forms.ValidationError(str(refused))
        return data


@admin.register(ApiKey)
class ApiKeyAdmin(StaffModelAdmin):
    form = KeyForm
    list_display = ["name", "partner", "prefix", "scope_words", "state", "expires_at", "last_used_at"]
    list_filter = ["partner", "revoked_at"]
    list_select_related = ["partner"]
    never_null = ("partner__name",)
    also_sortable = ("name", "expires_at", "last_used_at")
    search_fields = ["name", "prefix", "partner__name", "partner__code"]
    autocomplete_fields = ["partner"]
    actions_detail = ["revoke"]
    shown = [
        "partner",
        "name",
        "prefix",
        "scope_words",
        "state",
        "created_at",
        "created_by",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]

    def get_fields(self, request, obj=None):
        return self.shown if obj else ["partner", "name", "scopes", "expires_at"]

    def get_readonly_fields(self, request, obj=None):
        return self.shown if obj else []

    @display(description=gettext_lazy("scopes"))
    def scope_words(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(
        description=gettext_lazy("state"),
        label={"usable": "success", "revoked": "danger", "expired": "warning"},
    )
    def state(self, key: ApiKey) -> tuple[str, str]:
        if key.revoked_at:
            return "revoked", _("Revoked")
        return ("usable", _("Usable")) if key.is_usable else ("expired", _("Expired"))

    def save_model(self, request, obj, form, change):
        """Create through the domain; the row Django's form built is only its data."""
        made, request.new_secret = keys.create(
            partner=obj.partner,
            name=obj.name,
            scopes=form.cleaned_data["scopes"],
            expires_at=obj.expires_at,
            by=request.user,
        )
        obj.pk = made.pk

    def log_addition(self, request, obj, message):
        """The journal has it already."""

    def response_add(self, request, obj, post_url_continue=None):
        """The one page that shows the secret; it is not stored, here or in the session.

        The admin's pages are never cached.
        """
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new API key"),
            "key": ApiKey.objects.select_related("partner").get(pk=obj.pk),
            "secret": request.new_secret,
            "back": reverse("admin:partners_apikey_changelist"),
        }
        return TemplateResponse(request, "admin/partners/key_created.html", context)

    def has_revoke_permission(self, request, object_id=None) -> bool:
        key = ApiKey.objects.filter(pk=object_id, revoked_at=None).first()
        return key is not None and may(request.user, "revoke", ApiKey, key)

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
