"""The form builder: a form's sections, questions and documents, edited with plain forms, beside a preview."""

from csp.decorators import csp_replace
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from calls.admin.call_moves import crumbs
from calls.admin.call_pages import changes_form
from calls.admin.preview import form_preview
from calls.builder_forms import DocumentForm, QuestionForm, SectionForm
from calls.domain import comparisons, forms
from calls.domain.form_checks import values_of
from calls.enums import QuestionKind
from calls.models import DocumentRequest, Form, Question, Section
from wecd.common.admin import StaffModelAdmin, may
from wecd.common.workflow import Refused

PARTS = {
    "section": (Section, SectionForm),
    "question": (Question, QuestionForm),
    "document": (DocumentRequest, DocumentForm),
}
STEPS = {"up": -1, "down": 1}


@admin.register(Form)
class FormAdmin(StaffModelAdmin):
    """Forms have no list of their own: they are reached from their call."""

    def get_urls(self):
        # The builder shows the preview in a frame, and the preview lets itself be shown by it; nobody else.
        def view(page):
            return self.admin_site.admin_view(csp_replace({"frame-src": ["'self'"]})(page))

        preview = xframe_options_sameorigin(csp_replace({"frame-ancestors": ["'self'"]})(self.preview))
        return [
            path("<uuid:pk>/builder/", view(self.builder), name="calls_form_builder"),
            path("<uuid:pk>/preview/", self.admin_site.admin_view(preview), name="calls_form_preview"),
            path("<uuid:pk>/compare/", view(self.compare), name="calls_form_compare"),
            path("<uuid:pk>/<str:kind>/add/", view(self.edit), name="calls_form_add"),
            path("<uuid:pk>/<str:kind>/<uuid:part>/", view(self.edit), name="calls_form_part"),
            path(
                "<uuid:pk>/<str:kind>/<uuid:part>/<str:act>/",
                view(require_POST(self.act)),
                name="calls_form_act",
            ),
        ]

    def has_module_permission(self, request) -> bool:
        return False

    def _form(self, request, pk) -> Form:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(
            Form.objects.select_related("call__action__axis").prefetch_related(
                "sections__questions", "documents"
            ),
            pk=pk,
        )

    def _part(self, form, kind, pk):
        model = PARTS[kind][0] if kind in PARTS else None
        if model is None:
            raise Http404
        return get_object_or_404(model, form=form, pk=pk)

    # --- The page -------------------------------------------------------------------------------
    def builder(self, request, pk):
        return self._page(request, self._form(request, pk))

    def _page(self, request, form, status=200, template="builder", **context):
        may_edit = may(request.user, "change", Form, form) and not form.is_frozen
        call = form.call
        context = {
            "title": _("Form builder"),
            "call": call,
            "form_version": form,
            "sections": [
                (section, [_row(form, q) for q in section.questions.all()]) for section in form.sections.all()
            ],
            "documents": form.documents.all(),
            "kinds": QuestionKind.choices,
            "may_edit": may_edit,
            "problems": forms.form_problems(form) if not form.is_frozen else [],
            "breadcrumbs": [
                (reverse("admin:calls_call_changelist"), _("Calls")),
                (reverse("admin:calls_call_change", args=[call.pk]), str(call)),
                (f"{reverse('admin:calls_call_change', args=[call.pk])}#form", _("Form")),
            ],
            "can_make_version": form.is_frozen
            and call.state == "published"
            and may(request.user, "change", Form, form)
            and not call.forms.filter(published_at=None).exists(),
            "can_publish_version": may_edit and call.state == "published",
        } | context
        context = self.admin_site.each_context(request) | context
        return TemplateResponse(request, f"admin/calls/form/{template}.html", context, status=status)

    def compare(self, request, pk):
        """This version beside another one of the call: the one before it unless ``?with=<number>`` says."""
        form = self._form(request, pk)
        others = list(form.call.forms.exclude(pk=form.pk))
        chosen = {str(other.number): other for other in others}.get(request.GET.get("with", ""))
        older = [other for other in others if other.number < form.number]
        old = chosen or next(iter(older or others), None)
        call = form.call
        context = self.admin_site.each_context(request) | {
            "title": _("Version %(number)s of the form, compared") % {"number": form.number},
            "call": call,
            "new": form,
            "old": old,
            "others": others,
            "comparison": comparisons.compare(old, form) if old else None,
            "back": reverse("admin:calls_form_builder", args=[form.pk]),
            "publish_url": reverse("admin:calls_call_publish_version", args=[call.pk])
            if changes_form(request.user, call, under_way=True) and not form.is_frozen
            else "",
            "breadcrumbs": crumbs(call),
        }
        return TemplateResponse(request, "admin/calls/form/compare.html", context)

    def preview(self, request, pk):
        return form_preview(request, self._form(request, pk))

    # --- Edits ----------------------------------------------------------------------------------
    def edit(self, request, pk, kind, part=None):
        """The fields of one part beside the outline; saving goes back to the outline, at that part."""
        form = self._form(request, pk)
        if kind not in PARTS or not may(request.user, "change", Form, form):
            raise PermissionDenied if kind in PARTS else Http404
        if form.is_frozen:
            messages.error(request, _("This version of the form is published, so it is frozen."))
            return HttpResponseRedirect(reverse("admin:calls_form_builder", args=[form.pk]))
        row = self._part(form, kind, part) if part else self._new(request, form, kind)
        editor = PARTS[kind][1](request.POST or None, instance=row)
        refused = ""
        if request.method == "POST" and editor.is_valid():
            try:
                forms.save(editor.save(commit=False), by=request.user, position=self._position(request, row))
            except Refused as error:
                refused = str(error)
            else:
                messages.success(request, _("“%(part)s” is saved.") % {"part": row})
                return self._back(form, row)
        bad = request.method == "POST"
        return self._page(
            request,
            self._form(request, pk),
            status=422 if bad else 200,
            editor=editor,
            refused=refused,
            edited=row,
            editing_kind=kind,
            editing_new=part is None,
            after=request.GET.get("after", "") if part is None else "",
            kind_words=row.get_kind_display() if kind == "question" else "",
        )

    def _new(self, request, form, kind):
        if kind != "question":
            return PARTS[kind][0](form=form)
        asked = request.GET.get("kind", "")
        if asked not in QuestionKind.values:
            raise Http404
        sections = {str(section.pk): section for section in form.sections.all()}
        section = sections.get(request.GET.get("section", ""))
        if section is None:
            raise Http404
        # Positions decide which questions come before: a new one comes last in its section.
        return Question(section=section, form=form, kind=asked, required=asked != QuestionKind.FILE)

    @staticmethod
    def _position(request, row) -> int | None:
        """Where a new question goes: after the one named, first, or last."""
        after = request.GET.get("after", "")
        if not isinstance(row, Question) or not after:
            return None
        keys = [str(question.pk) for question in row.section.questions.all()]
        return keys.index(after) + 1 if after in keys else 0 if after == "nothing" else None

    def act(self, request, pk, kind, part, act):
        """Delete, duplicate or move a part; the outline shows it where it is now.

        A script gets the outline alone (``X-Fragment``), with what to say and the part to give the focus to.
        """
        form = self._form(request, pk)
        row = self._part(form, kind, part)
        if act == "delete" and "sure" not in request.POST:
            return self._ask(request, form, kind, row)
        refused = ""
        try:
            row = self._do(request, form, kind, row, act)
        except Refused as error:
            refused = str(error)
        if request.headers.get("X-Fragment") == "1":
            fresh = self._form(request, pk)
            says = refused or (_where(fresh, row) if row else _("Deleted."))
            return self._page(request, fresh, template="_outline", refused=refused, says=says, focus=row)
        if refused:
            messages.error(request, refused)
        return self._back(form, row)

    def _do(self, request, form, kind, row, act):
        """One edit; the part it leaves, or None when that is gone."""
        if act in STEPS:
            forms.shift(row, STEPS[act], by=request.user)
        elif act == "duplicate":
            return forms.duplicate(row, by=request.user)
        elif act == "delete":
            forms.delete(row, by=request.user)
            if request.headers.get("X-Fragment") != "1":
                messages.success(request, _("“%(part)s” is deleted.") % {"part": row})
            return None
        elif act == "place":
            self._place(request, form, kind, row)
        else:
            raise Http404
        return row

    def _place(self, request, form, kind, row):
        section = self._part(form, "section", request.POST["section"]) if "section" in request.POST else None
        if kind == "question" and section is None:
            raise Http404
        last = str(section.questions.count()) if section else "0"
        position = request.POST.get("position", last)
        if not (position.isascii() and position.isdigit()):
            raise Http404
        forms.place(row, section=section, position=int(position), by=request.user)

    def _ask(self, request, form, kind, row):
        """Without scripts nothing is deleted by one press: a page asks first."""
        if not may(request.user, "change", Form, form):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("Delete “%(part)s”?") % {"part": row},
            "questions": list(row.questions.all()) if kind == "section" else [],
            "address": request.path,
            "back": f"{reverse('admin:calls_form_builder', args=[form.pk])}#part-{row.pk}",
            "breadcrumbs": crumbs(form.call),
        }
        return TemplateResponse(request, "admin/calls/form/delete.html", context)

    @staticmethod
    def _back(form, row=None):
        url = reverse("admin:calls_form_builder", args=[form.pk])
        return HttpResponseRedirect(f"{url}#part-{row.pk}" if row is not None and row.pk else url)


