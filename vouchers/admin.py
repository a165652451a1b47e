"""Vouchers in the back office: the list, and the two moves finance makes."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextareaWidget

from calls.admin.outbox import CallFilter
from vouchers.domain import vouchers
from vouchers.models import Voucher
from wecd.common import formatting
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.buttons import moves_of
from wecd.common.pictures import icon
from wecd.common.workflow import NotAllowed, Refused, why_not

CallFilter.sources["vouchers.voucher"] = lambda call: Voucher.objects.filter(award__application__call=call)

LOOKS = {
    "awaiting_contribution": ("warning", "clock"),
    "issued": ("success", "check"),
    "expired": ("plain", "square"),
    "cancelled": ("plain", "cross"),
}


class IssueForm(forms.Form):
    received_on = forms.DateField(
        label=gettext_lazy("Own share received on"),
        help_text=gettext_lazy("The day on the bank statement. Work done before it is not covered."),
        widget=UnfoldAdminSingleDateWidget(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


PAGES = {
    "issue": (gettext_lazy("Confirm the own share and issue the voucher"), IssueForm, vouchers.issue),
    "cancel": (gettext_lazy("Cancel the voucher and release its money"), CancelForm, vouchers.cancel),
}


@admin.register(Voucher)
class VoucherAdmin(ReadOnlyAdmin):
    list_display = ["named", "project", "sum", "share", "reference", "stands", "until"]
    list_filter = [("state", ChoicesDropdownFilter), ("expires_on", admin.DateFieldListFilter)]
    search_fields = ["code", "payment_reference", "enterprise__name", "enterprise__number", "award__title"]
    list_select_related = ["award", "enterprise"]
    ordering = ["-created_at", "-pk"]
    list_per_page = 50
    actions = None
    change_form_outer_before_template = "admin/grants/_moves.html"
    fields = [
        "code",
        "stands",
        "award",
        "enterprise",
        "amount",
        "own_share",
        "payment_reference",
        "contribution_on",
        "issued_at",
        "expires_on",
        "project_months",
    ]
    readonly_fields = fields

    class Media:
        css = {"all": ["css/admin-applications.css"]}

    def get_queryset(self, request):
        return Voucher.objects.visible_to(request.user).order_by(*self.ordering)

    def has_view_permission(self, request, obj=None) -> bool:
        return not request.user.role_names.isdisjoint({"manager", "officer", "finance", "auditor"})

    @admin.display(description=gettext_lazy("code"), ordering="code")
    def named(self, row):
        return format_html('<span class="keep">{}</span>', row.code)

    @admin.display(description=gettext_lazy("project"), ordering="award__title")
    def project(self, row):
        return format_html('<span class="roomy">{}</span>{}', row.award.title, row.enterprise.name)

    @admin.display(description=gettext_lazy("payment reference"), ordering="payment_reference")
    def reference(self, row):
        return format_html('<span class="keep">{}</span>', row.payment_reference or "–")

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def sum(self, row):
        return format_html('<span class="num">{}</span>', formatting.money(row.amount))

    @admin.display(description=gettext_lazy("own share"), ordering="own_share")
    def share(self, row):
        return format_html('<span class="num">{}</span>', formatting.money(row.own_share))

    @admin.display(description=gettext_lazy("usable until"), ordering="expires_on")
    def until(self, row):
        return format_html('<span class="keep">{}</span>', formatting.date(row.expires_on, "medium") or "–")

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, row):
        ground, glyph = LOOKS[row.state]
        return format_html(
            '<span class="tag tag-{}">{}{}</span>', ground, icon(glyph, 13), row.get_state_display()
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        voucher = self.get_queryset(request).filter(pk=object_id).first()
        labels = {verb: label for verb, (label, _form, _act) in PAGES.items()}
        moves = moves_of(voucher, labels, request.user, "admin:vouchers_voucher_move") if voucher else []
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"moves": moves})

    def get_urls(self):
        address = path(
            "<uuid:pk>/<slug:verb>/do/",
            self.admin_site.admin_view(self.move_view),
            name="vouchers_voucher_move",
        )
        return [address, *super().get_urls()]

    def move_view(self, request, pk, verb):
        """Issue or cancel: one page, one button, one domain call."""
        allowed = self.has_view_permission(request)
        voucher = (
            self.get_queryset(request).select_related("award").filter(pk=pk).first() if allowed else None
        )
        if voucher is None or verb not in PAGES:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        title, form_class, act = PAGES[verb]
        back, refused = reverse("admin:vouchers_voucher_change", args=[voucher.pk]), ""
        why = why_not(voucher, verb, request.user)
        form = form_class(
            request.POST if request.method == "POST" else None, initial={"received_on": timezone.localdate()}
        )
        if request.method == "POST" and not why and form.is_valid():
            try:
                act(voucher, by=request.user, **form.cleaned_data)
            except (Refused, NotAllowed) as error:
                refused = str(error)
            else:
                messages.success(request, f"{voucher.code}: {voucher.get_state_display()}")
                return HttpResponseRedirect(back)
        context = self.admin_site.each_context(request) | {
            "voucher": voucher,
            "title": title,
            "form": form,
            "refused": refused,
            "why": why,
            "back": back,
        }
        status = 403 if why else 409 if refused else 200
        return TemplateResponse(request, "admin/vouchers/move.html", context, status=status)
