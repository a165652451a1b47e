"""An application as a whole: its form, what was answered, what is missing and what it would cost.

Reads only, in six queries whatever the size of the form, and in the same six for many applications.
"""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import cached_property

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls import questions
from calls.domain import published_forms
from calls.enums import QuestionKind
from calls.models import Answer, Application, Attachment, DocumentRequest, InformationRequest, Question
from calls.questions import budget
from wecd.common import formatting, prepared

CENT = Decimal("0.01")
PARTS = ("form__sections__questions", "form__documents", "answers__updated_by", "attachments")
TITLE = "$title"  # the application's own name, saved like an answer; no question can have this key
ENTERPRISE, DOCUMENTS = "your-enterprise", "your-documents"


ANSWERS = prepared.Prepared(lambda: Answer.objects.filter(application=prepared.by_key("application")))
FILES = prepared.Prepared(lambda: Attachment.objects.filter(application=prepared.by_key("application")))


@dataclass(frozen=True)
class Missing:
    """One thing between a draft and its submission, with where to mend it."""

    section: str
    key: str
    label: str
    sentence: str
    line: int | None = None  # of a budget table, counted from 0

    @property
    def anchor(self) -> str:
        """The id of the field on its page."""
        return f"field-{self.key.strip('$')}" + ("" if self.line is None else f"--{self.line}")


@dataclass
class Step:
    """A page of the workspace: a section of the form, or one of the two every form has."""

    key: str
    title: str
    help: str = ""
    questions: list[Question] = field(default_factory=list)
    documents: list[DocumentRequest] = field(default_factory=list)


