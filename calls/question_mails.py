"""The mails to people who asked a question on a call's page."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from calls.mail_facts import CALL
from wecd.common.mails import Mail, Placeholder, declare

ASKED = Placeholder(
    "asked",
    gettext_lazy("The question as the person wrote it"),
    gettext_lazy("May we apply twice?"),
    lambda c: c["asker"].text,
    personal=True,
)
LINK = Placeholder(
    "link",
    gettext_lazy("Address of the call’s page"),
    "https://portail.example/fr/calls/cheque-creativite/",
    lambda c: settings.SITE_URL + reverse("call", args=[c["about"].call.slug]),
)


def _preview(answer) -> dict:
    """A row of before, whose asker may be forgotten, stands in with its published words."""
    return {"asker": getattr(answer, "asker", None) or type("Asker", (), {"text": answer.question})}


declare(
    Mail(
        "calls/question_answered",
        gettext_lazy("A question is answered"),
        gettext_lazy(
            "When an answer is published on a call’s page: to whoever asked, if they left an address."
        ),
        (
            CALL,
            ASKED,
            Placeholder(
                "question",
                gettext_lazy("The question as published"),
                gettext_lazy("May an enterprise apply twice?"),
                lambda c: c["about"].question,
            ),
            Placeholder(
                "answer",
                gettext_lazy("The answer as published"),
                gettext_lazy("No, once per call."),
                lambda c: c["about"].answer,
                needed=True,
            ),
            LINK,
        ),
        context=_preview,
    ),
    Mail(
        "calls/question_refused",
        gettext_lazy("A question is not published"),
        gettext_lazy("When a question is refused: to whoever asked, if they left an address."),
        (
            CALL,
            ASKED,
            Placeholder(
                "reason",
                gettext_lazy("Why it is not published"),
                gettext_lazy("It is about one project only: write to us instead."),
                lambda c: c.get("reason", ""),
                needed=True,
            ),
            LINK,
        ),
        context=_preview,
    ),
)
