"""Queue a mail with the change that causes it; hold, edit and release it; the worker sends it after commit.

Every act locks its row, so that the worker and a person never both have it: what is held is not sent, what is
sent is not edited.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rules
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wecd.common import formatting, journal, mails, tasks
from wecd.common.models import HeldTemplate, MailTemplate, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused, move, why_not_permitted, wrong_state

State = OutboxMessage.State
EDITABLE = (State.HELD, State.QUEUED, State.FAILED)
LEFT = (State.SENT, State.BOUNCED, State.DISCARDED)


@dataclass(frozen=True)
class Wording:
    """What staff decided of a mail, read ahead: its words in one language, and whether it waits for them."""

    language: str
    words: mails.Text | None
    held: bool


def wording(template: str, *, to) -> Wording:
    """Read it before a lock is taken that others wait for; ``queue_mail`` does it by itself otherwise."""
    language = _language_of(to)
    return Wording(language, mails.words_of(template, language), mails.is_held(template))


def _language_of(to) -> str:
    return getattr(to, "language", "") or translation.get_language() or settings.LANGUAGE_CODE


def queue_mail(
    template: str, *, to, about: models.Model | None = None, read: Wording | None = None, **context
) -> OutboxMessage:
    """Write the mail for ``to`` in their language and queue it, or hold it if staff hold this template.

    ``to`` is a user, or an address in the running language. The row and its job are written in the
    caller's transaction: a rollback takes both, so nothing is said that did not happen.
    """
    user = to if hasattr(to, "email") else None
    read = read or wording(template, to=to)
    language = read.language
    context |= {"recipient": user, "about": about, "site_url": settings.SITE_URL, "language": language}
    subject, body = mails.write(template, language, context, read.words)
    message = OutboxMessage.objects.create(
        template=template,
        language=language,
        recipient=user,
        to=user.email if user else to,
        about_type=about._meta.label_lower if about else "",
        about_id=str(about.pk) if about else "",
        subject=subject,
        body=body,
        state=State.HELD if read.held else State.QUEUED,
    )
    if not read.held:
        _send_later(message)
    return message


def about(row: models.Model) -> models.QuerySet[OutboxMessage]:
    """Every message about this row, newest first, whoever it went to."""
    return OutboxMessage.objects.filter(about_type=row._meta.label_lower, about_id=str(row.pk)).order_by(
        "-created_at", "-id"
    )


# --- Acts -----------------------------------------------------------------------------------------------
def hold(message: OutboxMessage, *, by) -> OutboxMessage:
    """Keep it from leaving until somebody releases it. Its job finds it held and does nothing."""
    with move(message, "hold", by=by) as row:
        row.release_at = None
    return message


def release(message: OutboxMessage, *, by, at: datetime | None = None) -> OutboxMessage:
    """Let it leave now, or at a moment to come. The address it goes to is not looked up again."""
    now = timezone.now()
    if at is not None and at <= now:
        raise Refused(_("Choose a moment to come, or release it now."))
    facts: dict[str, Any] = {"leaves_at": at.isoformat()} if at else {}
    with move(message, "release", by=by, **facts) as row:
        row.release_at = at
        _send_later(row)
    return message


def edit(message: OutboxMessage, *, by, subject: str, body: str) -> OutboxMessage:
    """Change what it says while it has not left; the journal keeps the words before and after.

    Its state stays: what was queued leaves with the new words.
    """
    subject, body = mails.one_line(subject), body.replace("\r\n", "\n").strip() + "\n"
    if not subject or not body.strip():
        raise Refused(_("A mail needs a subject and a text."))
    with transaction.atomic():
        row = _locked(message, "edit", by)
        if row.state not in EDITABLE:
            raise Refused(wrong_state(row))
        facts: dict = {
            name: {"from": before, "to": after}
            for name, before, after in (("subject", row.subject, subject), ("body", row.body, body))
            if before != after
        }
        if facts:
            row.subject, row.body, row.edited_by = subject, body, by
            row.save(update_fields=["subject", "body", "edited_by", "updated_at"])
            journal.record(row, "common.outboxmessage.edit", by=by, **facts)
    message.refresh_from_db()
    return message


def retry(message: OutboxMessage, *, by) -> OutboxMessage:
    """Try once more to send what failed."""
    with move(message, "retry", by=by, error=message.error) as row:
        row.error = ""
        _send_later(row)
    return message


def discard(message: OutboxMessage, *, by, reason: str) -> OutboxMessage:
    """Never send it. It stays on record, with the reason."""
    if not reason.strip():
        raise Refused(_("Say why this mail is not sent."))
    with move(message, "discard", by=by, reason=reason.strip()):
        pass
    return message


def resend(message: OutboxMessage, *, by) -> OutboxMessage:
    """Send the same words again, as a new message to where the person is reached today.

    Returns the new one. Refused while an earlier second sending has not left yet.
    """
    with transaction.atomic():
        row = _locked(message, "resend", by)
        if row.state not in LEFT:
            raise Refused(_("This mail has not left yet: release it or try it again."))
        if row.resent_as.exclude(state__in=LEFT).exists():
            raise Refused(_("This mail is already being sent again."))
        again = OutboxMessage.objects.create(
            template=row.template,
            language=row.language,
            recipient=row.recipient,
            to=row.recipient.email if row.recipient else row.to,
            about_type=row.about_type,
            about_id=row.about_id,
            subject=row.subject,
            body=row.body,
            resends=row,
        )
        journal.record(row, "common.outboxmessage.resend", by=by, again=str(again.pk), to=again.to)
        _send_later(again)
    return again


def bounced(message: OutboxMessage, *, reason: str, by=None) -> OutboxMessage:
    """Note that it came back; ``by`` is whoever saw it, else the portal itself, told by the mail server."""
    by = by or get_user_model().objects.system()  # type: ignore[attr-defined]
    with move(message, "bounce", by=by, reason=reason) as row:
        row.error = reason
    return message


def why_not(message: OutboxMessage, verb: str, by) -> str | None:
    """Why this person cannot do ``verb``: "" when they can, None when it is no act of this state at all."""
    sources = {"edit": EDITABLE, "resend": LEFT}.get(verb) or message.MOVES[verb][0]
    if message.state not in sources:
        return None
    may = rules.has_perm(message.get_perm(verb), by, message)
    return "" if may else why_not_permitted(message, verb, by)


# --- Many at once ---------------------------------------------------------------------------------------
@dataclass
class Outcome:
    """What became of a batch: those done, and those refused with the sentence each was refused with."""

    done: list[OutboxMessage] = field(default_factory=list)
    refused: list[tuple[OutboxMessage, str]] = field(default_factory=list)


def each(messages: Iterable[OutboxMessage], act: Callable[[OutboxMessage], object]) -> Outcome:
    """Do ``act`` to each message, each alone; a refusal stops nobody else."""
    outcome = Outcome()
    for message in messages:
        try:
            act(message)
        except (Refused, NotAllowed) as error:
            outcome.refused.append((message, str(error)))
        else:
            outcome.done.append(message)
    return outcome


# --- Which mails wait ------------------------------------------------------------------------------------
@transaction.atomic
def hold_template(template: str, *, by) -> None:
    """From now on, each mail of this template waits to be released. Those queued already leave."""
    mail = _may_hold(template, by)
    row, new = HeldTemplate.objects.get_or_create(template=mail.template)
    if new:
        journal.record(row, "common.heldtemplate.hold", by=by)


@transaction.atomic
def stop_holding(template: str, *, by) -> None:
    """From now on, mails of this template leave at once. Those held already wait to be released."""
    mail = _may_hold(template, by)
    row = HeldTemplate.objects.select_for_update().filter(template=mail.template).first()
    if row is not None:
        journal.record(row, "common.heldtemplate.stop", by=by)
        row.delete()


def _may_hold(template: str, by) -> mails.Mail:
    mail = mails.get(template)
    if mail is None or template.startswith(OutboxMessage.ABOUT_ACCOUNTS):
        raise Refused(_("This mail always leaves at once."))
    if not rules.has_perm(MailTemplate.get_perm("hold"), by):
        raise NotAllowed(why_not_permitted(MailTemplate(template=template), "hold", by))
    return mail


# --- Inside ----------------------------------------------------------------------------------------------
def _locked(message: OutboxMessage, verb: str, by) -> OutboxMessage:
    row = OutboxMessage.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=message.pk)
    if not rules.has_perm(row.get_perm(verb), by, row):
        raise NotAllowed(why_not_permitted(row, verb, by))
    return row


def _send_later(message: OutboxMessage) -> None:
    tasks.send_message.configure(schedule_at=message.release_at).defer(message_id=str(message.pk))


def when_it_leaves(message: OutboxMessage) -> str:
    """When a message that was released for later leaves; empty when at once or not at all."""
    waits = message.state == State.QUEUED and message.release_at and message.release_at > timezone.now()
    return formatting.moment(message.release_at) if waits else ""
