"""The kinds of question a form may ask: how each is checked, shown and counted.

Pure: nothing here reads the database. An answer that does not pass is kept as it was typed,
``{"typed": …}`` (see ``keep``), so that nothing typed is lost and the error can be shown again.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from calls.enums import QuestionKind as K
from calls.questions import budget, choices, dates, files, numbers, text
from calls.questions.base import Kind, plain_text, words_in
from calls.questions.choices import options

KINDS: dict[str, Kind] = {
    K.SHORT_TEXT: text.ShortText(),
    K.LONG_TEXT: text.LongText(),
    K.NUMBER: numbers.Number(),
    K.MONEY: numbers.Money(),
    K.DATE: dates.Date(),
    K.SINGLE_CHOICE: choices.Choice(),
    K.MULTIPLE_CHOICE: choices.Choices(),
    K.YES_NO: choices.YesNo(),
    K.DECLARATION: choices.Declaration(),
    K.EMAIL: text.Email(),
    K.URL: text.Url(),
    K.FILE: files.Files(),
    K.BUDGET: budget.Budget(),
}
TYPED = "typed"
# Words an address of the workspace already uses: a section cannot have them as its key.
RESERVED_SECTION_KEYS = {
    "your-enterprise", "your-documents", "review", "receipt", "answers", "withdraw", "files", "download",
    "messages", "information-request",
}  # fmt: skip

__all__ = [
    "KINDS",
    "RESERVED_SECTION_KEYS",
    "budget_totals",
    "clean",
    "display",
    "errors_of",
    "is_answered",
    "is_shown",
    "keep",
    "options",
    "problems",
    "raw_of",
    "shown",
    "words_in",
]

budget_totals = budget.totals


def clean(question, raw):
    """The JSON value of what was typed (None when empty); ValidationError says what to write instead."""
    return KINDS[question.kind].clean(question, raw)


def keep(question, raw):
    """(value to store, error or None): what does not pass is kept word for word."""
    try:
        return clean(question, raw), None
    except ValidationError as error:
        return {TYPED: _storable(raw)}, error


def _storable(raw):
    """``raw`` without the characters JSON in Postgres refuses; nothing a person can see is dropped."""
    if isinstance(raw, dict):
        return {_storable(str(key)): _storable(item) for key, item in raw.items()}
    if isinstance(raw, list | tuple):
        return [_storable(item) for item in raw]
    if isinstance(raw, str):
        return raw.encode("utf-8", "ignore").decode().replace("\x00", "")
    return raw if raw is None or isinstance(raw, bool | int) else str(raw)


def is_typed(value) -> bool:
    return isinstance(value, dict) and set(value) == {TYPED}


def raw_of(value):
    """What to check again: the text as typed, or the value."""
    return value[TYPED] if is_typed(value) else value


def errors_of(question, value) -> list[str]:
    """Why a stored value does not pass today's question; empty when it does."""
    try:
        clean(question, raw_of(value))
    except ValidationError as error:
        return list(error.messages)
    return []


def display(question, value) -> str:
    """The answer in words of the active language; what did not pass shows as typed."""
    if is_typed(value):
        raw = value[TYPED]
        if question.kind == K.BUDGET:
            return "\n".join(" · ".join(filter(None, line.values())) for line in budget.lines_of(raw))
        return ", ".join(map(str, raw)) if isinstance(raw, list) else plain_text(raw)
    return KINDS[question.kind].display(question, value)


def to_input(question, value):
    """What the control shows again: the value in the reader's words, or the text as typed."""
    if not is_typed(value):
        return KINDS[question.kind].to_input(question, value)
    raw = value[TYPED]
    if question.kind == K.BUDGET:
        return budget.lines_of(raw)
    return raw if isinstance(raw, list | str) else plain_text(raw)


def is_answered(question, value) -> bool:
    """Whether there is a good answer: given, and of the shape asked for."""
    return value is not None and not is_typed(value) and KINDS[question.kind].is_answered(question, value)


def _same(given, wanted) -> bool:
    """Whether an answer is one of the wanted values; true, "true" and "yes" are the same yes."""
    if isinstance(given, list):
        return any(_same(item, wanted) for item in given)
    if isinstance(given, bool):
        names = choices.YES if given else choices.NO
        return any(w is given or (isinstance(w, str) and w.casefold() in names) for w in wanted)
    return given in wanted or str(given) in [str(w) for w in wanted if not isinstance(w, bool)]


def is_shown(question, answers: dict) -> bool:
    """Whether the question's own condition holds; see ``shown`` for chains of conditions."""
    rule = question.shown_if or {}
    if not rule.get("question"):
        return True
    given = answers.get(rule["question"])
    return given is not None and not is_typed(given) and _same(given, rule.get("in") or [])


def shown(questions, answers: dict) -> list:
    """The questions that show, in order. One that depends on a hidden one is hidden, too."""
    by_key = {question.key: question for question in questions}
    known: dict[str, bool] = {}

    def visible(question, above=()) -> bool:
        if question.key in known:
            return known[question.key]
        parent = by_key.get((question.shown_if or {}).get("question"))
        good = is_shown(question, answers) and (
            parent is None or (parent.key not in above and visible(parent, (*above, question.key)))
        )
        known[question.key] = good
        return good

    return [question for question in questions if visible(question)]


def problems(question) -> list[str]:
    """What is wrong with a question, as sentences for the person who writes the form."""
    kind = KINDS.get(question.kind)
    if kind is None:
        return [_("Nobody knows this kind of question.")]
    found = kind.problems(question)
    rule = question.shown_if or {}
    if rule and not (
        isinstance(rule.get("question"), str) and isinstance(rule.get("in"), list) and rule["in"]
    ):
        found.append(_("“Shown if” names another question and the answers that show this one."))
    elif rule and rule["question"] == question.key:
        found.append(_("A question cannot depend on itself."))
    return found
