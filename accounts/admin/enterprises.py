"""Enterprises and control groups in the back office."""

from django.contrib import admin, messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.forms import (
    ActivityAdminForm,
    ControlGroupForm,
    EnterpriseAdminForm,
    ReasonForm,
    SiteAdminForm,
    SiteFormSet,
    nothing_saved,
)
from accounts.domain import enterprises, undertakings
from accounts.domain.enterprise_import import EnterpriseImporter
from accounts.models import Enterprise, EnterpriseActivity, Membership, Site, Undertaking
from wecd.common import identifiers
from wecd.common.admin import StaffModelAdmin, StaffTabularInline, may
from wecd.common.admin_import import ImportsFile
from wecd.common.admin_reveal import Reveals
from wecd.common.personal import masked, may_see_personal
from wecd.common.search import plain
from wecd.common.workflow import Refused


class SiteInline(StaffTabularInline):
    model = Site
    form = SiteAdminForm
    formset = SiteFormSet
    tab = True

    def get_fields(self, request, obj=None):
        """Where somebody self-employed lives is not for roles that do not need it."""
        fields = super().get_fields(request, obj)
        hidden = () if may_see_personal(request.user) else ("street", "establishment_number")
        return [name for name in fields if name not in hidden]


class ActivityInline(StaffTabularInline):
    model = EnterpriseActivity
    form = ActivityAdminForm
    tab = True


class MemberInline(StaffTabularInline):
    model = Membership
    tab = True
    fields = ("user", "email", "role", "state", "created_at")
    readonly_fields = fields
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).for_list()


class GroupFilter(admin.SimpleListFilter):
    title = _("control group")
    parameter_name = "group"

    def lookups(self, request, model_admin):
        return [("several", _("Several enterprises under one control"))]

    def queryset(self, request, found):
        if self.value() != "several":
            return found
        groups = Undertaking.objects.annotate(size=Count("enterprises")).filter(size__gt=1)
        return found.filter(undertaking__in=groups)


