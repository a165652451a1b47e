"""Moderation of visitors' questions: a queue, and a page to word, answer, publish or refuse each."""

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.builder_forms import WordsForm
from calls.domain import public_answers
from calls.enums import PublicAnswerState
from calls.forms import LANGUAGES, long
from calls.models import Asker, PublicAnswer
from wecd.common import formatting
from wecd.common.admin import StaffModelAdmin
from wecd.common.workflow import Refused, can

State = PublicAnswerState
LOOK = {State.NEW: "warning", State.ANSWERED: "info", State.PUBLISHED: "success", State.REFUSED: ""}
TEXTS = [f"{name}_{code}" for code in LANGUAGES for name in ("question", "answer")]


class AnswerForm(WordsForm):
    """The wording and the answer, French first; both may wait while it is not published."""

    words = (("question", gettext_lazy("Question, as published")), ("answer", gettext_lazy("Answer")))

    class Meta:
        model = PublicAnswer
        fields = TEXTS
        widgets = {name: long(rows=2 if name.startswith("question") else 6).widget for name in TEXTS}


class ReasonForm(forms.Form):
    reason = long(gettext_lazy("Reason"), gettext_lazy("Sent to whoever asked, if they left an address."))


def state_tag(answer: PublicAnswer) -> str:
    return format_html('<span class="tag tag-{}">{}</span>', LOOK[answer.state], answer.get_state_display())


@admin.register(PublicAnswer)
class PublicAnswerAdmin(StaffModelAdmin):
    """The queue shows what waits first; its page is our own, since every button is a move."""

    list_display = ["words", "call", "stands", "asked_on", "published_on"]
    list_filter = ["state", "call"]
    list_select_related = ["call", "asker"]
    search_fields = ["question_fr", "question_en", "answer_fr", "asker__text"]
    ordering = ["published_at", "-created_at", "pk"]
    list_per_page = 50
    actions = None

    def has_add_permission(self, request, obj=None) -> bool:
        return False  # staff add their own on the call's page

    def has_delete_permission(self, request, obj=None) -> bool:
        return False  # refused or taken down instead: both leave a trace

    @admin.display(description=gettext_lazy("question"))
    def words(self, row) -> str:
        asker = getattr(row, "asker", None)
        text = row.question or (asker.text if asker else str(row))
        return text if len(text) <= 120 else f"{text[:119]}…"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, row) -> str:
        return state_tag(row)

    @admin.display(description=gettext_lazy("asked"), ordering="created_at")
    def asked_on(self, row) -> str:
        return formatting.moment(row.created_at, "medium")

    @admin.display(description=gettext_lazy("published"), ordering="published_at")
    def published_on(self, row) -> str:
        return formatting.date(row.published_at, "medium") or "–"

    # --- The page -------------------------------------------------------------------------------
    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = PublicAnswer.objects.select_related("call__action__axis").filter(pk=object_id).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        form = AnswerForm(request.POST or None, instance=row, initial=self._first_words(row))
        reason = ReasonForm(request.POST or None)
        refused = ""
        if request.method == "POST":
            try:
                done = self._act(request, row, form, reason)
            except Refused as error:
                refused = str(error)
                row.refresh_from_db()
            else:
                if done:
                    messages.success(request, done)
                    return HttpResponseRedirect(reverse("admin:calls_publicanswer_change", args=[row.pk]))
        return self._page(request, row, form, reason, refused)

    @staticmethod
    def _first_words(row) -> dict:
        """What the visitor wrote, to be reworded, in the language they wrote it in."""
        asker = Asker.objects.filter(answer=row).first()
        if row.state != State.NEW or asker is None or asker.language not in LANGUAGES:
            return {}
        return {f"question_{asker.language}": asker.text[:300]}

    def _act(self, request, row, form, reason) -> str:
        """Do what the button says; what was done in words, or nothing when the form has errors."""
        act = request.POST.get("act", "answer")
        typed = str(request.POST.get("reason", ""))
        if act == "refuse":
            public_answers.refuse(row, by=request.user, reason=typed)
            return _("The question is refused.")
        if act == "unpublish":
            public_answers.unpublish(row, by=request.user, reason=typed)
            return _("The answer is off the page.")
        if act not in ("answer", "publish", "correct"):
            raise Http404
        if not form.is_valid():
            return ""
        texts = {name: form.cleaned_data[name] for name in TEXTS}
        row.refresh_from_db()  # the form wrote into its instance; the move writes the row
        if act == "correct":
            public_answers.correct(row, by=request.user, texts=texts)
            return _("The answer is corrected.")
        if act == "publish":
            public_answers.answer_and_publish(row, by=request.user, texts=texts)
            return _("The answer is published.")
        public_answers.answer(row, by=request.user, texts=texts)
        return _("The answer is saved, not published.")

    def _page(self, request, row, form, reason, refused):
        may = {verb: can(row, verb, request.user) for verb in row.MOVES}
        asker = Asker.objects.filter(answer=row).first()
        call_url = reverse("admin:calls_call_change", args=[row.call_id])
        context = self.admin_site.each_context(request) | {
            "title": _("Question about a call"),
            "row": row,
            "asker": asker,
            "stands": state_tag(row),
            "form": form,
            "reason": reason,
            "refused": refused,
            "may": may,
            "may_write": may["answer"] or may["correct"],
            "call_url": call_url,
            "public_url": reverse("call", args=[row.call.slug]) + "#questions",
            "breadcrumbs": [
                (reverse("admin:calls_publicanswer_changelist"), _("Questions and answers")),
                (call_url, str(row.call)),
            ],
        }
        bad = 409 if refused else 422 if form.errors else 200
        return TemplateResponse(request, "admin/calls/answer.html", context, status=bad)
