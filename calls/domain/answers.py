"""Save answers, one field at a time. The last write wins, and each writer learns of the other."""

from dataclasses import dataclass
from datetime import datetime

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls import questions
from calls.domain.applications import check_accepts
from calls.domain.dossiers import TITLE
from calls.enums import QuestionKind
from calls.models import Answer, Application, Question
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted


@dataclass(frozen=True)
class Other:
    """What somebody else (or the same person in another tab) had written, now replaced."""

    name: str
    same_person: bool
    at: datetime
    value: object


@dataclass(frozen=True)
class Saved:
    """What is now stored. ``errors`` is empty when the answer is good; a bad one is stored as typed."""

    value: object
    version: int
    updated_at: datetime | None
    by_other: Other | None
    errors: tuple[str, ...] = ()


class NotSaved(Refused):
    """Nothing was stored; ``raw`` hands the text back."""

    def __init__(self, sentence: str, raw):
        super().__init__(sentence)
        self.raw = raw


def locked_draft(application, *, by, received_at=None) -> Application:
    """The application, locked and fit to be written to, else ``NotAllowed`` or ``Refused``."""
    row = Application.objects.select_for_update(of=("self",)).select_related("call").get(pk=application.pk)
    if not rules.has_perm(row.get_perm("edit"), by, row):
        raise NotAllowed(why_not_permitted(row, "edit", by))
    if not row.is_draft:
        raise Refused(
            _("This application is no longer a draft (%(state)s): its answers stand as they were submitted.")
            % {"state": row.get_state_display()}
        )
    check_accepts(row.call, received_at or timezone.now())
    return row


def save(application, key: str, raw, *, by, seen_version: int | None = None, received_at=None) -> Saved:
    """Store one answer as it was meant, or as it was typed when it does not pass.

    ``seen_version`` is the version the writer had before them: a newer one means somebody wrote since, and
    the result says who. Not journalled: a draft's keystrokes are nobody's history. Raises ``NotSaved`` with
    the text when the application no longer takes answers.
    """
    with transaction.atomic():
        try:
            row = locked_draft(application, by=by, received_at=received_at)
        except NotAllowed:
            raise
        except Refused as refused:
            raise NotSaved(str(refused), raw) from refused
        if key == TITLE:
            return _rename(row, raw)
        question = Question.objects.filter(form_id=row.form_id, key=key).first()
        if question is None or question.kind == QuestionKind.FILE:
            raise NotSaved(_("This form has no such question any more. Reload the page."), raw)
        value, error = questions.keep(question, raw)
        errors = tuple(error.messages) if error else ()
        old = Answer.objects.select_related("updated_by").filter(application=row, key=key).first()
        if old is None and value is None:
            return Saved(None, 0, None, None)
        if old is not None and old.value == value:
            return Saved(value, old.version, old.updated_at, None, errors)
        now = timezone.now()
        answer = Answer(
            application=row,
            key=key,
            value=value,
            version=old.version + 1 if old else 1,
            updated_at=now,
            updated_by=by,
        )
        if old:
            answer.pk = old.pk
        answer.save(force_insert=old is None, force_update=old is not None)
    return Saved(value, answer.version, answer.updated_at, _other(old, seen_version, by), errors)


def _other(old, seen_version, by) -> Other | None:
    if old is None or seen_version is None or old.version <= seen_version:
        return None
    return Other(str(old.updated_by), old.updated_by_id == by.pk, old.updated_at, old.value)


def _rename(row, raw) -> Saved:
    row.title = questions.base.one_line(raw)[:200]
    row.save(update_fields=["title", "updated_at"])
    return Saved(row.title, 0, row.updated_at, None)
