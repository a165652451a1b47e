"""Dull messages."""

import factory
from django.db import connection

from tests.accounts.factories import UserFactory
from wecd.common import tasks
from wecd.common.models import OutboxMessage


class OutboxMessageFactory(factory.django.DjangoModelFactory):
    """A queued message with its job, as ``queue_mail`` makes them; ``job=False`` leaves the job out."""

    class Meta:
        model = OutboxMessage
        skip_postgeneration_save = True

    template = "calls/decisions_awarded"
    language = "fr"
    recipient = factory.SubFactory(UserFactory, language="fr")
    to = factory.LazyAttribute(lambda message: message.recipient.email if message.recipient else "a@b.be")
    subject = "CC-1: vous recevez 6 000 €"
    body = "Bonne nouvelle.\n"

    @factory.post_generation
    def job(self, create, extracted, **kwargs):
        if create and extracted is not False and self.state == "queued":
            tasks.send_message.defer(message_id=str(self.pk))


def jobs() -> list:
    """When each job that waits is due; None is at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]