@admin.register(Enterprise)
class EnterpriseAdmin(Reveals, ImportsFile, StaffModelAdmin):
    importer = EnterpriseImporter
    form = EnterpriseAdminForm
    list_display = ("name", "number_display", "legal_form", "size_class", "undertaking", "created_at")
    list_filter = ("size_class", "legal_form", GroupFilter, ("created_at", admin.DateFieldListFilter))
    search_fields = ("name", "number")
    plain_search = plain("name", "number")
    search_help_text = _("Name or enterprise number, digits only")
    inlines = (SiteInline, ActivityInline, MemberInline)
    readonly_fields = ("size_class", "iban_masked", "phone_masked", "undertaking", "group_members")
    actions_detail = ("link", "separate")

    def get_queryset(self, request):
        return super().get_queryset(request).for_list()

    def get_fieldsets(self, request, obj=None):
        """The bank account is masked to all until asked for; whoever may change it has an empty field too."""
        writes = self.has_change_permission(request, obj)
        phone = "phone" if writes or may_see_personal(request.user) else "phone_masked"
        iban = ("iban", "iban_masked") if writes else "iban_masked"
        facts = (("name", "number"), ("legal_form", "has_vat"), "founded_on", (phone, "website"), iban)
        return (
            (None, {"fields": facts}),
            (
                _("Size"),
                {"fields": ("headcount", ("turnover", "balance_sheet"), "size_class"), "classes": ["tab"]},
            ),
            (_("Control group"), {"fields": ("undertaking", "group_members"), "classes": ["tab"]}),
        )

    def get_search_results(self, request, queryset, search_term):
        """A number is found as people write it, with dots."""
        number = identifiers.clean_enterprise_number(search_term)
        term = number if number.isdecimal() else search_term
        return super().get_search_results(request, queryset, term)

    @admin.display(description=_("number"), ordering="number")
    def number_display(self, row: Enterprise) -> str:
        return row.number_display

    @admin.display(description=_("bank account on file"))
    def iban_masked(self, row: Enterprise) -> str:
        return self.masked_with_button(row, "iban")

    @admin.display(description=_("telephone"))
    def phone_masked(self, row: Enterprise) -> str:
        return masked(row.phone, "phone") or "–"

    @admin.display(description=_("enterprises of the group"))
    def group_members(self, row: Enterprise) -> str:
        return ", ".join(str(each) for each in row.undertaking.enterprises.order_by("name"))

    def add_view(self, request, form_url="", extra_context=None):
        """Enterprises are registered on the page everybody uses; staff do not become members by it."""
        back = reverse("admin:accounts_enterprise_changelist")
        return redirect(f"{reverse('enterprise_new')}?next={back}")

    def save_model(self, request, obj, form, change):
        """Nothing yet: ``save_related`` hands the form and its lists to the domain as one change."""

    def save_related(self, request, form, formsets, change):
        facts = form.facts()
        for formset in formsets:
            kept = [f.cleaned_data for f in formset.forms if f.cleaned_data.get("DELETE") is False]
            if formset.model is Site:
                facts["sites"] = [_site_facts(row) for row in kept]
            elif formset.model is EnterpriseActivity:
                keys = ("code", "revision", "is_main")
                facts["activities"] = [{key: row[key] for key in keys} for row in kept]
            nothing_saved(formset)
        enterprises.update(Enterprise.objects.get(pk=form.instance.pk), by=request.user, **facts)

    # --- Control group ---------------------------------------------------------------------------
    def has_group_permission(self, request, object_id=None) -> bool:
        return may(request.user, "change", Undertaking)

    @action(description=_("Link to a control group"), permissions=["group"], url_path="link")
    def link(self, request, object_id):
        """Count this enterprise in the undertaking of another; its past aid follows."""
        return self._regroup(
            request,
            object_id,
            ControlGroupForm,
            _("Link to a control group"),
            lambda row, data: undertakings.link(
                row, data["with_enterprise"].undertaking, by=request.user, reason=data["reason"]
            ),
        )

    @action(description=_("Take out of its control group"), permissions=["group"], url_path="separate")
    def separate(self, request, object_id):
        """Count this enterprise alone again; its own past aid follows it."""
        return self._regroup(
            request,
            object_id,
            ReasonForm,
            _("Take out of its control group"),
            lambda row, data: undertakings.separate(row, by=request.user, reason=data["reason"]),
        )

    def _regroup(self, request, object_id, form_class, title, change):
        row = get_object_or_404(Enterprise, pk=object_id)
        form = form_class(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                change(row, form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("%(name)s now counts in %(group)s.") % {
                    "name": row, "group": row.undertaking,
                })  # fmt: skip
                return redirect("admin:accounts_enterprise_change", object_id)
        context = self.admin_site.each_context(request) | {
            "title": title, "form": form, "original": row, "opts": self.model._meta,
        }  # fmt: skip
        return TemplateResponse(request, "admin/accounts/regroup.html", context)


def _site_facts(row: dict) -> dict:
    there = row.get("id")
    return {key: row[key] for key in enterprises.SITE_FIELDS} | {"id": there.pk if there else None}


class GroupMemberInline(StaffTabularInline):
    model = Enterprise
    fields = ("name", "number", "size_class")
    readonly_fields = fields
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Undertaking)
class UndertakingAdmin(StaffModelAdmin):
    """Control groups. One is made with each enterprise; enterprises are linked from their own page."""

    list_display = ("name", "enterprise_count", "created_at")
    search_fields = ("name", "enterprises__name", "enterprises__number")
    fields = ("name",)
    inlines = (GroupMemberInline,)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(enterprise_count=Count("enterprises"))

    @admin.display(description=_("enterprises"), ordering="enterprise_count")
    def enterprise_count(self, row: Undertaking) -> int:
        return row.enterprise_count

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def save_model(self, request, obj, form, change):
        undertakings.rename(
            Undertaking.objects.get(pk=obj.pk), by=request.user, name=form.cleaned_data["name"]
        )

    def save_formset(self, request, form, formset, change):
        """Its enterprises are read here, and moved from their own page."""
        nothing_saved(formset)
