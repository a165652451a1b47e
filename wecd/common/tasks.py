"""Queue entry points of the portal's own building blocks."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wecd.common import journal
from wecd.common.models import OutboxMessage

CLOCKS_DIFFER = timedelta(minutes=1)  # a job may start a little early by this machine's clock


logger = structlog.get_logger(__name__)


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=5))
def send_message(message_id: str) -> None:
    """Send one outbox row once: a second run of the job finds it sent and does nothing.

    Nor does it anything to what is held or discarded, or was released for later: releasing queues a job anew.
    Outside the demo, the text of a mail about an account is forgotten once it is sent.
    """
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().get(pk=message_id)
        if message.state not in (OutboxMessage.State.QUEUED, OutboxMessage.State.FAILED):
            return
        if message.release_at and message.release_at > timezone.now() + CLOCKS_DIFFER:
            return
        message.attempts += 1
        try:
            EmailMessage(
                message.subject,
                message.body,
                settings.DEFAULT_FROM_EMAIL,
                [message.to],
                headers={
                    "Message-ID": f"<{message.pk}@{settings.MAIL_DOMAIN}>",
                    "Auto-Submitted": "auto-generated",
                },
            ).send()
        except OSError as error:  # SMTP errors are OSErrors; the job is tried again later
            failure: OSError | None = error
            message.state, message.error = OutboxMessage.State.FAILED, str(error)
        else:
            failure = None
            message.state, message.error, message.sent_at = OutboxMessage.State.SENT, "", timezone.now()
            # SECURITY: it may hold a code or a link that signs its reader in; backups need not keep it
            if message.template.startswith(OutboxMessage.ABOUT_ACCOUNTS) and settings.WECD_ENV != "demo":
                message.body = ""
        message.save()
    if failure:
        raise failure


@app.periodic(cron="15 2 * * *")
@app.task(queue="default", queueing_lock="seal_journal")
def seal_journal(timestamp: int) -> None:
    """Close the day's journal head."""
    journal.seal()


@app.periodic(cron="0 4 * * *")
@app.task(queue="default", queueing_lock="check_journal")
def check_journal(timestamp: int) -> None:
    """Prove the journal each night; a sign of tampering is an error in the logs and on the dashboard."""
    _outcome, signs = journal.check()
    for sentence in signs:
        logger.error("journal_tampered", sign=sentence)
