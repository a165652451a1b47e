"""The outbox of the demonstration: mails that wait, one that failed, one that came back, words of staff."""

from django.utils import timezone

from calls.models import Application
from wecd.common import mail_texts, mails, outbox, tasks
from wecd.common.models import OutboxMessage
from wecd.demo.decisions import Office

CALL_US = "Si un point n’est pas clair, appelez-nous : nous vous répondrons de vive voix."
HELD = 6  # decision mails of the decided Boost-up call that wait
THANKS = (
    "Merci pour votre demande.",
    "Merci pour votre demande : une personne de l’équipe la lira en entier.",
)


def tell(office: Office) -> None:
    """What the staff did with their mails today. Nothing is sent but by the worker, once the demo runs."""
    _hold(office)
    _lose()
    _write(office)


def _decisions():
    """Decision mails of the Boost-up call that is decided, the latest first."""
    decided = Application.objects.filter(call__kind="boost_up", call__state="closed").values_list(
        "pk", flat=True
    )
    found = OutboxMessage.objects.filter(
        about_type="calls.application",
        about_id__in=[str(pk) for pk in decided],
        template__in=mails.in_group("decisions"),
        state=OutboxMessage.State.QUEUED,
    )
    return found.order_by("-created_at", "-id")


def _hold(office: Office) -> None:
    """The last decisions wait for a release, all at once; one was given a kinder word."""
    held = list(_decisions()[:HELD])
    for message in held:
        outbox.hold(message, by=office.officer)
    for message in held[:1]:
        words = f"{message.body}\n{CALL_US}\n"
        outbox.edit(message, by=office.officer, subject=message.subject, body=words)


def _lose() -> None:
    """One receipt came back, another could not be sent: copies of real ones, which no job sends again."""
    receipts = OutboxMessage.objects.filter(template="calls/receipt").order_by("-created_at", "-id")[:2]
    for message, error in zip(receipts, ("", "[Errno 111] Connection refused"), strict=False):
        message.pk, message._state.adding = None, True
        message.id = OutboxMessage._meta.pk.get_default()
        message.state = OutboxMessage.State.FAILED if error else OutboxMessage.State.QUEUED
        message.error, message.attempts = error, 8 if error else 0
        message.save(force_insert=True)
        OutboxMessage.objects.filter(pk=message.pk).update(created_at=timezone.now())
        if not error:
            tasks.send_message(message_id=str(message.pk))
            reason = f"550 5.1.1 <{message.to}>: Recipient address rejected: User unknown"
            outbox.bounced(message, reason=reason)


def _write(office: Office) -> None:
    """The receipt thanks in French: a first version, then a warmer one."""
    mail = mails.get("calls/receipt")
    if mail is None:
        return
    subject, body = mails.built_in(mail, "fr")
    seen = None
    for thanks in THANKS:
        words = body.replace("{{ name }},", f"{{{{ name }}}},\n\n{thanks}", 1)
        row = mail_texts.save(mail.template, "fr", by=office.manager, subject=subject, body=words, seen=seen)
        seen = row.updated_at
