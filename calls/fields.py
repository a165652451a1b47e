"""Questions as the workspace's pages show them, and what those pages send back."""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from calls import questions
from calls.domain import attachments
from calls.domain.dossiers import Dossier
from calls.enums import QuestionKind
from calls.questions import budget, files
from wecd.common import formatting

EMPTY_LINE = {"label": "", "quantity": "", "unit_price": ""}


@dataclass
class Line:
    """A row of a budget table on the page."""

    index: int
    label: str
    quantity: str
    unit_price: str
    amount: Decimal | None = None
    errors: list[str] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)


@dataclass
class FieldView:
    """One question ready for ``applications/_question.html``."""

    question: object
    widget: str
    value: object
    version: int
    shown: bool
    errors: list[str]
    options: list = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    files: list = field(default_factory=list)
    most_files: int = 0
    unit: str = ""
    heads: tuple = ()
    totals: dict = field(default_factory=dict)
    condition: str = ""
    words: int = 0

    @property
    def key(self):
        return self.question.key

    @property
    def name(self):
        return f"q-{self.question.key}"

    @property
    def accepts(self):
        """The endings of the files it takes, for the browser's chooser."""
        return ",".join(files.endings(files.types_of(self.question)))

    @property
    def narrowed_to(self):
        """The kinds of file it takes, in words; empty when it takes all the portal does."""
        types = files.types_of(self.question)
        return files.words_of(types) if len(types) < len(files.FILE_TYPES) else ""


def field_views(dossier: Dossier, step, *, typed: dict | None = None, add_line: str = "") -> list[FieldView]:
    """The questions of a page; ``typed`` (key: raw) shows text that was not stored instead of what is."""
    return [_view(dossier, question, typed or {}, add_line) for question in step.questions]


def _view(dossier, question, typed, add_line) -> FieldView:
    value = dossier.value(question)
    if question.key in typed:
        value, _error = questions.keep(question, typed[question.key])
    view = FieldView(
        question=question,
        widget=questions.KINDS[question.kind].widget,
        value=questions.to_input(question, value),
        version=dossier.answers[question.key].version if question.key in dossier.answers else 0,
        shown=question in dossier.shown,
        errors=[] if question.key in typed else [error.sentence for error in dossier.errors(question)],
        condition=json.dumps(question.shown_if) if question.shown_if else "",
    )
    if question.kind in (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE):
        view.options = questions.options(question)
    elif question.kind == QuestionKind.YES_NO:
        view.options = [("yes", _("Yes")), ("no", _("No"))]
    elif question.kind == QuestionKind.FILE:
        view.files = dossier.files.get(question.key, [])
        view.most_files = int((question.settings or {}).get("max_files") or attachments.DEFAULT_MOST)
    elif question.kind == QuestionKind.BUDGET:
        _budget(view, dossier, questions.raw_of(value), add_line)
    elif question.kind == QuestionKind.DATE and questions.is_typed(value):
        view.widget = "text"  # a date control would hide what is not a date
    elif question.kind in (QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT):
        view.words = questions.words_in(view.value)
    if question.kind == QuestionKind.NUMBER:
        view.unit = str((question.settings or {}).get("unit", ""))
    return view


def _budget(view, dossier, raw, add_line) -> None:
    """Fill in the lines with their amounts, their errors and what correcting each would change."""
    rows = budget.lines_of(raw)
    totals = budget.totals(raw)
    found = budget.line_errors(view.question, raw)
    for index, row in enumerate(rows):
        row["unit_price"] = str(row["unit_price"]).removesuffix(".00")  # whole euros read as they were typed
        line = Line(index, amount=totals["lines"][index], **row)
        for error in (e for e in found if e.line == index):
            line.errors.append(f"{error.sentence} {_remedy(error, dossier, totals['cost'])}".strip())
            line.bad.add(error.column)
        view.lines.append(line)
    if not rows or add_line == view.key:
        view.lines.append(Line(len(rows), **EMPTY_LINE))
    quantity, price, sign = budget.unit_words(view.question)
    view.heads, view.unit, view.totals = (quantity, price), sign, totals
    view.errors = [] if found else view.errors


def _remedy(error, dossier, table_cost) -> str:
    """What the table and the grant become once the error is corrected as the sentence says."""
    if error.cost_then is None:
        return ""
    others = dossier.cost - table_cost  # of the other tables of the form
    return _("Your costs would become %(cost)s and the grant %(grant)s.") % {
        "cost": formatting.money(error.cost_then),
        "grant": formatting.money(dossier.grant_for(error.cost_then + others)),
    }


def raw_from_post(question, post):
    """What a page without scripts sends for a question; None when the page did not ask it."""
    name = f"q-{question.key}"
    if f"v-{question.key}" not in post:
        return None
    if question.kind == QuestionKind.MULTIPLE_CHOICE:
        return post.getlist(name)
    if question.kind == QuestionKind.BUDGET:
        found = (re.fullmatch(rf"{re.escape(name)}-(\d+)-label", key) for key in post)
        indexes = sorted(int(match[1]) for match in found if match)
        return {
            "lines": [
                {column: post.get(f"{name}-{i}-{column}", "") for column in budget.COLUMNS} for i in indexes
            ]
        }
    return post.get(name, "")


def seen_version(question_key, post) -> int | None:
    text = post.get(f"v-{question_key}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


# --- What is said: notes and messages ----------------------------------------------------------------
SAID = "q-text"  # the box one writes in; "q-" so that the page of somebody signed out shows it back


def key_of(text) -> UUID | None:
    """The key a form carries, by which the same form sent twice says it once; None when it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
