"""Moves of many applications: choose in the list, confirm on a page, read what became of each."""

import csv

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.admin import applications_forms as move_forms
from calls.domain import batches
from calls.models import Batch
from wecd.common import formatting
from wecd.common.spreadsheets import harmless
from wecd.common.workflow import Refused

SHOWN = 20  # refusals named on the page before they are offered as a file as well


class ReasonsForm(forms.Form):
    """The same reasons for all: one a line, word for word what each applicant reads."""

    reasons = move_forms.long(
        gettext_lazy("Reasons"),
        gettext_lazy("One a line. Each applicant reads exactly these words."),
        rows=4,
    )

    def facts(self) -> dict:
        lines = self.cleaned_data["reasons"].splitlines()
        return {"reasons": [line.strip() for line in lines if line.strip()]}


class ProposeForm(forms.Form):
    reasons = move_forms.long(
        gettext_lazy("Why these projects"),
        gettext_lazy("Published with each award, so write it for everybody."),
    )

    def facts(self) -> dict:
        return {"reasons": self.cleaned_data["reasons"]}


class AssignForm(move_forms.AssignForm):
    def facts(self) -> dict:
        person = self.cleaned_data["officer"]
        return {"officer": str(person.pk) if person else ""}


# verb: (title, what happens, the form, the button with a count, whether it turns people away)
WORDS = {
    "admit": (
        gettext_lazy("Declare admissible"),
        gettext_lazy("Each applicant is told that the conditions are met."),
        move_forms.NothingForm,
        lambda n: ngettext("Declare %(count)s admissible", "Declare %(count)s admissible", n),
        False,
    ),
    "refuse": (
        gettext_lazy("Declare not admissible"),
        gettext_lazy("Each applicant gets these reasons, and until when and how to object."),
        ReasonsForm,
        lambda n: ngettext("Declare %(count)s not admissible", "Declare %(count)s not admissible", n),
        True,
    ),
    "propose": (
        gettext_lazy("Propose awards"),
        gettext_lazy(
            "Each gets what it asked, as far as it may be given, in order of arrival. Nothing is committed"
            " before a second person approves."
        ),
        ProposeForm,
        lambda n: ngettext("Propose %(count)s award, %(sum)s", "Propose %(count)s awards, %(sum)s", n),
        False,
    ),
    "award": (
        gettext_lazy("Approve the proposed awards"),
        gettext_lazy("Your signature is the second: it commits the money and tells each applicant."),
        move_forms.NothingForm,
        lambda n: ngettext("Approve %(count)s award, %(sum)s", "Approve %(count)s awards, %(sum)s", n),
        False,
    ),
    "reject": (
        gettext_lazy("Reject"),
        gettext_lazy("Each applicant gets these reasons, and until when and how to object."),
        ReasonsForm,
        lambda n: ngettext("Reject %(count)s", "Reject %(count)s", n),
        True,
    ),
    "assign": (
        gettext_lazy("Assign"),
        gettext_lazy("Whoever is assigned finds them under “Mine”."),
        AssignForm,
        lambda n: ngettext("Assign %(count)s", "Assign %(count)s", n),
        False,
    ),
}


