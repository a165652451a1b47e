"""Moves of a call in the back office: a button where one is possible, the reason where it is not."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from calls.admin.words import applications_url, phase_tag
from calls.domain import calls, forms
from calls.enums import CallState
from calls.forms import CancelForm, CopyForm, ExtendForm, PublishVersionForm
from calls.models import Call
from wecd.backoffice import CALL_TABS
from wecd.common import formatting
from wecd.common.admin import may
from wecd.common.pictures import mark
from wecd.common.workflow import Refused, can, why_not

TAB_OF = {"texts": "general"}


class CallMoves:
    """The buttons above a call and the page behind each; every page's POST is one domain call."""

    actions_detail = [
        "publish",
        "preview",
        "builder",
        "extend",
        "new_version",
        "publish_version",
        "close",
        "copy",
        "archive",
        "cancel",
    ]

    # --- Which buttons show ---------------------------------------------------------------------
    def _call(self, request, object_id) -> Call:
        return get_object_or_404(
            Call.objects.visible_to(request.user).select_related("action__axis", "envelope"), pk=object_id
        )

    def _can(self, request, object_id, verb) -> bool:
        return can(self._call(request, object_id), verb, request.user)

    def has_publish_permission(self, request, object_id=None) -> bool:
        return self._can(request, object_id, "publish")

    def has_extend_permission(self, request, object_id=None) -> bool:
        return self._can(request, object_id, "extend")

    def has_close_permission(self, request, object_id=None) -> bool:
        return self._can(request, object_id, "close")

    def has_archive_permission(self, request, object_id=None) -> bool:
        return self._can(request, object_id, "archive")

    def has_cancel_permission(self, request, object_id=None) -> bool:
        return self._can(request, object_id, "cancel")

    def has_copy_permission(self, request, object_id=None) -> bool:
        return may(request.user, "add", Call)

    def has_new_version_permission(self, request, object_id=None) -> bool:
        call = self._call(request, object_id)
        return (
            call.state == CallState.PUBLISHED
            and may(request.user, "change", Call, call)
            and not call.forms.filter(published_at=None).exists()
        )

    def has_publish_version_permission(self, request, object_id=None) -> bool:
        call = self._call(request, object_id)
        return (
            call.state == CallState.PUBLISHED
            and may(request.user, "change", Call, call)
            and call.forms.filter(published_at=None).exists()
        )

    def why_nots(self, request, call: Call) -> list[tuple[str, str]]:
        """(move in words, reason) of each move this person cannot make now though it is in reach."""
        words = {
            "publish": _("Publish"),
            "extend": _("Extend the deadline"),
            "close": _("Publish the results"),
            "archive": _("Archive"),
            "cancel": _("Cancel the call"),
        }
        return [
            (label, reason)
            for verb, label in words.items()
            if call.state in call.MOVES[verb][0] and (reason := why_not(call, verb, request.user))
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        call = Call.objects.filter(pk=object_id).select_related("action__axis", "envelope").first()
        panel = self.panel(request, call) if call else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | panel)

    def render_change_form(self, request, context, *args, **kwargs):
        """The moves stand in the page, beside the state they change, instead of in the header."""
        moves = context.pop("actions_detail", [])
        context["moves"] = [child for item in moves for child in item.get("items", [item])]
        context["show_save_and_add_another"] = False
        context["tabs_to_mend"] = tabs_to_mend(context)
        return super().render_change_form(request, context, *args, **kwargs)

    def panel(self, request, call: Call) -> dict:
        """What the top of the page says of the call, and the versions of its form."""
        return {
            "call": call,
            "mark": mark(call.axis.mark, "solid", 20, label=call.axis.name),
            "phase": phase_tag(call),
            "deadline": formatting.deadline(call.closes_at),
            "why_nots": self.why_nots(request, call),
            "submitted": call.applications.exclude(submitted_at=None).count(),
            "drafts": call.applications.filter(state="draft").count(),
            "applications_url": applications_url(call),
            "extensions": call.extensions.select_related("by"),
            "problems": calls.problems(call) if call.state == CallState.DRAFT else [],
            "versions": call.forms.prefetch_related("questions", "documents", "sections"),
            "weights_sum": sum(criterion.weight for criterion in call.criteria.all()),
        }

    # --- The pages ------------------------------------------------------------------------------
    @action(
        description=gettext_lazy("Publish"),
        url_path="publish",
        permissions=["publish"],
        icon="campaign",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request, object_id):
        call = self._call(request, object_id)
        missing = [(problem, problem_link(call, problem)) for problem in calls.problems(call)]
        return self._page(
            request,
            call,
            act=lambda form: calls.publish(call, by=request.user),
            title=_("Publish this call"),
            intro=_("It becomes public at once and takes applications from the opening instant on."),
            facts=[
                (_("Opens"), formatting.deadline(call.opens_at)),
                (_("Closes"), formatting.deadline(call.closes_at)),
                (_("Envelope"), formatting.money(call.envelope.free) if call.envelope else ""),
            ],
            missing=missing,
            button="" if missing else _("Publish"),
            note=_("The form, strands, rules and criteria cannot be changed after this."),
            done=_("The call is published."),
        )

    @action(
        description=gettext_lazy("Extend the deadline"),
        url_path="extend",
        permissions=["extend"],
        icon="more_time",
    )
    def extend(self, request, object_id):
        call = self._call(request, object_id)
        form = ExtendForm(request.POST or None, initial={"closes_at": call.closes_at})
        return self._page(
            request,
            call,
            form=form,
            act=lambda form: calls.extend(
                call, by=request.user, closes_at=form.cleaned_data["closes_at"], reason=form.reasons()
            ),
            title=_("Extend the deadline"),
            intro=_("The new deadline and the reason are public. Everyone who has a draft gets a mail."),
            facts=[(_("Closes now"), formatting.deadline(call.closes_at))],
            button=_("Extend the deadline"),
            done=_("The deadline is extended."),
        )

    @action(
        description=gettext_lazy("Publish the results"),
        url_path="close",
        permissions=["close"],
        icon="task_alt",
    )
    def close(self, request, object_id):
        call = self._call(request, object_id)
        return self._page(
            request,
            call,
            act=lambda form: calls.close(call, by=request.user),
            title=_("Publish the results"),
            intro=_("The call counts as decided and its awards are shown."),
            button=_("Publish the results"),
            done=_("The results are published."),
        )

    @action(
        description=gettext_lazy("Archive"), url_path="archive", permissions=["archive"], icon="inventory_2"
    )
    def archive(self, request, object_id):
        call = self._call(request, object_id)
        return self._page(
            request,
            call,
            act=lambda form: calls.archive(call, by=request.user),
            title=_("Archive this call"),
            intro=_("It stays readable, and leaves the lists of work."),
            button=_("Archive"),
            done=_("The call is archived."),
        )

    @action(
        description=gettext_lazy("Cancel the call"),
        url_path="cancel",
        permissions=["cancel"],
        icon="cancel",
        variant=ActionVariant.DANGER,
    )
    def cancel(self, request, object_id):
        call = self._call(request, object_id)
        return self._page(
            request,
            call,
            form=CancelForm(request.POST or None),
            act=lambda form: calls.cancel(call, by=request.user, reason=form.cleaned_data["reason"]),
            title=_("Cancel this call"),
            intro=_("Nobody can apply any more. Everyone who began or submitted is told why."),
            button=_("Cancel the call"),
            danger=True,
            done=_("The call is cancelled."),
        )

    @action(description=gettext_lazy("Copy"), url_path="copy", permissions=["copy"], icon="content_copy")
    def copy(self, request, object_id):
        call = self._call(request, object_id)
        suggestion = {"slug": slugify(f"{call.slug}-2"), "code": ""}
        return self._page(
            request,
            call,
            form=CopyForm(request.POST or None, initial=suggestion),
            act=lambda form: calls.copy(call, by=request.user, **form.cleaned_data),
            title=_("Copy this call"),
            intro=_("Texts, strands, rules, criteria and form are copied into a new draft, without dates."),
            button=_("Copy"),
            done=_("The copy is a draft. Set its dates and its envelope."),
        )

    @action(
        description=gettext_lazy("New form version"),
        url_path="new-version",
        permissions=["new_version"],
        icon="edit_document",
    )
    def new_version(self, request, object_id):
        call = self._call(request, object_id)
        return self._page(
            request,
            call,
            act=lambda form: forms.new_version(call, by=request.user),
            title=_("New version of the form"),
            intro=_(
                "A copy of the form to change. Applicants keep the present one until you publish the copy; "
                "their drafts then move over with nothing lost."
            ),
            button=_("Make a new version"),
            done=_("The new version is ready to be changed."),
        )

    @action(
        description=gettext_lazy("Publish form version"),
        url_path="publish-version",
        permissions=["publish_version"],
        icon="published_with_changes",
    )
    def publish_version(self, request, object_id):
        call = self._call(request, object_id)
        version = call.forms.filter(published_at=None).first()
        problems = forms.form_problems(version)
        old = call.forms.exclude(published_at=None).order_by("-number").first()
        return self._page(
            request,
            call,
            form=PublishVersionForm(request.POST or None),
            act=lambda form: forms.publish_version(version, by=request.user, note=form.cleaned_data["note"]),
            title=_("Publish version %(number)s of the form") % {"number": version.number},
            intro=_("Drafts move to it with their answers, and their authors are told what changes."),
            facts=[(_("Drafts"), call.applications.filter(state="draft").count())],
            changes=forms.compare(old, version),
            missing=[(problem, builder_url(version)) for problem in problems],
            button="" if problems else _("Publish this version"),
            done=_("The new version is published; drafts have moved to it."),
        )

    @action(description=gettext_lazy("Form builder"), url_path="builder", icon="checklist")
    def builder(self, request, object_id):
        call = self._call(request, object_id)
        form = call.forms.order_by("-number").first()
        if form is None and may(request.user, "change", Call, call):
            form = forms.draft(call, by=request.user)
        if form is None:
            messages.info(request, _("This call has no form yet."))
            return HttpResponseRedirect(call_url(call))
        return HttpResponseRedirect(builder_url(form))

    @action(description=gettext_lazy("Preview"), url_path="preview", icon="visibility")
    def preview(self, request, object_id):
        from calls.admin.preview import call_preview  # renders the applicant's pages, only when asked

        return call_preview(request, self._call(request, object_id))

    def _page(self, request, call, *, act, form=None, done="", **context):
        """A page that says what will happen, and on POST does it; a refusal is shown where it arose."""
        refused = ""
        if request.method == "POST" and context.get("button") and (form is None or form.is_valid()):
            try:
                result = act(form)
            except Refused as error:
                refused = str(error)
            else:
                messages.success(request, done)
                return HttpResponseRedirect(landing(call, result))
        context |= self.admin_site.each_context(request) | {
            "call": call,
            "form": form,
            "refused": refused,
            "back": call_url(call),
            "breadcrumbs": [
                (reverse("admin:calls_call_changelist"), _("Calls")),
                (call_url(call), str(call)),
            ],
        }
        return TemplateResponse(
            request, "admin/calls/call/move.html", context, status=409 if refused else 200
        )


