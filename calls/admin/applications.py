"""Applications in the back office: the list, bulk moves, and a page to read and decide on."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)

from accounts.rules import is_officer, is_reader
from calls.admin.applications_forms import officers
from calls.admin.applications_page import ApplicationPage
from calls.admin.applications_words import state_tag
from calls.domain import batches
from calls.models import Application, Strand
from wecd.common import formatting
from wecd.common.admin import ReadOnlyAdmin
from wecd.common.identifiers import clean_enterprise_number

NAMED = 20  # refusals named one by one in a message


class OfficerFilter(DropdownFilter):
    title = gettext_lazy("officer")
    parameter_name = "officer"

    def lookups(self, request, model_admin):
        people = [(str(person.pk), str(person)) for person in officers()]
        return [("mine", _("Mine")), ("nobody", _("Nobody")), *people]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(officer=request.user)
        if self.value() == "nobody":
            return queryset.filter(officer=None)
        known = {str(person.pk) for person in officers()}
        return queryset.filter(officer=self.value()) if self.value() in known else queryset


class StrandFilter(DropdownFilter):
    """The strands of the call chosen, else of every call that has applications."""

    title = gettext_lazy("strand")
    parameter_name = "strand"

    def lookups(self, request, model_admin):
        strands = Strand.objects.select_related("call").order_by("-call__opens_at", "position")
        call = request.GET.get("call__id__exact")
        if call and len(call) == 36:
            strands = strands.filter(call=call)
        return [(str(strand.pk), f"{strand.call.code} · {strand.title}") for strand in strands[:100]]

    def queryset(self, request, queryset):
        known = {value for value, _words in self.lookup_choices}
        return queryset.filter(strand=self.value()) if self.value() in known else queryset


@admin.register(Application)
class ApplicationAdmin(ApplicationPage, ReadOnlyAdmin):
    """Read here, decide by moves: nothing of an application is edited in a form."""

    list_display = ["named", "project", "of_enterprise", "stands", "asks", "came", "handled_by"]
    list_display_links = ["named", "project"]
    list_filter = [
        ("call", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        StrandFilter,
        OfficerFilter,
        ("call__action__axis", RelatedDropdownFilter),
    ]
    search_fields = ["reference", "title", "enterprise__name", "enterprise__number"]
    search_help_text = gettext_lazy("Reference, project, enterprise or enterprise number")
    ordering = ["-created_at", "-pk"]
    list_per_page = 50
    actions = ["admit_selected", "propose_selected", "approve_selected", "take_selected"]

    class Media:
        css = {"all": ["css/admin-applications.css"]}

    # --- Who and what ---------------------------------------------------------------------------------
    def has_view_permission(self, request, obj=None) -> bool:
        return is_reader(request.user)

    def has_decide_permission(self, request) -> bool:
        return is_officer(request.user)

    def has_sign_permission(self, request) -> bool:
        return not request.user.role_names.isdisjoint({"manager", "finance"})

    def get_queryset(self, request) -> QuerySet:
        return (
            Application.objects.visible_to(request.user)
            .select_related("call", "enterprise", "officer")
            .order_by(*self.ordering)
        )

    def get_search_results(self, request, queryset, search_term):
        digits = clean_enterprise_number(search_term)
        typed = search_term.replace(".", "").replace(" ", "").upper().removeprefix("BE")
        if len(digits) >= 9 and typed.isdigit():  # 0403.019.261, BE 0403019261
            search_term = digits
        return super().get_search_results(request, queryset, search_term)

    # --- Columns --------------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("reference"), ordering="reference")
    def named(self, row):
        """The reference, which begins with the call's code; of a draft, that code alone."""
        return format_html(
            '<span class="keep" title="{}">{}</span>', row.call.title, row.reference or row.call.code
        )

    @admin.display(description=gettext_lazy("project"), ordering="title")
    def project(self, row):
        return format_html('<span class="roomy">{}</span>', row.title or _("Untitled application"))

    @admin.display(description=gettext_lazy("enterprise"), ordering="enterprise__name")
    def of_enterprise(self, row):
        return row.enterprise.name

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, row):
        return state_tag(row)

    @admin.display(description=gettext_lazy("requested"), ordering="requested")
    def asks(self, row):
        return format_html('<span class="num">{}</span>', formatting.money(row.requested))

    @admin.display(description=gettext_lazy("submitted"), ordering="submitted_at")
    def came(self, row):
        return format_html('<span class="keep">{}</span>', formatting.date(row.submitted_at, "medium") or "–")

    @admin.display(description=gettext_lazy("officer"), ordering="officer__name")
    def handled_by(self, row):
        return str(row.officer) if row.officer else "–"

    # --- Many at once -----------------------------------------------------------------------------------
    @admin.action(description=gettext_lazy("Declare admissible"), permissions=["decide"])
    def admit_selected(self, request, queryset):
        self._report(request, batches.admit(self._rows(queryset), by=request.user), _("admissible"))

    @admin.action(
        description=gettext_lazy("Propose what was requested, in order of arrival"), permissions=["decide"]
    )
    def propose_selected(self, request, queryset):
        self._report(request, batches.propose(self._rows(queryset), by=request.user), _("proposed"))

    @admin.action(description=gettext_lazy("Approve the proposed awards"), permissions=["sign"])
    def approve_selected(self, request, queryset):
        self._report(request, batches.approve(self._rows(queryset), by=request.user), _("approved"))

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["decide"])
    def take_selected(self, request, queryset):
        outcome = batches.assign(self._rows(queryset), officer=request.user, by=request.user)
        self._report(request, outcome, _("assigned to you"))

    def _rows(self, queryset):
        """In order of arrival, whatever the list is sorted by."""
        return queryset.select_related("call__envelope", "strand", "enterprise", "award").by_arrival()

    def _report(self, request, outcome: batches.Outcome, done: str) -> None:
        """How many were done, and each refusal by its reference."""
        if outcome.done:
            words = ngettext(
                "%(count)s application: %(done)s.", "%(count)s applications: %(done)s.", len(outcome.done)
            )
            messages.success(request, words % {"count": len(outcome.done), "done": done})
        if outcome.refused:
            words = ngettext(
                "%(count)s application was refused:",
                "%(count)s applications were refused:",
                len(outcome.refused),
            ) % {"count": len(outcome.refused)}
            named = format_html_join(
                "",
                "<br><strong>{}</strong> {}",
                ((row.reference, why) for row, why in outcome.refused[:NAMED]),
            )
            more = len(outcome.refused) - NAMED
            rest = format_html("<br>{}", _("and %(count)s more") % {"count": more}) if more > 0 else ""
            messages.error(request, format_html("{}{}{}", words, named, rest))
