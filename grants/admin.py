"""Public money in the back office: envelopes with their ledger, awards, de minimis aid and its ceilings."""

import csv

from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from grants.domain import awards
from grants.models import Award, DeMinimisAid, DeMinimisCeiling, Envelope, LedgerEntry
from wecd.common import formatting
from wecd.common.admin import ReadOnlyAdmin, StaffModelAdmin, StaffTabularInline
from wecd.common.buttons import moves_of
from wecd.common.pictures import hatch_defs, icon
from wecd.common.spreadsheets import harmless
from wecd.common.workflow import NotAllowed, Refused, why_not

CSS = {"all": ["css/admin-applications.css"]}
# state: (ground, glyph)
LOOKS = {
    "reserve": ("plain", "clock"),
    "proposed": ("warning", "alert"),
    "approved": ("success", "check"),
    "active": ("info", "arrow"),
    "completed": ("success", "check"),
    "declined": ("plain", "back"),
    "released": ("plain", "cross"),
}


def money(value) -> str:
    return format_html('<span class="num">{}</span>', formatting.money(value))


def who_when(person, moment) -> str:
    return format_html('<span class="keep">{}<br>{}</span>', person, formatting.date(moment, "medium"))


class LedgerInline(StaffTabularInline):
    """Every movement, newest first; nobody writes here."""

    model = LedgerEntry
    fields = ["at", "kind", "amount", "award", "by"]
    readonly_fields = fields
    ordering = ["-id"]
    per_page = 50
    tab = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("award", "by")

    def has_view_permission(self, request, obj=None) -> bool:
        return True  # the envelope's own page was asked already

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Envelope)
class EnvelopeAdmin(StaffModelAdmin):
    """Managers and finance set the amount aside; what is committed and paid follows the ledger alone."""

    list_display = ["name", "of_action", "whole", "meter"]
    list_filter = [("action", RelatedDropdownFilter)]
    search_fields = ["name", "funding_source"]
    list_select_related = ["action"]
    fields = ["name", "action", "amount", "funding_source", "meter"]
    readonly_fields = ["meter"]
    inlines = [LedgerInline]
    actions = None

    class Media:
        css = CSS

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    @admin.display(description=gettext_lazy("action"), ordering="action__name")
    def of_action(self, row):
        return row.action.name

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def whole(self, row):
        return money(row.amount)

    @admin.display(description=gettext_lazy("paid, committed, free"))
    def meter(self, row):
        if row.pk is None or row.amount is None:
            return "–"
        return format_html(
            "{}{}", hatch_defs(), render_to_string("admin/grants/_meter.html", {"envelope": row})
        )


@admin.register(Award)
class AwardAdmin(ReadOnlyAdmin):
    """Proposals and awards. Approving here does what approving on the application's page does."""

    list_display = ["named", "project", "sum", "stands", "proposed", "approved"]
    list_filter = [("state", ChoicesDropdownFilter), ("envelope", RelatedDropdownFilter), "legal_basis"]
    search_fields = ["reference", "title", "enterprise__name", "enterprise__number"]
    list_select_related = ["enterprise", "proposed_by", "approved_by"]
    ordering = ["-created_at", "-pk"]
    list_per_page = 50
    actions = ["approve_selected"]
    change_form_outer_before_template = "admin/grants/_moves.html"
    fields = [
        "reference",
        "title",
        "enterprise",
        "stands",
        "amount",
        "eligible_cost",
        "rate",
        "legal_basis",
        "reasons",
        "envelope",
        "proposed_by",
        "proposed_at",
        "approved_by",
        "approved_at",
    ]
    readonly_fields = fields

    class Media:
        css = CSS

    def get_queryset(self, request):
        return Award.objects.visible_to(request.user).order_by(*self.ordering)

    def has_sign_permission(self, request) -> bool:
        return not request.user.role_names.isdisjoint({"manager", "finance"})

    @admin.display(description=gettext_lazy("reference"), ordering="reference")
    def named(self, row):
        return format_html('<span class="keep">{}</span>', row.reference)

    @admin.display(description=gettext_lazy("project"), ordering="title")
    def project(self, row):
        return format_html('<span class="roomy">{}</span>{}', row.title, row.enterprise.name)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def sum(self, row):
        return money(row.amount)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, row):
        ground, glyph = LOOKS[row.state]
        return format_html(
            '<span class="tag tag-{}">{}{}</span>', ground, icon(glyph, 13), row.get_state_display()
        )

    @admin.display(description=gettext_lazy("proposed"), ordering="proposed_at")
    def proposed(self, row):
        return who_when(row.proposed_by, row.proposed_at)

    @admin.display(description=gettext_lazy("approved"), ordering="approved_at")
    def approved(self, row):
        if not row.approved_by:
            return "–"
        return who_when(row.approved_by, row.approved_at)

    def labels(self, row) -> dict:
        return {
            "approve": _("Approve %(sum)s") % {"sum": formatting.money(row.amount)},
            "decline": _("Send the proposal back"),
            "release": _("Release the award"),
        }

    def change_view(self, request, object_id, form_url="", extra_context=None):
        award = self.get_queryset(request).filter(pk=object_id).first()
        moves = moves_of(award, self.labels(award), request.user, "admin:grants_award_move") if award else []
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"moves": moves})

    @admin.action(description=gettext_lazy("Approve"), permissions=["sign"])
    def approve_selected(self, request, queryset):
        done = 0
        for award in queryset.order_by("proposed_at", "pk"):
            try:
                awards.approve(award, by=request.user)
                done += 1
            except (Refused, NotAllowed) as error:
                messages.error(request, f"{award.reference}: {error}")
        if done:
            messages.success(request, _("%(count)s approved.") % {"count": done})

    def get_urls(self):
        address = path(
            "<uuid:pk>/<slug:verb>/do/",
            self.admin_site.admin_view(self.move_view),
            name="grants_award_move",
        )
        return [address, *super().get_urls()]

    def move_view(self, request, pk, verb):
        """One page a move: what it does, a reason where one is due, one button."""
        award = self.get_queryset(request).filter(pk=pk).first()
        if award is None or verb not in self.labels(award):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        back, refused = reverse("admin:grants_award_change", args=[award.pk]), ""
        why = why_not(award, verb, request.user)
        if request.method == "POST" and not why:
            reason = request.POST.get("reason", "").strip()
            try:
                if verb == "approve":
                    awards.approve(award, by=request.user)
                elif not reason:
                    raise Refused(_("Say why."))
                else:
                    getattr(awards, verb)(award, by=request.user, reason=reason)
            except (Refused, NotAllowed) as error:
                refused = str(error)
            else:
                messages.success(request, f"{award.reference}: {award.get_state_display()}")
                return HttpResponseRedirect(back)
        context = self.admin_site.each_context(request) | {
            "award": award,
            "title": self.labels(award)[verb],
            "needs_reason": verb != "approve",
            "refused": refused,
            "why": why,
            "back": back,
        }
        status = 403 if why else 409 if refused else 200
        return TemplateResponse(request, "admin/grants/move.html", context, status=status)


