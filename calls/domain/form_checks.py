"""What is wrong with a form, in sentences an officer can act on."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from calls import questions
from calls.enums import QuestionKind
from calls.models import Form, Question
from calls.questions.choices import parse_options

CHOICES = {QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE}


def in_order(form: Form) -> list[Question]:
    """Every question, as the applicant meets them."""
    return [
        question
        for section in form.sections.prefetch_related("questions")
        for question in section.questions.all()
    ]


def values_of(question: Question) -> list[tuple[object, str]]:
    """The answers another question's condition may name, as (JSON value, words); empty if none can be."""
    if question.kind in CHOICES:
        return list(parse_options(question.options_fr))
    if question.kind == QuestionKind.YES_NO:
        return [(True, _("Yes")), (False, _("No"))]
    if question.kind == QuestionKind.DECLARATION:
        return [(True, _("Accepted"))]
    return []


def form_problems(form: Form | None) -> list[str]:
    """Why this version cannot be published; empty when it can."""
    if form is None or not form.sections.exists():
        return [_("The form has no section yet: add one in the form builder.")]
    problems = []
    for section in form.sections.prefetch_related("questions"):
        if not section.title_fr:
            problems.append(_("A section has no French title."))
        if section.key in questions.RESERVED_SECTION_KEYS:
            problems.append(
                _("The section “%(section)s” has a key the portal uses itself: add it anew.")
                % {"section": section}
            )
        if not section.questions.all():
            problems.append(_("The section “%(section)s” has no question.") % {"section": section})
    for question in in_order(form):
        problems += question_problems(question)
    problems += out_of_order(form)
    for document in form.documents.all():
        if not document.label_fr:
            problems.append(_("A document asked for has no French name."))
    return problems


def question_problems(question: Question) -> list[str]:
    """What is wrong with one question, whatever stands around it, each sentence naming it."""
    found = questions.problems(question)
    if not question.label_fr:
        found.insert(0, _("The French words of the question are missing."))
    if question.kind in CHOICES:
        values = [value for value, words in parse_options(question.options_fr)]
        for code, language in settings.LANGUAGES:
            text = getattr(question, f"options_{code}")
            if text and [value for value, words in parse_options(text)] != values:
                found.append(
                    _("The options in %(language)s do not have the same values as in French.")
                    % {"language": translation.gettext(language)}
                )
    return [f"“{question.label_fr or question.key}”: {sentence}" for sentence in found]


def out_of_order(form: Form) -> list[str]:
    """Conditions (shown if) that point to a later or missing question, or to an answer it does not have."""
    problems: list[str] = []
    earlier: dict[str, Question] = {}
    for question in in_order(form):
        if question.shown_if:
            other = earlier.get(question.shown_if.get("question"))
            wanted = question.shown_if.get("in") or []
            if other is None:
                problems.append(
                    _("“%(question)s” shows depending on a question that does not come before it.")
                    % {"question": question}
                )
            elif not wanted or any(value not in [v for v, words in values_of(other)] for value in wanted):
                problems.append(
                    _("“%(question)s” shows for an answer that “%(other)s” does not offer.")
                    % {"question": question, "other": other}
                )
        earlier[question.key] = question
    return problems
