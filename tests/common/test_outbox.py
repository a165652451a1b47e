"""Mail: queued with its cause, sent once after it, told in the recipient's language."""

import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import translation

from tests.accounts.factories import UserFactory
from wecd.common import outbox, tasks
from wecd.common.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def templates(settings, tmp_path):
    """One mail template, so that these tests do not depend on any app's."""
    folder = tmp_path / "mail" / "test"
    folder.mkdir(parents=True)
    (folder / "hello.subject.txt").write_text("{{ word }}, {{ recipient.name }}\nand more\n")
    (folder / "hello.txt").write_text("{% load i18n %}{% translate 'Yes' %} {{ site_url }} — {{ about }}\n\n")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]


def send(to, **kwargs):
    return outbox.queue_mail("test/hello", to=to, word="Hé & ho", **kwargs)


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return cursor.fetchone()[0]


def test_mail_is_written_in_the_recipients_language_and_sent_later(run_jobs, mailoutbox):
    user = UserFactory(name="Zoé", language="fr")

    message = send(user, about=user)

    assert (message.state, message.to, message.language) == ("queued", user.email, "fr")
    assert message.subject == "Hé & ho, Zoé and more"  # one line, and no HTML escapes
    assert message.body == "Oui http://127.0.0.1:8000 — Zoé\n"
    assert (message.about_type, message.about_id) == ("accounts.user", str(user.pk))
    assert mailoutbox == []
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at is not None) == ("sent", 1, True)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([user.email], message.subject)]
    assert mailoutbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_an_address_gets_the_running_language():
    with translation.override("nl"):
        assert send("someone@example.org").language == "nl"


def test_a_rollback_says_nothing(run_jobs, mailoutbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send("someone@example.org")
        raise ZeroDivisionError
    assert (jobs(), OutboxMessage.objects.count()) == (0, 0)
    run_jobs()
    assert mailoutbox == []


def test_a_job_run_twice_sends_once(mailoutbox):
    message = send("someone@example.org")
    for _ in range(2):
        tasks.send_message(message_id=str(message.pk))
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("template", "env", "kept"),
    [
        ("accounts/hello", "production", False),
        ("accounts/hello", "demo", True),
        ("test/hello", "production", True),
    ],
)
def test_codes_and_links_are_forgotten_once_sent(settings, mailoutbox, template, env, kept):
    settings.WECD_ENV = env
    message = OutboxMessage.objects.create(
        template=template, language="fr", to="zoe@example.org", subject="Code", body="123456"
    )
    tasks.send_message(message_id=str(message.pk))
    message.refresh_from_db()
    assert (message.state, message.body) == ("sent", "123456" if kept else "")
    assert mailoutbox[0].body == "123456"


def test_a_secret_stays_until_it_is_sent(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = OutboxMessage.objects.create(
        template="accounts/hello", language="fr", to="zoe@example.org", subject="Code", body="123456"
    )
    with pytest.raises(OSError, match="refused"):
        tasks.send_message(message_id=str(message.pk))
    message.refresh_from_db()
    assert (message.state, message.body) == ("failed", "123456")


def test_a_server_that_is_down_is_noted_and_tried_again(settings, mailoutbox):
    message = send("someone@example.org")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError, match="refused"):
        tasks.send_message(message_id=str(message.pk))
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 1)
    assert "refused" in message.error

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.send_message(message_id=str(message.pk))
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("sent", 2, "")


class Inbox(Message):
    def __init__(self):
        super().__init__()
        self.received = []

    def handle_message(self, message):
        self.received.append(message)


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_over_real_smtp(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        with translation.override("fr"):
            message = send("zoe@example.org")
        tasks.send_message(message_id=str(message.pk))
    finally:
        server.stop()
    (mail,) = inbox.received
    assert (mail["To"], mail["Message-ID"]) == ("zoe@example.org", f"<{message.pk}@wecd.example>")
    assert "Oui" in mail.get_payload(decode=True).decode()


@pytest.mark.django_db(transaction=True)
def test_the_real_worker_takes_the_job(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    message = send("zoe@example.org")
    call_command("procrastinate", "worker", "--one-shot", "--no-listen-notify", verbosity=0)
    message.refresh_from_db()
    assert message.state == "sent"
