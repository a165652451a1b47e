"""Calls in the back office: one page in tabs. Moves are pages of their own (``call_moves``)."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.admin.call_figures import CallFigures
from calls.admin.call_files import CallFiles
from calls.admin.call_moves import CallMoves
from calls.admin.public_answers import state_tag
from calls.admin.words import applications_url, phase_tag
from calls.domain import forms as call_forms
from calls.enums import CallState
from calls.forms import LANGUAGE_WORDS, LANGUAGES, RuleForm, rule_in_words
from calls.models import (
    Application,
    Call,
    CallRule,
    Criterion,
    DocumentRequest,
    PublicAnswer,
    Question,
    Section,
    Strand,
)
from wecd.common import formatting
from wecd.common.admin import StaffModelAdmin, StaffStackedInline
from wecd.common.pictures import mark

TEXTS = ("title", "summary", "description", "who", "funded", "not_funded")
# What applicants rely on: never changed once the call is published.
FROZEN = (
    "action",
    "kind",
    "slug",
    "code",
    "envelope",
    "allocation",
    "uniqueness",
    "awards_per_enterprise",
    "project_months",
    "own_share_first",
    "vat_rate",
    "opens_at",
    "closes_at",
    "grace_seconds",
    "objection_days",
    "admissibility_days",
)


def others(*names):
    """The same fields in the languages after French."""
    return [f"{name}_{code}" for code in LANGUAGES[1:] for name in names]


def also_in_other_languages(*names):
    return (
        gettext_lazy("In German, Dutch and English"),
        {"classes": ["collapse"], "fields": others(*names)},
    )


class PlainLabels:
    """Labels of translated fields without the language's code, which tabs and headings already say."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        words, bracket, code = str(db_field.verbose_name).rpartition(" [")
        if field and bracket:
            code = code.rstrip("]")
            field.label = words if code == "fr" else f"{words} ({LANGUAGE_WORDS.get(code, code)})"
            field.label = field.label[:1].upper() + field.label[1:]
        return field


class PartInline(PlainLabels, StaffStackedInline):
    """A part of a call, frozen with it."""

    tab = True
    show_change_link = False

    def _is_draft(self, call) -> bool:
        return call is None or call.state == CallState.DRAFT

    def has_add_permission(self, request, obj=None) -> bool:
        return self._is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None) -> bool:
        return self._is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._is_draft(obj) and super().has_delete_permission(request, obj)


class StrandInline(PartInline):
    model = Strand
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("title_fr", "code"),
                    ("floor", "ceiling"),
                    ("funding_rate", "budget_share"),
                    "help_fr",
                    "position",
                ]
            },
        ),
        also_in_other_languages("title", "help"),
    ]


class RuleInline(PartInline):
    model = CallRule
    form = RuleForm
    readonly_fields = ["in_words"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("code", "position"),
                    "in_words",
                    "which",
                    "legal_forms",
                    "sizes",
                    ("nace_2025", "nace_2008"),
                    "strict",
                    ("min_months", "max_months"),
                    ("question_fr", "help_fr"),
                    ("right", "remedy_fr"),
                    ("blocking", "may_not_know"),
                    "answer_key",
                ]
            },
        ),
        also_in_other_languages("question", "help", "remedy"),
    ]

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, rule) -> str:
        return rule_in_words(rule) or _("Saved first, said in words then.")


class CriterionInline(PartInline):
    model = Criterion
    fieldsets = [
        (None, {"fields": ["label_fr", ("weight", "position"), "help_fr"]}),
        also_in_other_languages("label", "help"),
    ]


class PublicAnswerInline(PlainLabels, StaffStackedInline):
    """Questions people asked: these go on being answered while the call runs, each on its own page."""

    model = PublicAnswer
    tab = True
    readonly_fields = ["stands"]
    fieldsets = [
        (None, {"fields": ["stands", "question_fr", "answer_fr", "position"]}),
        also_in_other_languages("question", "answer"),
    ]

    @admin.display(description=gettext_lazy("state"))
    def stands(self, row) -> str:
        if row._state.adding:
            return _("Saved first; published on its own page.")
        url = reverse("admin:calls_publicanswer_change", args=[row.pk])
        return format_html('{} <a href="{}">{}</a>', state_tag(row), url, _("Answer, publish or refuse"))

    def has_change_permission(self, request, obj=None) -> bool:
        return False  # words change by a move, on the question's own page

    has_delete_permission = has_change_permission


