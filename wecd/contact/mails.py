"""The one mail of this room: an answer to somebody who wrote."""

from django.utils.translation import gettext_lazy

from wecd.common.mails import Mail, Placeholder, declare

ASKED = Placeholder(
    "asked",
    gettext_lazy("What they wrote"),
    gettext_lazy("When does the next call open?"),
    lambda c: c["about"].text,
    personal=True,
)
ANSWER = Placeholder(
    "answer",
    gettext_lazy("The answer"),
    gettext_lazy("In January. The calls page says the day."),
    lambda c: c["about"].answer,
    personal=True,
).must()

declare(
    Mail(
        "contact/answered",
        gettext_lazy("Answer to a message from the public"),
        gettext_lazy("When staff answer what came through the contact page or a reported barrier"),
        (ASKED, ANSWER),
    )
)
