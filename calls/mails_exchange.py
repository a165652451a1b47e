"""The mails of what goes to and fro about an application: messages and requests for information.

Their words are fixed for now: they carry what a person wrote, whole.
"""

from django.utils.translation import gettext_lazy

from wecd.common.mails import Mail, declare

declare(
    Mail(
        "calls/decisions_admitted_by_silence",
        gettext_lazy("Admissible by silence"),
        gettext_lazy("When the working days to check an application end: to whoever submitted it."),
        to_applicant=True,
        group="decisions",
    ),
    Mail(
        "calls/clocks_ending",
        gettext_lazy("Working days about to end"),
        gettext_lazy("On the morning before applications become admissible by silence: to their officers."),
    ),
    Mail(
        "calls/information_requested",
        gettext_lazy("Information requested"),
        gettext_lazy("When an officer asks for more information: to those who wrote the application."),
        to_applicant=True,
    ),
    Mail(
        "calls/information_closing",
        gettext_lazy("Reminder of a request for information"),
        gettext_lazy("Before the deadline of a request for information: to those who may answer."),
        to_applicant=True,
    ),
    Mail(
        "calls/information_receipt",
        gettext_lazy("Receipt of the information"),
        gettext_lazy("When the information is sent: to those who wrote the application."),
        to_applicant=True,
    ),
    Mail(
        "calls/information_expired",
        gettext_lazy("Time for the information is over"),
        gettext_lazy("When a request for information was not answered in time: to those who may answer."),
        to_applicant=True,
    ),
    Mail(
        "calls/information_taken_back",
        gettext_lazy("Request for information taken back"),
        gettext_lazy("When an officer no longer needs the information: to those who were asked."),
        to_applicant=True,
    ),
    Mail(
        "calls/information_answered",
        gettext_lazy("The information arrived"),
        gettext_lazy("When the information is sent: to the officer who asked."),
    ),
    Mail(
        "calls/information_not_answered",
        gettext_lazy("No information in time"),
        gettext_lazy("When a request for information was not answered in time: to the officer who asked."),
    ),
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