class ApplicationBatches:
    """Mixin of ``ApplicationAdmin``: an action fixes what was chosen, a page confirms it."""

    actions = [
        "admit_selected",
        "refuse_selected",
        "propose_selected",
        "approve_selected",
        "reject_selected",
        "take_selected",
        "assign_selected",
    ]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        mine = [
            path("batches/<uuid:batch>/", wrap(self.batch_view), name="calls_application_batch"),
            path("batches/<uuid:batch>/refusals.csv", wrap(self.refusals_view), name="calls_batch_refusals"),
        ]
        return mine + super().get_urls()

    # --- Actions of the list ----------------------------------------------------------------------------
    @admin.action(description=gettext_lazy("Declare admissible"), permissions=["decide"])
    def admit_selected(self, request, queryset):
        return self._prepare(request, queryset, "admit")

    @admin.action(description=gettext_lazy("Declare not admissible"), permissions=["decide"])
    def refuse_selected(self, request, queryset):
        return self._prepare(request, queryset, "refuse")

    @admin.action(description=gettext_lazy("Propose what was requested"), permissions=["decide"])
    def propose_selected(self, request, queryset):
        return self._prepare(request, queryset, "propose")

    @admin.action(description=gettext_lazy("Approve the proposed awards"), permissions=["sign"])
    def approve_selected(self, request, queryset):
        return self._prepare(request, queryset, "award")

    @admin.action(description=gettext_lazy("Reject"), permissions=["decide"])
    def reject_selected(self, request, queryset):
        return self._prepare(request, queryset, "reject")

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["decide"])
    def take_selected(self, request, queryset):
        return self._prepare(request, queryset, "assign", officer=str(request.user.pk))

    @admin.action(description=gettext_lazy("Assign to somebody"), permissions=["decide"])
    def assign_selected(self, request, queryset):
        return self._prepare(request, queryset, "assign")

    def _prepare(self, request, queryset, verb, **facts):
        """Fix the choice and go to its page; with ``facts`` there is nothing left to ask."""
        try:
            batch = batches.prepare(queryset, verb=verb, by=request.user)
        except Refused as error:
            messages.error(request, str(error))
            return None
        if facts:
            batches.start(batch, by=request.user, **facts)
            batches.carry_on(batch, by=request.user)
        query = request.GET.urlencode()
        request.session[f"list of {batch.pk}"] = query
        return HttpResponseRedirect(self._batch_url(batch))

    # --- Pages --------------------------------------------------------------------------------------------
    def batch_view(self, request, batch):
        """What will happen, with the button; once confirmed, what became of each, and what is left."""
        row = self._batch(request, batch)
        if request.method == "POST" and row.started_at is not None:
            batches.carry_on(row, by=request.user)
            return HttpResponseRedirect(request.path)
        return self._result(request, row) if row.started_at else self._confirm(request, row)

    def _confirm(self, request, batch):
        title, intro, form_class, button, danger = WORDS[batch.verb]
        initial = {"officer": request.user.pk}
        form = form_class(request.POST if request.method == "POST" else None, initial=initial)
        refused = ""
        if request.method == "POST" and form.is_valid():
            try:
                if batches.start(batch, by=request.user, **form.facts()):
                    batches.carry_on(batch, by=request.user)
            except Refused as error:
                refused = str(error)
            else:
                return HttpResponseRedirect(request.path)
        figures = batches.figures(batch)
        words = {"count": figures.total, "sum": formatting.money(figures.sum or 0)}
        context = self._context(request, batch, figures) | {
            "title": title,
            "intro": intro,
            "form": form,
            "refused": refused,
            "danger": danger,
            "button": button(figures.total) % words,
            "rows": batch.items.select_related("application__enterprise").order_by("position")[:SHOWN],
        }
        return TemplateResponse(
            request, "admin/applications/batch.html", context, status=409 if refused else 200
        )

    def _result(self, request, batch):
        figures = batches.figures(batch)
        context = self._context(request, batch, figures) | {
            "title": WORDS[batch.verb][0],
            "refusals": batches.refusals(batch),
            "many": figures.refused > SHOWN,
            "words": batches.in_words(figures),
        }
        return TemplateResponse(request, "admin/applications/batch_result.html", context)

    def refusals_view(self, request, batch):
        """The refusals as a file: reference, enterprise, reason."""
        row = self._batch(request, batch)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-{row.created_at:%Y-%m-%d}.csv"'
        response.write("\ufeff")
        writer = csv.writer(response)
        writer.writerow([_("Reference"), _("Enterprise"), _("Reason")])
        for item in batches.refusals(row):
            application = item.application
            cells = (application.reference, application.enterprise.name, item.reason)
            writer.writerow([harmless(cell) for cell in cells])
        return response

    def _batch(self, request, pk) -> Batch:
        """The person's own batch: what others chose is theirs."""
        batch = Batch.objects.filter(pk=pk, by=request.user.pk).first()
        if batch is None or not self.has_view_permission(request):
            raise Http404
        if not batches.may(batch.verb, request.user):
            raise PermissionDenied(_("Your role does not allow this."))
        return batch

    def _context(self, request, batch, figures) -> dict:
        query = request.session.get(f"list of {batch.pk}", "")
        return self.admin_site.each_context(request) | {
            "opts": self.opts,
            "batch": batch,
            "figures": figures,
            "back": f"{reverse('admin:calls_application_changelist')}?{query}",
        }

    def _batch_url(self, batch) -> str:
        return reverse("admin:calls_application_batch", args=[batch.pk])
