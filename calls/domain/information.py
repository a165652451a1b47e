"""Ask an applicant to complete named questions and documents, after submission and by a deadline.

The clock of admissibility is held meanwhile, and the application keeps its place: its instant of submission
does not change. What the applicant types is kept apart (``calls.domain.pending``) until it is sent; sent, it
is a new version with its own receipt; not sent in time, what was submitted stands as it was.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from calls.domain import pending, submissions
from calls.domain.answers import check_takes
from calls.domain.decisions import check_in_time
from calls.domain.dossiers import Dossier
from calls.domain.pending import editable_keys, open_request
from calls.enums import ApplicationState
from calls.models import Application, InformationRequest, Submission
from calls.rules import is_applicant
from wecd.common import clocks
from wecd.common.models import Clock
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused, move

__all__ = [
    "answer",
    "dossier_of",
    "editable_keys",
    "expire_due",
    "last_unsent",
    "open_request",
    "remind",
    "request",
    "take_back",
]
KIND = Clock.Kind.ADMISSIBILITY
Outcome = InformationRequest.Outcome
IN_FLIGHT = timedelta(minutes=2)  # an answer received in time may still be on its way to the database
BEFORE = timedelta(hours=24)


@dataclass
class Expired:
    """What ``expire_due`` did: how many requests it closed, and (request, why) of those it could not."""

    done: int = 0
    refused: list[tuple[InformationRequest, str]] = field(default_factory=list)


# --- The officer asks -----------------------------------------------------------------------------------
def request(application: Application, *, by, keys, message: str, due_at: datetime) -> InformationRequest:
    """Open exactly these questions and documents to the applicant until ``due_at``; hold the clock; write.

    Refused without a key, without words, with a deadline that is past, or once the clock has run out.
    """
    message, keys = message.strip(), list(dict.fromkeys(keys))
    with move(application, "request_information", by=by, reason=message) as row:
        check_in_time(row)
        _check_keys(row, keys)
        if not message:
            raise Refused(_("Write what is missing: the applicant reads exactly these words."))
        if due_at <= timezone.now():
            raise Refused(_("This deadline is past: choose a later instant."))
        asked = InformationRequest.objects.create(
            application=row, message=message, keys=keys, due_at=due_at, asked_by=by
        )
        clocks.pause(row, KIND)
        row.journal_facts |= {"keys": keys, "due_at": due_at}
        _tell(row, "requested", request=asked)
    return asked


def _check_keys(row: Application, keys: list[str]) -> None:
    """``Refused`` when nothing is asked, or something the form does not have."""
    if not keys:
        raise Refused(_("Choose at least one question or document to open."))
    known = {part.key for part in (*row.form.questions.all(), *row.form.documents.all())}
    if unknown := [key for key in keys if key not in known]:
        raise Refused(_("The form has no “%(key)s”. Reload the page.") % {"key": unknown[0]})


def take_back(application: Application, *, by, reason: str) -> Application:
    """Ask no more: what was submitted stands as it was, and the clock goes on. Tells the applicant why."""
    with move(application, "resume", by=by, reason=reason.strip()) as row:
        if not reason.strip():
            raise Refused(_("Say why: the applicant may be writing an answer."))
        pending.close(row, Outcome.TAKEN_BACK, by=by)
        clocks.resume(row, KIND)
        _tell(row, "taken_back", reason=reason.strip())
    return application


# --- The applicant answers --------------------------------------------------------------------------------
def answer(application: Application, *, by, received_at: datetime | None = None) -> Submission:
    """Send what was asked: a new version, a receipt, and the clock goes on. Idempotent, like submitting.

    Refused after the deadline (``received_at`` is when the server got the request) or while something that
    was asked is missing; then nothing changes, and what was typed stays.
    """
    at = received_at or timezone.now()
    try:
        with move(application, "complete", by=by, received_at=at) as row:
            asked = pending.open_request(row) or _none_open()
            check_takes(row, asked, at)
            submissions.check_complete(Dossier(row, request=asked))
            asked.application = row
            changed = pending.take_over(asked)
            submission = submissions.add_version(row, by=by, received_at=at)
            pending.close(row, Outcome.ANSWERED, by=by)
            clocks.resume(row, KIND, at=at)
            row.journal_facts |= {
                "version": submission.number,
                "sha256": submission.sha256,
                "changed": changed,
                "requested": str(row.requested),
            }
            for person in {by, row.applicant}:
                queue_mail(
                    "calls/information_receipt",
                    to=person,
                    about=row,
                    application=row,
                    submission=submission,
                )
            _tell_officer(row, asked, "answered")
    except Refused:
        sent = _sent_already(application, by)
        if sent is None:
            raise
        application.refresh_from_db()
        return sent
    return submission


def _none_open():
    raise Refused(_("Nothing is asked any more: reload the page."))


def _sent_already(application, by) -> Submission | None:
    """The receipt of the answer this person sent a moment ago, when the button was pressed twice."""
    last = application.information_requests.order_by("-created_at", "-pk").first()
    if last is None or last.outcome != Outcome.ANSWERED or last.closed_by_id != by.pk:
        return None
    return application.submissions.order_by("-number").first()


# --- Nobody answers ---------------------------------------------------------------------------------------
def expire_due(now: datetime | None = None) -> Expired:
    """Close every request whose deadline passed: what was submitted stands as it was, and the clock goes on.

    Tells the officer and the applicant. Twice at once, or after a pause, does nothing twice; what is refused
    is in the answer.
    """
    now, found = now or timezone.now(), Expired()
    due = InformationRequest.objects.filter(closed_at=None, due_at__lt=now - IN_FLIGHT)
    for asked in due.select_related("application").order_by("due_at", "pk"):
        try:
            _expire(asked, now)
        except Refused as refused:
            if InformationRequest.objects.filter(pk=asked.pk, closed_at=None).exists():
                found.refused.append((asked, str(refused)))
        else:
            found.done += 1
    return found


def _expire(asked: InformationRequest, now: datetime) -> None:
    system, application = User.objects.system(), asked.application
    with move(application, "resume", by=system, reason="deadline") as row:
        current = pending.open_request(row) or _none_open()
        if current.pk != asked.pk or current.due_at >= now:
            _none_open()  # another was opened meanwhile
        pending.close(row, Outcome.EXPIRED, by=system, at=now)
        clocks.resume(row, KIND, at=now)
        _tell(row, "expired", request=asked)
        _tell_officer(row, asked, "not_answered")


def remind(now: datetime | None = None) -> int:
    """Remind applicants a day before, once, of what they have not sent; returns how many requests."""
    now = now or timezone.now()
    due = InformationRequest.objects.filter(
        closed_at=None,
        reminded_at=None,
        due_at__gt=now,
        due_at__lte=now + BEFORE,
        created_at__lte=now - BEFORE,
        application__state=ApplicationState.INFORMATION_REQUESTED,
    )
    return sum(_remind_one(asked, now) for asked in due.select_related("application").order_by("pk"))


def _remind_one(asked: InformationRequest, now: datetime) -> int:
    with transaction.atomic():
        claimed = InformationRequest.objects.filter(pk=asked.pk, reminded_at=None, closed_at=None)
        if not claimed.update(reminded_at=now):
            return 0  # another job was first
        missing = Dossier(asked.application, request=asked).missing
        _tell(asked.application, "closing", request=asked, left=asked.due_at - now, missing=missing)
    return 1


# --- Reads ------------------------------------------------------------------------------------------------
def dossier_of(application: Application, user) -> Dossier:
    """The application as this person may see it: with what is typed in answer to a request, its authors only.

    SECURITY: staff read what was sent, never what is being written.
    """
    asked = open_request(application) if is_applicant(user, application) else None
    return Dossier(application, request=asked)


def last_unsent(application: Application) -> InformationRequest | None:
    """The last request, when it ended with something typed that was never sent. For the authors only."""
    last = application.information_requests.order_by("-created_at", "-pk").first()
    if last is None or last.outcome not in (Outcome.EXPIRED, Outcome.TAKEN_BACK):
        return None
    return last if last.answers.exists() else None


# --- Helpers ----------------------------------------------------------------------------------------------
def _tell(row: Application, what: str, **context) -> None:
    for person in _people(row):
        queue_mail(f"calls/information_{what}", to=person, about=row, application=row, **context)


def _people(row: Application) -> list[User]:
    """Those who began or submitted it and may still write for the enterprise; else all who may."""
    may = Membership.objects.active().filter(enterprise=row.enterprise_id, role__in=["owner", "editor"])
    people = {m.user_id: m.user for m in may.select_related("user") if m.user and m.user.is_active}
    authors = [pk for pk in people if pk in (row.applicant_id, row.submitted_by_id)]
    return [people[pk] for pk in authors or people]


def _tell_officer(row: Application, asked: InformationRequest, what: str) -> None:
    officer = row.officer if row.officer and row.officer.is_active else asked.asked_by
    queue_mail(f"calls/information_{what}", to=officer, about=row, application=row, request=asked)
