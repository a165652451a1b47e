"""What is said about an application: notes among staff, messages between staff and applicant.

The journal keeps that something was said, by whom and when; never the words. ``key`` is a UUID made with
the form that was sent: the same form sent twice says it once.
"""

from datetime import datetime
from uuid import UUID

import rules
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from calls.domain import mentions
from calls.domain.parts import require
from calls.models import Application, Message, Note
from calls.rules import is_applicant, is_applicant_editor
from wecd.common import formatting, journal
from wecd.common.models.base import uuid7
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused

MOST_CHARACTERS = 10_000


def note(application: Application, *, by, text: str, key: UUID | None = None) -> Note:
    """Write an internal note. Whoever it mentions gets a mail with a link, without the words.

    ``Refused`` when it is empty, too long, or a name in it could be two people.
    """
    require(application, "note", by)
    text = _words(text)
    people = mentions.in_text(text)
    with transaction.atomic():
        row, is_new = _once(Note, key, application=application, author=by, text=text)
        if is_new:
            row.mentions.set(people)
            journal.record(
                application,
                "calls.application.note",
                by=by,
                note=str(row.pk),
                mentions=[str(p.pk) for p in people],
            )
            for person in (p for p in people if p != by):
                # about the note: an applicant's page shows the mails about the application
                queue_mail("calls/mention", to=person, about=row, application=application, by=by)
    return row


def say(
    application: Application, *, by, text: str, key: UUID | None = None, seen_until: datetime | None = None
) -> Message:
    """Write to the other side, who gets it by mail: an applicant's editor to staff, staff to all members.

    A member of the enterprise always speaks for it, also when they are staff. What staff say settles the
    applicant's messages up to ``seen_until`` (now when not given): a question that came in meanwhile
    still waits. ``Refused`` for a draft, which staff cannot see.
    """
    from_staff = not is_applicant(by, application)
    require(application, "reply" if from_staff else "say", by)
    text = _words(text)
    if application.is_draft or not application.submitted_at:
        raise Refused(
            _("A draft is yours alone: staff cannot see it yet. Write to the contact of the call instead.")
        )
    with transaction.atomic():
        row, is_new = _once(
            Message, key, application=application, author=by, text=text, from_staff=from_staff
        )
        if is_new:
            facts = {"message": str(row.pk), "side": "staff" if from_staff else "applicant"}
            journal.record(application, "calls.application.message", by=by, **facts)
            if from_staff:
                _settle(application, seen_until or row.created_at)
            template = "calls/message" if from_staff else "calls/message_to_staff"
            for person in _members(application) if from_staff else _staff_of(application):
                queue_mail(template, to=person, about=application, message=row, by=by)
    return row


def settle(application: Application, *, by, seen_until: datetime | None = None) -> int:
    """Say that the applicant's messages need no answer; nobody gets a mail. Returns how many there were."""
    require(application, "reply", by)
    with transaction.atomic():
        settled = _settle(application, seen_until or timezone.now())
        if settled:
            journal.record(application, "calls.application.settle", by=by, messages=settled)
    return settled


def read(application: Application, *, by) -> int:
    """Mark what the other side wrote as read by ``by``; returns how much was new. A reader who may not
    answer for the office (an auditor) leaves no mark."""
    if is_applicant(by, application):
        new = application.messages.filter(from_staff=True, read_at=None)
    elif rules.has_perm(application.get_perm("reply"), by, application):
        new = application.messages.filter(from_staff=False, read_at=None)
    else:
        return 0
    return new.update(read_at=timezone.now())


def to_answer():
    """The applications whose applicant waits for an answer."""
    waiting = Message.objects.filter(from_staff=False, settled_at=None)
    return Application.objects.filter(pk__in=waiting.values("application"))


def unread_by(user):
    """What staff wrote to this person's enterprises and none of their members has opened, newest first."""
    return (
        Message.objects.filter(
            application__enterprise__in=user.enterprise_roles, from_staff=True, read_at=None
        )
        .select_related("application__call__action__axis", "application__enterprise")
        .order_by("-created_at", "-pk")
    )


def counts(application: Application) -> dict:
    """{"total", "unread"}: messages about it, and those of the staff nobody of the enterprise opened."""
    return application.messages.aggregate(
        total=Count("pk"), unread=Count("pk", filter=Q(from_staff=True, read_at=None))
    )


def may_write(application: Application, user) -> bool:
    """Whether this member of the enterprise may answer, or only read along."""
    return bool(application.submitted_at) and is_applicant_editor(user, application)


def _words(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > MOST_CHARACTERS:
        raise Refused(
            _("This text has %(n)s characters; %(most)s at most. Shorten it, or send it in two parts.")
            % {"n": formatting.number(len(text)), "most": formatting.number(MOST_CHARACTERS)}
        )
    return text


def _once(model, key, *, application, author, **values):
    """(row, whether it is new): the row with this key, made now unless the same form made it before."""
    try:
        with transaction.atomic():
            row = model(pk=key or uuid7(), application=application, author=author, **values)
            row.save(force_insert=True)
    except IntegrityError as error:
        row = model.objects.filter(pk=key, application=application, author=author).first()
        if row is None:
            raise Refused(_("This was not sent. Reload the page and send it again.")) from error
        return row, False
    return row, True


def _settle(application, until: datetime) -> int:
    waiting = application.messages.filter(from_staff=False, settled_at=None, created_at__lte=until)
    return waiting.update(settled_at=timezone.now())


def _members(application) -> list[User]:
    active = application.enterprise.memberships.active().filter(user__is_active=True)
    return [membership.user for membership in active.select_related("user").order_by("pk")]


def _staff_of(application) -> list[User]:
    """The officer who handles it, else whoever of the staff wrote last. Nobody: the list says it waits."""
    if application.officer_id and application.officer.is_active:
        return [application.officer]
    last = application.messages.filter(from_staff=True).select_related("author").last()
    return [last.author] if last and last.author.is_active else []