class Dossier:
    """``Dossier(application)`` reads it fresh; answers given after it was made are not in it.

    With an information ``request``, it is as the applicant has completed it so far: what was typed in answer
    lies over what stands, and ``pages`` has only what was asked.
    """

    request: InformationRequest | None = None

    def __init__(self, application: Application, *, request: InformationRequest | None = None):
        for part in ("answers", "attachments"):
            application.__dict__.get("_prefetched_objects_cache", {}).pop(part, None)
        prefetch_related_objects([application], *PARTS)
        self.application, self.request = application, request

    @classmethod
    def of_form(cls, application: Application) -> "Dossier":
        """With the form and the files, for a caller who brings the answers; two queries less."""
        prefetch_related_objects([application], *(part for part in PARTS if not part.startswith("answers")))
        dossier = cls.__new__(cls)
        dossier.application = application
        return dossier

    @classmethod
    def to_submit(cls, application: Application) -> "Dossier":
        """As it is read while the application is locked: two queries, the form's own parts from memory.

        Answers come without their authors.
        """
        application.form = published_forms.read(application.form_id)
        prepared.give(application, "answers", ANSWERS.read(application=application.pk))
        prepared.give(application, "attachments", FILES.read(application=application.pk))
        dossier = cls.__new__(cls)
        dossier.application = application
        return dossier

    @classmethod
    def of_many(cls, applications: list[Application]) -> "list[Dossier]":
        """One dossier each, for a list."""
        prefetch_related_objects(applications, *PARTS)
        found = []
        for application in applications:
            dossier = cls.__new__(cls)
            dossier.application = application
            found.append(dossier)
        return found

    # --- What is asked ---
    @cached_property
    def steps(self) -> list[Step]:
        """The pages in order: the enterprise, the form's sections, the documents when any is asked for."""
        sections = self.application.form.sections.all()
        steps = [
            Step(
                ENTERPRISE,
                _("Your enterprise"),
                _("What we know already is not asked again. Check that it is right."),
            )
        ]
        steps += [Step(s.key, s.title, s.help, questions=list(s.questions.all())) for s in sections]
        if self.documents:
            steps.append(
                Step(
                    DOCUMENTS,
                    _("Documents"),
                    _("Choose files or drag them here. You can replace them until you submit."),
                    documents=self.documents,
                )
            )
        return steps

    @cached_property
    def asked(self) -> set[str]:
        """The keys an information request opens: those named, and the questions that depend on them."""
        return opened_by(self.request.keys, self.questions) if self.request else set()

    @cached_property
    def pages(self) -> list[Step]:
        """The steps to fill in: all, or what an information request asks for and nothing else."""
        if self.request is None:
            return self.steps
        narrowed = (
            Step(
                step.key,
                step.title,
                step.help,
                questions=[question for question in step.questions if question.key in self.asked],
                documents=[document for document in step.documents if document.key in self.asked],
            )
            for step in self.steps
        )
        return [step for step in narrowed if step.questions or step.documents]

    @cached_property
    def documents(self) -> list[DocumentRequest]:
        return list(self.application.form.documents.all())

    @cached_property
    def questions(self) -> list[Question]:
        return [question for step in self.steps for question in step.questions]

    @cached_property
    def shown(self) -> list[Question]:
        """The questions whose conditions hold: only these count, and only these are submitted."""
        return questions.shown(self.questions, self.values)

    @cached_property
    def shown_keys(self) -> set[str]:
        return {question.key for question in self.shown}

    # --- What was answered ---
    @cached_property
    def answers(self) -> dict:
        standing = {answer.key: answer for answer in self.application.answers.all()}
        if self.request is None:
            return standing
        pending = self.request.answers.select_related("updated_by")
        return standing | {answer.key: answer for answer in pending}

    @cached_property
    def values(self) -> dict:
        return {key: answer.value for key, answer in self.answers.items()}

    @cached_property
    def files(self) -> dict[str, list[Attachment]]:
        found: dict[str, list[Attachment]] = {}
        for attachment in self._attachments():
            found.setdefault(attachment.key, []).append(attachment)
        return found

    def _attachments(self) -> list[Attachment]:
        standing = list(self.application.attachments.all())
        if self.request is None:
            return standing
        kept = [file for file in standing if str(file.pk) not in self.request.removed]
        return kept + list(Attachment.everything.filter(request=self.request))

    def value(self, question):
        """The answer as a value; that of a file question is the list of its files."""
        if question.kind == QuestionKind.FILE:
            return [file_facts(file) for file in self.files.get(question.key, [])] or None
        return self.values.get(question.key)

    # --- What is wrong or missing ---
    def errors(self, question) -> list[Missing]:
        """What must be corrected in an answer that was given."""
        value = self.value(question)
        if value is None or question.kind == QuestionKind.FILE:
            return []
        if question.kind == QuestionKind.BUDGET:
            lines = budget.line_errors(question, questions.raw_of(value))
            if lines:
                return [
                    Missing(self.section_of[question.key], question.key, e.short, e.sentence, e.line)
                    for e in lines
                ]
        return [self._missing(question, sentence) for sentence in questions.errors_of(question, value)]

    def _missing(self, question, sentence) -> Missing:
        return Missing(self.section_of[question.key], question.key, question.label, sentence)

    @cached_property
    def section_of(self) -> dict[str, str]:
        return {question.key: step.key for step in self.steps for question in step.questions}

    def missing_in(self, step: Step) -> list[Missing]:
        """What a page still lacks before the application can be submitted."""
        found = []
        if step.key == ENTERPRISE and not self.application.title.strip():
            found.append(
                Missing(ENTERPRISE, TITLE, _("Name of your project"), _("Give your project a name."))
            )
        for question in (q for q in step.questions if q.key in self.shown_keys):
            errors = self.errors(question)
            if errors:
                found += errors
            elif question.required and not questions.is_answered(question, self.value(question)):
                found.append(self._missing(question, blank_words(question)))
        found += [
            Missing(step.key, document.key, document.label, _("Attach this document."))
            for document in step.documents
            if document.required and not self.files.get(document.key)
        ]
        return found

    @cached_property
    def missing(self) -> list[Missing]:
        found = [item for step in self.pages for item in self.missing_in(step)]
        return found or self._below_floor()

    def _below_floor(self) -> list[Missing]:
        strand = self.application.strand
        asked = [question for question in self.budgets if self.request is None or question.key in self.asked]
        if not asked or self.requested >= strand.floor:
            return []
        least = (strand.floor * 100 / strand.funding_rate).quantize(CENT, ROUND_UP)
        sums = {"sum": self.requested, "floor": strand.floor, "least": least}
        return [
            self._missing(
                asked[0],
                _(
                    "You would receive %(sum)s; the smallest grant is %(floor)s. "
                    "Plan %(least)s of costs or more."
                )
                % {name: formatting.money(value) for name, value in sums.items()},
            )
        ]

    # --- How far ---
    def state(self, step: Step) -> tuple[str, str]:
        """(complete | progress | todo | error, one line of reason) of a page."""
        if step.key == ENTERPRISE:
            return (
                ("complete", _("Taken from your record"))
                if self.application.title.strip()
                else (
                    "progress",
                    _("Your project has no name yet"),
                )
            )
        asked = [q for q in step.questions if q.key in self.shown_keys]
        errors = sum(len(self.errors(question)) for question in asked)
        if errors:
            return "error", ngettext("%(n)s error to correct", "%(n)s errors to correct", errors) % {
                "n": errors
            }
        if step.documents:
            done = sum(bool(self.files.get(document.key)) for document in step.documents)
            total = len(step.documents)
            reason = ngettext("%(n)s document of %(total)s", "%(n)s documents of %(total)s", done)
        else:
            done = sum(questions.is_answered(question, self.value(question)) for question in asked)
            total = len(asked)
            reason = ngettext("%(n)s answer of %(total)s", "%(n)s answers of %(total)s", done)
        words = reason % {"n": done, "total": total}
        if not self.missing_in(step):
            return "complete", words
        return ("progress" if done else "todo"), words

    # --- What it costs ---
    @cached_property
    def budgets(self) -> list[Question]:
        return [question for question in self.shown if question.kind == QuestionKind.BUDGET]

    @cached_property
    def cost(self) -> Decimal:
        """Eligible cost, excl. VAT. Without a budget table: the cost that earns the whole grant."""
        strand = self.application.strand
        if not self.budgets:
            return (strand.ceiling * 100 / strand.funding_rate).quantize(CENT, ROUND_UP)
        tables = (questions.raw_of(self.values.get(question.key)) for question in self.budgets)
        return sum((budget.totals(table)["cost"] for table in tables), Decimal("0.00"))

    @cached_property
    def requested(self) -> Decimal:
        return self.grant_for(self.cost)

    def grant_for(self, cost: Decimal) -> Decimal:
        """The funded share of a cost, to the cent and never a cent above the rate or the ceiling."""
        strand = self.application.strand
        return min(strand.ceiling, (cost * strand.funding_rate / 100).quantize(CENT, ROUND_DOWN))


def opened_by(keys, questions) -> set[str]:
    """``keys``, and those of the questions whose conditions lead back to one of them."""
    found, before = set(keys), -1
    while len(found) != before:
        before = len(found)
        found |= {q.key for q in questions if (q.shown_if or {}).get("question") in found}
    return found


def blank_words(question) -> str:
    """What to do about a required question nobody answered."""
    if question.kind == QuestionKind.FILE:
        return _("Attach a file.")
    if question.kind == QuestionKind.DECLARATION:
        return _("Tick the box to declare this.")
    if question.kind in (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE, QuestionKind.YES_NO):
        return _("Choose an answer.")
    if question.kind == QuestionKind.BUDGET:
        return _("Fill in at least one line.")
    return _("Answer this question.")


def file_facts(attachment: Attachment) -> dict:
    return {
        "name": attachment.name,
        "size": attachment.size,
        "type": attachment.content_type,
        "sha256": attachment.sha256,
    }
