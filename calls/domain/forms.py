"""The form of a call: its versions, and every edit of the draft one.

A published version never changes (the database refuses it too). Questions keep their key from version
to version, which is how a draft keeps its answers when it moves over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from calls.domain.form_checks import form_problems, in_order, out_of_order
from calls.domain.parts import clone, require
from calls.enums import ApplicationState, CallState
from calls.models import Answer, Application, Call, DocumentRequest, Form, Question, Section
from calls.questions import RESERVED_SECTION_KEYS
from wecd.common import journal
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused


def draft(call: Call, *, by) -> Form:
    """The form of a call not yet published; made, empty, when there is none."""
    require(call, "change", by)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        form = call.forms.filter(published_at=None).first()
        if form is None:
            if call.state != CallState.DRAFT:
                raise Refused(_("The form is published. Make a new version to change it."))
            form = Form.objects.create(call=call, number=1)
        return form


@contextmanager
def editing(form: Form, *, by) -> Iterator[Form]:
    """Lock a draft form for one edit; refuses a frozen one and a person who may not write calls."""
    with transaction.atomic():
        locked = Form.objects.select_for_update(of=("self",)).select_related("call").get(pk=form.pk)
        require(locked, "change", by)
        if locked.is_frozen:
            raise Refused(_("This version of the form is published, so it is frozen. Make a new version."))
        yield locked


def save(part: Section | Question | DocumentRequest, *, by, position: int | None = None):
    """Add or change a section, question or document. A new one gets a key of its own.

    It comes last, or at ``position`` (from 0) among its like. A question that applicants have already
    answered keeps its kind: its answers would not fit another.
    """
    form = part.section.form if isinstance(part, Question) else part.form
    with editing(form, by=by) as locked:
        if not part.key:
            part.key = _new_key(locked.call, getattr(part, "title_fr", "") or getattr(part, "label_fr", ""))
        if part._state.adding:
            part.position = (_siblings(part).aggregate(last=Max("position"))["last"] or 0) + 1
        if isinstance(part, Question) and _published_kinds(locked, part.key) - {part.kind}:
            raise Refused(
                _(
                    "“%(question)s” was asked in a published version, so its kind cannot change. "
                    "Delete it and add a new question instead."
                )
                % {"question": part}
            )
        new = part._state.adding
        part.save()
        if new and position is not None:
            _renumber(_inserted(_siblings(part), part, position))
        _refuse_disorder(locked)
    return part


def delete(part: Section | Question | DocumentRequest, *, by) -> None:
    """Remove a part of a draft form. Refused while another question shows only if this one is answered."""
    form = part.section.form if isinstance(part, Question) else part.form
    with editing(form, by=by) as locked:
        gone = {part.key} if isinstance(part, Question) else set()
        if isinstance(part, Section):
            gone = set(part.questions.values_list("key", flat=True))
        for question in in_order(locked):
            if question.shown_if.get("question") in gone and question.key not in gone:
                raise Refused(
                    _("“%(question)s” shows depending on this. Change that condition first.")
                    % {"question": question}
                )
        part.delete()
        _renumber(_siblings(part))


def shift(part: Section | Question | DocumentRequest, steps: int, *, by) -> None:
    """Move a part up (-1) or down (+1). A question at the edge of its section goes to the next one."""
    form = part.section.form if isinstance(part, Question) else part.form
    with editing(form, by=by) as locked:
        siblings = list(_siblings(part))
        index = [row.pk for row in siblings].index(part.pk)
        target = index + steps
        if isinstance(part, Question) and not 0 <= target < len(siblings):
            return _to_next_section(locked, part, steps)
        siblings.insert(min(max(target, 0), len(siblings) - 1), siblings.pop(index))
        _renumber(siblings)
        _refuse_disorder(locked)
    return None


def place(
    part: Section | Question | DocumentRequest, *, position: int, by, section: Section | None = None
) -> None:
    """Put a part at the ``position``-th place (from 0) among its like; a question, in another section too."""
    form = part.section.form if isinstance(part, Question) else part.form
    with editing(form, by=by) as locked:
        if isinstance(part, Question) and section is not None:
            if section.form_id != locked.pk:
                raise Refused(_("This section belongs to another form."))
            part.section = section
            part.save()
        _renumber(_inserted(_siblings(part), part, position))
        _refuse_disorder(locked)


def _inserted(siblings, part, position: int) -> list:
    """The siblings in their new order, ``part`` at ``position``."""
    rows = [row for row in siblings if row.pk != part.pk]
    rows.insert(position, part)
    return rows


def _to_next_section(form: Form, question: Question, steps: int) -> None:
    sections = list(form.sections.all())
    index = [row.pk for row in sections].index(question.section_id) + (1 if steps > 0 else -1)
    if not 0 <= index < len(sections):
        return
    rows = list(sections[index].questions.all())
    question.section = sections[index]
    rows.insert(0 if steps > 0 else len(rows), question)
    question.save()
    _renumber(rows)
    _refuse_disorder(form)


def duplicate(part: Section | Question | DocumentRequest, *, by):
    """A copy right after the original, with keys of its own. A section takes its questions with it."""
    form = part.section.form if isinstance(part, Question) else part.form
    with editing(form, by=by) as locked:
        siblings = list(_siblings(part))
        copy = clone(part, key=_new_key(locked.call, part.key))
        copy.save()
        if isinstance(part, Section):
            keys: dict[str, str] = {}
            for question in part.questions.all():
                shown_if = dict(question.shown_if)
                if shown_if.get("question") in keys:
                    shown_if["question"] = keys[shown_if["question"]]
                keys[question.key] = _new_key(locked.call, question.key)
                clone(question, section_id=copy.pk, key=keys[question.key], shown_if=shown_if).save()
        index = [row.pk for row in siblings].index(part.pk)
        _renumber([*siblings[: index + 1], copy, *siblings[index + 1 :]])
    return copy


def _siblings(part):
    return (
        part.section.questions.all()
        if isinstance(part, Question)
        else type(part).objects.filter(form_id=part.form_id)
    )


def _renumber(rows) -> None:
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            type(row).objects.filter(pk=row.pk).update(position=position)


def _refuse_disorder(form: Form) -> None:
    for sentence in out_of_order(form):
        raise Refused(sentence)


def _published_kinds(form: Form, key: str) -> set[str]:
    return set(
        Question.objects.filter(
            form__call=form.call_id, form__published_at__isnull=False, key=key
        ).values_list("kind", flat=True)
    )


def _new_key(call: Call, text: str) -> str:
    """A key no part of any version of this call has had: questions and documents share the namespace."""
    taken = {
        key
        for model in (Section, Question, DocumentRequest)
        for key in model.objects.filter(form__call=call).values_list("key", flat=True)
    }
    stem = slugify(text)[:40].strip("-") or "question"
    key, number = stem, 2
    while key in taken | RESERVED_SECTION_KEYS:
        key, number = f"{stem}-{number}", number + 1
    return key


# --- Versions -----------------------------------------------------------------------------------


def copy_form(form: Form, *, call: Call, number: int) -> Form:
    """A draft copy of every section, question and document, keys included, for ``call``."""
    copy = Form.objects.create(call=call, number=number)
    for section in form.sections.prefetch_related("questions"):
        new = clone(section, form_id=copy.pk)
        new.save()
        for question in section.questions.all():
            clone(question, section_id=new.pk).save()
    for document in form.documents.all():
        clone(document, form_id=copy.pk).save()
    return copy


def new_version(call: Call, *, by) -> Form:
    """A draft copy of the published form, to change and publish in its turn. Nobody is told yet."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        require(call, "change", by)
        if call.state != CallState.PUBLISHED:
            raise Refused(_("Only a published call takes a new version of its form."))
        if call.forms.filter(published_at=None).exists():
            raise Refused(_("A new version is already being prepared. Open it from the form tab."))
        latest = call.forms.exclude(published_at=None).order_by("-number").first()
        form = copy_form(latest, call=call, number=latest.number + 1)
        journal.record(form, "calls.form.new_version", by=by, number=form.number)
    return form