def tabs_to_mend(context) -> list[tuple[str, str]]:
    """(title, pane) of each tab with an error, so that none hides behind another."""
    if not context.get("errors"):
        return []
    form = context["adminform"].form
    panes = {
        field: fieldset[1]["classes"][0].removeprefix("pane-")
        for fieldset in context["adminform"].fieldsets
        for line in fieldset[1]["fields"]
        for field in ([line] if isinstance(line, str) else line)
        if fieldset[1].get("classes", [""])[0].startswith("pane-")
    }
    wrong = {panes.get(name, "general") for name in form.errors}
    wrong |= {
        inline.formset.prefix
        for inline in context["inline_admin_formsets"]
        if inline.formset.total_error_count()
    }
    return [(title, pane) for title, pane in CALL_TABS if pane in wrong]


def call_url(call: Call) -> str:
    return reverse("admin:calls_call_change", args=[call.pk])


def builder_url(form) -> str:
    return reverse("admin:calls_form_builder", args=[form.pk])


def landing(call: Call, result) -> str:
    """Where a move leads: a new form to its builder, a copy to its own page, else back to the call."""
    if isinstance(result, Call):
        return call_url(result)
    return call_url(call) if result.is_frozen else builder_url(result)


def problem_link(call: Call, problem) -> str:
    """The tab where a problem is mended."""
    if problem.tab == "form" and call.form:
        return builder_url(call.form)
    return f"{call_url(call)}#{TAB_OF.get(problem.tab, problem.tab)}"
