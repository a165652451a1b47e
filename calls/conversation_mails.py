"""The mails of conversations: a message to the applicant, one to staff, a mention in a note."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from calls.mail_facts import ENTERPRISE, NAME, REFERENCE, TITLE
from wecd.common.mails import Mail, Placeholder, declare


def _address(name: str, place: str = ""):
    return lambda c: settings.SITE_URL + reverse(name, args=[_application(c).pk]) + place


def _application(c):
    return c.get("application") or c["about"]


PERSON = Placeholder("person", gettext_lazy("Who writes"), "Julien Lambert", lambda c: c["by"], personal=True)
TEXT = Placeholder(
    "text",
    gettext_lazy("The message, word for word"),
    gettext_lazy("Could you tell us what the prototype will be made of?"),
    lambda c: c["message"].text,
    needed=True,
    personal=True,
)
OF_NOTE = {"reference": lambda c: c["application"].reference, "title": lambda c: c["application"].title}


def _with_last(row) -> dict:
    """For a preview: the application's last message."""
    message = row.messages.select_related("author").last()
    return {"message": message, "by": message.author if message else ""}


CONVERSATIONS = (
    Mail(
        "calls/message",
        gettext_lazy("Message to the applicant"),
        gettext_lazy("When staff write about an application: to all members of the enterprise."),
        (
            NAME,
            PERSON,
            REFERENCE.must(),
            TITLE,
            TEXT,
            Placeholder(
                "link",
                gettext_lazy("Address where the message is answered"),
                "https://portail.example/fr/applications/…/messages/",
                _address("messages"),
                needed=True,
            ),
        ),
        to_applicant=True,
        context=_with_last,
    ),
    Mail(
        "calls/message_to_staff",
        gettext_lazy("Message from the applicant"),
        gettext_lazy(
            "When an applicant writes: to the officer of the application, or who wrote to them last."
        ),
        (
            PERSON,
            ENTERPRISE,
            REFERENCE.must(),
            TITLE,
            TEXT,
            Placeholder(
                "link",
                gettext_lazy("Address of the messages in the back office"),
                "https://portail.example/admin/calls/application/…/change/#messages",
                _address("admin:calls_application_change", "#messages"),
                needed=True,
            ),
        ),
        context=_with_last,
    ),
    Mail(
        "calls/mention",
        gettext_lazy("Mention in a note"),
        gettext_lazy("When a note names somebody of the staff: to them, without the words of the note."),
        (
            PERSON,
            Placeholder("reference", REFERENCE.words, REFERENCE.example, OF_NOTE["reference"], needed=True),
            Placeholder("title", TITLE.words, TITLE.example, OF_NOTE["title"]),
            Placeholder(
                "link",
                gettext_lazy("Address of the notes in the back office"),
                "https://portail.example/admin/calls/application/…/change/#notes",
                _address("admin:calls_application_change", "#notes"),
                needed=True,
            ),
        ),
        context=lambda row: {"application": row.application, "by": row.author},
    ),
)

declare(*CONVERSATIONS)
