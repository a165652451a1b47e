"""Moves of a call in the back office: a button where one is possible, the reason where it is not."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from calls.admin.call_pages import PAGES, Page
from calls.admin.words import applications_url, phase_tag
from calls.domain import calls, forms
from calls.enums import CallState
from calls.models import Call
from wecd.backoffice import CALL_TABS
from wecd.common import formatting
from wecd.common.admin import may
from wecd.common.pictures import mark
from wecd.common.workflow import Refused, why_not

TAB_OF = {"texts": "general"}


def act_page(verb: str, page: Page):
    """The button and the address of one act."""

    def view(self, request, object_id):
        return self.act(request, self.call(request, object_id), verb, page)

    view.__name__ = verb
    return action(
        description=page.button,
        url_path=verb.replace("_", "-"),
        permissions=[verb],
        icon=page.icon,
        variant=page.variant,
    )(view)


def allowed(verb: str, page: Page):
    return lambda self, request, object_id=None: page.shows(verb, request.user, self.call(request, object_id))


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
        "statistics",
        "report",
        "copy",
        "export",
        "archive",
        "cancel",
    ]
    for _verb, _page in PAGES.items():
        locals()[_verb] = act_page(_verb, _page)
        locals()[f"has_{_verb}_permission"] = allowed(_verb, _page)
    del _verb, _page

    def call(self, request, object_id) -> Call:
        return get_object_or_404(
            Call.objects.visible_to(request.user).select_related("action__axis", "envelope"), pk=object_id
        )

    # --- What the page of a call says of its moves ------------------------------------------------
    def why_nots(self, request, call: Call) -> list[tuple[str, str]]:
        """(move in words, reason) of each move this person cannot make now though it is in reach."""
        return [
            (page.button, reason)
            for verb, page in PAGES.items()
            if verb in call.MOVES
            and call.state in call.MOVES[verb][0]
            and (reason := why_not(call, verb, request.user))
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

    # --- The page of an act -----------------------------------------------------------------------
    def act(self, request, call: Call, verb: str, page: Page):
        """Say what will happen, and on POST do it; a refusal is shown where it arose."""
        more = page.more(call)
        form = page.form(request.POST or None, initial=page.initial(call)) if page.form else None
        refused = ""
        if request.method == "POST" and not more.get("missing") and (form is None or form.is_valid()):
            try:
                result = page.do(call, form, request.user)
            except Refused as error:
                refused = str(error)
            else:
                messages.success(request, page.done)
                return HttpResponseRedirect(landing(call, result))
        for condition in (*more.get("missing", ()), *more.get("checklist", ())):
            condition.link = problem_link(call, condition)
        context = self.admin_site.each_context(request) | {
            "call": call,
            "title": page.title,
            "intro": page.intro,
            "button": "" if more.get("missing") else page.button,
            "unavailable": page.button,
            "danger": page.variant.value == "danger",
            "form": form,
            "refused": refused,
            "back": call_url(call),
            "breadcrumbs": crumbs(call),
        }
        return TemplateResponse(request, page.template, context | more, status=409 if refused else 200)

    # --- Where other pages of a call are ----------------------------------------------------------
    @action(description=gettext_lazy("Form builder"), url_path="builder", icon="checklist")
    def builder(self, request, object_id):
        call = self.call(request, object_id)
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

        return call_preview(request, self.call(request, object_id))


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


def crumbs(call: Call) -> list[tuple[str, str]]:
    return [(reverse("admin:calls_call_changelist"), _("Calls")), (call_url(call), str(call))]


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
    if problem.tab == "form":
        newest = call.forms.order_by("-number").first()
        if newest:
            return builder_url(newest)
    return f"{call_url(call)}#{TAB_OF.get(problem.tab, problem.tab)}"