def _where(form, row) -> str:
    """Where a part is now, for those who do not see it move."""
    if isinstance(row, Question):
        for section in form.sections.all():
            rows = [question.pk for question in section.questions.all()]
            if row.pk in rows:
                return _("“%(part)s” is now %(place)s of %(count)s in “%(section)s”.") % {
                    "part": row,
                    "place": rows.index(row.pk) + 1,
                    "count": len(rows),
                    "section": section,
                }
    rows = [part.pk for part in (form.documents if isinstance(row, DocumentRequest) else form.sections).all()]
    place = rows.index(row.pk) + 1 if row.pk in rows else 0
    return _("“%(part)s” is now %(place)s of %(count)s.") % {"part": row, "place": place, "count": len(rows)}


def _row(form, question) -> dict:
    """A question of the outline, its condition in words."""
    words = ""
    if question.shown_if:
        other = next((q for q in in_order_cached(form) if q.key == question.shown_if.get("question")), None)
        wanted = question.shown_if.get("in", [])
        answers = [str(text) for value, text in values_of(other) if value in wanted] if other else []
        words = _("if “%(question)s” is: %(answers)s") % {
            "question": other or "?",
            "answers": ", ".join(answers),
        }
    return {"question": question, "condition": words}


def in_order_cached(form) -> list:
    """The questions in order out of what the page already read."""
    return [question for section in form.sections.all() for question in section.questions.all()]