@admin.register(DeMinimisAid)
class DeMinimisAidAdmin(ReadOnlyAdmin):
    """Aid by undertaking, ours and declared; exported for the register."""

    list_display = [
        "enterprise",
        "undertaking",
        "sum",
        "granted_on",
        "granting_authority",
        "ours",
        "cancelled_on",
    ]
    list_filter = [("granted_on", admin.DateFieldListFilter), "enforced"]
    search_fields = ["enterprise__name", "enterprise__number", "undertaking__name", "granting_authority"]
    list_select_related = ["enterprise", "undertaking", "award"]
    date_hierarchy = "granted_on"
    fields = [
        "enterprise",
        "undertaking",
        "amount",
        "granted_on",
        "granting_authority",
        "instrument",
        "nace_code",
        "award",
        "cancelled_on",
    ]
    readonly_fields = fields
    actions = ["export_register"]

    class Media:
        css = CSS

    def get_queryset(self, request):
        return DeMinimisAid.objects.visible_to(request.user).order_by("-granted_on", "-pk")

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def sum(self, row):
        return money(row.amount)

    @admin.display(description=gettext_lazy("ours"), boolean=True, ordering="enforced")
    def ours(self, row):
        return row.award_id is not None

    @admin.action(description=gettext_lazy("Export for the national register (CSV)"))
    def export_register(self, request, queryset):
        """Beneficiary, amount, date, authority, instrument and sector of our own aid in force."""
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        name = f"de-minimis-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        write_register(response, queryset)
        return response


REGISTER = (
    "beneficiary_number",
    "beneficiary_name",
    "amount_eur",
    "granted_on",
    "granting_authority",
    "instrument",
    "nace",
    "reference",
)


def write_register(file, aids) -> None:
    """Rows of the register as CSV; a text that a spreadsheet would run is made harmless."""
    writer = csv.writer(file)
    writer.writerow(REGISTER)
    for aid in aids.filter(cancelled_on=None, award__isnull=False).select_related("enterprise", "award"):
        writer.writerow(
            [
                aid.enterprise.number,
                harmless(aid.enterprise.name),
                f"{aid.amount:.2f}",
                aid.granted_on.isoformat(),
                harmless(aid.granting_authority),
                harmless(aid.instrument),
                aid.nace_code,
                harmless(aid.award.reference),
            ]
        )


@admin.register(DeMinimisCeiling)
class DeMinimisCeilingAdmin(StaffModelAdmin):
    """The ceiling in force from a date. An older one is never deleted: past awards were judged by it."""

    list_display = ["valid_from", "amount", "years", "legal_reference"]
    fields = ["valid_from", "amount", "years", "legal_reference"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger of all envelopes: what was committed, released and paid, by whom, for which award."""

    list_display = ["at", "kind", "sum", "envelope", "award", "by"]
    list_filter = [("envelope", RelatedDropdownFilter), ("kind", ChoicesDropdownFilter)]
    list_select_related = ["envelope", "award", "by"]
    search_fields = ["award__reference"]
    ordering = ["-id"]
    actions = None
    fields = ["at", "kind", "sum", "envelope", "award", "by"]
    readonly_fields = fields

    class Media:
        css = CSS

    @admin.display(description=gettext_lazy("amount"))
    def sum(self, row):
        return money(row.amount)