@admin.register(Call)
class CallAdmin(CallFigures, CallFiles, CallMoves, PlainLabels, StaffModelAdmin):
    change_form_template = "admin/calls/call/change_form.html"
    list_display = ["name", "kind", "stands", "applications_so_far", "money"]
    list_filter = ["action__axis", "kind", "state"]
    search_fields = ["title_fr", "title_en", "code", "slug"]
    ordering = ["-closes_at", "pk"]
    list_per_page = 50
    autocomplete_fields: list = []
    actions = None
    inlines = [StrandInline, RuleInline, CriterionInline, PublicAnswerInline]
    history_parts = tuple((each, "form__call") for each in (Section, Question, DocumentRequest))
    prepopulated_fields = {"slug": ["title_fr"]}

    class Media:
        js = ["js/admin-form-builder.js"]

    # --- Who and what ---------------------------------------------------------------------------
    def get_queryset(self, request):
        submitted = (
            Application.objects.filter(call=OuterRef("pk"), submitted_at__isnull=False)
            .order_by()
            .values("call")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return (
            super()
            .get_queryset(request)
            .select_related("action__axis", "envelope")
            .annotate(submitted=Coalesce(Subquery(submitted), 0))
        )

    def get_object(self, request, object_id, from_field=None):
        """Locked while it is being saved, so that a save never undoes a move made meanwhile."""
        if request.method == "POST" and object_id:
            Call.objects.select_for_update(of=("self",)).filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    def has_delete_permission(self, request, obj=None) -> bool:
        draft = obj is None or obj.state == CallState.DRAFT
        return draft and super().has_delete_permission(request, obj)

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request, obj=None):
        frozen = FROZEN if obj and obj.state != CallState.DRAFT else ()
        return [*frozen, "opens_in_words", "closes_in_words", "weights", "envelope_in_words"]

    def get_fieldsets(self, request, obj=None):
        identity = (None, {"fields": [("action", "kind"), ("slug", "code")]})
        languages = [
            (LANGUAGE_WORDS[code], {"classes": ["tab"], "fields": [f"{name}_{code}" for name in TEXTS]})
            for code in LANGUAGES
        ]
        if obj is None:
            return [identity, *languages]
        return [
            identity,
            (
                _("Money"),
                {
                    "classes": ["pane-money"],
                    "fields": [
                        ("envelope", "envelope_in_words"),
                        ("allocation", "uniqueness"),
                        ("awards_per_enterprise", "project_months"),
                        "vat_rate",
                        ("own_share_first", "own_share_account"),
                        ("contact_name", "contact_email"),
                    ],
                },
            ),
            (
                _("Dates"),
                {
                    "classes": ["pane-dates"],
                    "description": _("Hours are those of Brussels; summer and winter time are looked after."),
                    "fields": [
                        ("opens_at", "opens_in_words"),
                        ("closes_at", "closes_in_words"),
                        ("grace_seconds", "objection_days"),
                        "admissibility_days",
                        "decision_on",
                    ],
                },
            ),
            *languages,
        ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            call_forms.draft(obj, by=request.user)

    # --- Words beside fields --------------------------------------------------------------------
    @admin.display(description=gettext_lazy("in words"))
    def opens_in_words(self, call) -> str:
        return formatting.deadline(call.opens_at) or _("Not set yet.")

    @admin.display(description=gettext_lazy("in words"))
    def closes_in_words(self, call) -> str:
        return formatting.deadline(call.closes_at) or _("Not set yet.")

    @admin.display(description=gettext_lazy("free in the envelope"))
    def envelope_in_words(self, call) -> str:
        if not call.envelope:
            return _("No envelope yet.")
        sums = {"free": call.envelope.free, "amount": call.envelope.amount}
        return _("%(free)s of %(amount)s") % {name: formatting.money(value) for name, value in sums.items()}

    @admin.display(description=gettext_lazy("sum of the weights"))
    def weights(self, call) -> str:
        return formatting.percent(sum(criterion.weight for criterion in call.criteria.all()))

    # --- The list -------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("call"), ordering="title_fr")
    def name(self, call) -> str:
        return format_html(
            '<span class="call-name">{}<span>{}<span class="call-code">{}</span></span></span>',
            mark(call.axis.mark, "solid", 14, label=call.axis.name),
            call.title or call.code,
            call.code,
        )

    @admin.display(description=gettext_lazy("state"), ordering="closes_at")
    def stands(self, call) -> str:
        return phase_tag(call)

    @admin.display(description=gettext_lazy("applications"), ordering="submitted")
    def applications_so_far(self, call):
        url = applications_url(call)
        return format_html('<a href="{}">{}</a>', url, call.submitted) if url else call.submitted

    @admin.display(description=gettext_lazy("envelope"), ordering="envelope__amount")
    def money(self, call) -> str:
        return formatting.money(call.envelope.amount) if call.envelope else "–"
