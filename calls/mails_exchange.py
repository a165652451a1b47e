"""The mails of what is said about an application: messages and mentions.

Their words are fixed for now: they carry what a person wrote, whole.
"""

from django.utils.translation import gettext_lazy

from wecd.common.mails import Mail, declare

declare(
    Mail(
        "calls/message",
        gettext_lazy("Message to the applicant"),
        gettext_lazy("When staff write about an application: to all members of the enterprise."),
        to_applicant=True,
    ),
    Mail(
        "calls/message_to_staff",
        gettext_lazy("Message from the applicant"),
        gettext_lazy("When an applicant writes: to the officer of the application."),
    ),
    Mail(
        "calls/mention",
        gettext_lazy("Mention in a note"),
        gettext_lazy("When a colleague is mentioned in an internal note: to that colleague."),
    ),
)