def publish_version(form: Form, *, by, note: str) -> Form:
    """Freeze a new version and move every draft application over to it.

    Answers stay where they are: the ones whose question kept its key go on as they were, the others
    are kept and shown as no longer asked. Each author gets a mail with ``note`` and what changed.
    What was already submitted stays on the version it answered.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=form.call_id)
        with editing(form, by=by) as row:
            _refuse_publication(row, call, note)
            old = call.forms.exclude(published_at=None).order_by("-number").first()
            changes = compare(old, row)
            row.published_at, row.change_note = timezone.now(), note.strip()
            row.save()
            drafts = list(
                Application.objects.select_for_update(of=("self",))
                .filter(call=call, state=ApplicationState.DRAFT)
                .select_related("applicant")
                .order_by("pk")
            )
            Application.objects.filter(pk__in=[draft.pk for draft in drafts]).update(
                form=row, updated_at=timezone.now()
            )
            journal.record(
                row,
                "calls.form.publish_version",
                by=by,
                number=row.number,
                note=row.change_note,
                drafts_moved=len(drafts),
                added=[question.key for question in changes.added],
                changed=[question.key for question in changes.changed],
                removed=[question.key for question in changes.removed],
            )
            for application in drafts:
                queue_mail(
                    "calls/form_changed",
                    to=application.applicant,
                    about=application,
                    application=application,
                    call=call,
                    note=row.change_note,
                    changes=changes,
                )
    form.refresh_from_db()
    return form


def _refuse_publication(form: Form, call: Call, note: str) -> None:
    if call.state != CallState.PUBLISHED:
        raise Refused(_("This form is published together with its call."))
    if not call.closes_at > timezone.now():
        raise Refused(_("The call is closed: nobody could answer a new version."))
    if not note.strip():
        raise Refused(_("Say in a sentence what changes: it is told to everyone who has a draft."))
    if wrong := form_problems(form):
        raise Refused(" ".join(wrong))


@dataclass
class Changes:
    """What a version asks that the one before did not, no longer asks, or asks otherwise."""

    added: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    changed: list = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


SHOWN = ("kind", "label_fr", "help_fr", "required", "options_fr", "max_words", "minimum", "maximum")
COMPARED = (*SHOWN, "settings", "shown_if", "max_files")


def compare(old: Form | None, new: Form) -> Changes:
    """Questions and documents of ``new`` beside those of ``old``, by key."""
    before = {part.key: part for part in _asked(old)} if old else {}
    after = {part.key: part for part in _asked(new)}
    same = [(before[key], part) for key, part in after.items() if key in before]
    return Changes(
        added=[part for key, part in after.items() if key not in before],
        removed=[part for key, part in before.items() if key not in after],
        changed=[part for was, part in same if _facts(was) != _facts(part)],
    )


def _asked(form: Form) -> list:
    return [*in_order(form), *form.documents.all()]


def _facts(part) -> list:
    return [getattr(part, name, None) for name in COMPARED]


def no_longer_asked(application: Application) -> list[tuple[Question, Answer]]:
    """Answers of an application whose question its present form no longer asks, with that question.

    They are kept, and shown to their author as no longer asked.
    """
    kept = Question.objects.filter(form=application.form_id).values("key")
    answers = {answer.key: answer for answer in application.answers.exclude(key__in=kept)}
    questions = (
        Question.objects.filter(form__call=application.call_id, key__in=answers)
        .order_by("key", "-form__number")
        .distinct("key")
    )
    return [(question, answers[question.key]) for question in questions]
