"""Save answers, one field at a time. The last write wins, and each writer learns of the other."""

from dataclasses import dataclass
from datetime import datetime

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls import questions
from calls.domain import pending
from calls.domain.applications import NotInTime, check_accepts
from calls.domain.dossiers import TITLE
from calls.enums import CallState, QuestionKind
from calls.models import Application, InformationRequest, Question
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


def locked(application, key: str, *, by, received_at=None) -> tuple[Application, InformationRequest | None]:
    """The application, locked and fit to have ``key`` written, else ``NotAllowed`` or ``Refused``.

    A draft takes everything until its call closes. While information is requested, only what was asked can
    be written, until that deadline; the request comes back as second, and what is written belongs to it.
    """
    row = Application.objects.select_for_update(of=("self",)).select_related("call").get(pk=application.pk)
    if not rules.has_perm(row.get_perm("edit"), by, row):
        raise NotAllowed(why_not_permitted(row, "edit", by))
    request = pending.open_request(row)
    if not row.is_draft and request is None:
        raise Refused(
            _("This application is no longer a draft (%(state)s): its answers stand as they were submitted.")
            % {"state": row.get_state_display()}
        )
    check_takes(row, request, received_at or timezone.now())
    if request and not pending.is_open(request, key):
        raise Refused(_("This was not asked: it stands as you submitted it. Only what was asked can change."))
    return row, request


def check_takes(application, request: InformationRequest | None, at: datetime) -> None:
    """``Refused`` when what the server received at this instant comes too late, or for a call called off."""
    if request is None or application.call.state == CallState.CANCELLED:
        check_accepts(application.call, at)
    elif at > request.due_at:
        raise NotInTime(pending.rule(request))


def save(application, key: str, raw, *, by, seen_version: int | None = None, received_at=None) -> Saved:
    """Store one answer as it was meant, or as it was typed when it does not pass.

    ``seen_version`` is the version the writer had before them: a newer one means somebody wrote since, and
    the result says who. Not journalled: a draft's keystrokes are nobody's history. Raises ``NotSaved`` with
    the text when the application no longer takes answers.
    """
    with transaction.atomic():
        try:
            row, request = locked(application, key, by=by, received_at=received_at)
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
        store, owner = pending.store(row, request)
        mine = store.select_related("updated_by").filter(key=key).first()
        old = mine or (pending.standing(row, key) if request else None)
        if old is None and value is None:
            return Saved(None, 0, None, None)
        if old is not None and old.value == value:
            return Saved(value, old.version, old.updated_at, None, errors)
        now = timezone.now()
        answer = store.model(
            **owner,
            key=key,
            value=value,
            version=old.version + 1 if old else 1,
            updated_at=now,
            updated_by=by,
        )
        if mine:
            answer.pk = mine.pk
        answer.save(force_insert=mine is None, force_update=mine is not None)
    return Saved(value, answer.version, answer.updated_at, _other(old, seen_version, by), errors)


def _other(old, seen_version, by) -> Other | None:
    if old is None or seen_version is None or old.version <= seen_version:
        return None
    return Other(str(old.updated_by), old.updated_by_id == by.pk, old.updated_at, old.value)


def _rename(row, raw) -> Saved:
    row.title = questions.base.one_line(raw)[:200]
    row.save(update_fields=["title", "updated_at"])
    return Saved(row.title, 0, row.updated_at, None)
