"""The mails about information requests, and about the clock of admissibility."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.mail_facts import CALL, ENTERPRISE, LINK, NAME, REASON, REFERENCE, TITLE, decision_expected
from calls.models import Application
from wecd.common import formatting
from wecd.common.mails import Mail, Placeholder, declare

MOST_NAMED = 8


def _list(sentences) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _asked(context):
    """The request a mail is about; in a preview, the row's last one."""
    return context.get("request") or context["about"].information_requests.first()


def _labels(context) -> str:
    asked = _asked(context)
    form = context["about"].form
    parts = (*form.questions.order_by("section__position", "position"), *form.documents.all())
    return _list(part.label for part in parts if part.key in asked.keys)


def _to_do(context) -> str:
    missing = context["missing"]
    if not missing:
        return _("Everything is there: read it again and send it.")
    lines = [f"{item.label}: {item.sentence}" for item in missing[:MOST_NAMED]]
    return "\n".join([_("Still to do:"), _list(lines + ["…"] * (len(missing) > MOST_NAMED))])


def _ending(context) -> str:
    return "\n".join(_line(line) for line in context["lines"])


def _line(line: dict) -> str:
    row = line["application"]
    when = (
        _("this evening")
        if line["today"]
        else _("at the end of %(date)s") % {"date": formatting.date(line["due_on"], "full")}
    )
    return f"- {row.reference}, {row.enterprise}: {when}\n  {_admin_page({'about': row})}"


def _admin_page(context) -> str:
    return settings.SITE_URL + reverse("admin:calls_application_change", args=[context["about"].pk])


DEADLINE = Placeholder(
    "deadline",
    gettext_lazy("Until when to answer, with the hour"),
    gettext_lazy("Monday 7 December 2026 at 23:59"),
    lambda c: formatting.deadline(_asked(c).due_at),
)
ANSWER = Placeholder(
    "link",
    gettext_lazy("Address where the answer is written and sent"),
    "https://portail.example/fr/applications/…/information-request/",
    lambda c: settings.SITE_URL + reverse("information", args=[c["about"].pk]),
)
BACK_OFFICE = Placeholder(
    "link",
    gettext_lazy("Address of the application in the back office"),
    "https://portail.example/admin/calls/application/…/change/",
    _admin_page,
)
SUBMISSION = "submission"


def _with_request(row: Application) -> dict:
    return {"request": row.information_requests.first(), "missing": []}


def _with_submission(row: Application) -> dict:
    return {SUBMISSION: row.submissions.order_by("-number").first()}


declare(
    Mail(
        "calls/information_requested",
        gettext_lazy("Information requested"),
        gettext_lazy("When an officer asks an applicant to complete an application."),
        (
            NAME,
            REFERENCE,
            TITLE,
            CALL,
            Placeholder(
                "asked",
                gettext_lazy("What is missing, in the officer’s words"),
                gettext_lazy("The quote does not name the days of work."),
                lambda c: _asked(c).message,
                needed=True,
            ),
            Placeholder(
                "questions",
                gettext_lazy("The questions and documents that can be changed, one a line"),
                gettext_lazy("- Quote of the provider"),
                _labels,
                needed=True,
            ),
            DEADLINE.must(),
            ANSWER.must(),
        ),
        to_applicant=True,
        context=_with_request,
    ),
    Mail(
        "calls/information_closing",
        gettext_lazy("Reminder of an information request"),
        gettext_lazy("A day before an answer is due, when it is not sent yet."),
        (
            NAME,
            REFERENCE,
            TITLE,
            Placeholder(
                "left",
                gettext_lazy("Time left"),
                gettext_lazy("1 day"),
                lambda c: formatting.duration(c["left"]),
            ),
            DEADLINE.must(),
            Placeholder(
                "to_do",
                gettext_lazy("What is still to do, one a line; a sentence when nothing is"),
                gettext_lazy("Everything is there: read it again and send it."),
                _to_do,
            ),
            ANSWER.must(),
        ),
        to_applicant=True,
        context=_with_request,
    ),
    Mail(
        "calls/information_taken_back",
        gettext_lazy("Information no longer needed"),
        gettext_lazy("When an officer takes an information request back."),
        (NAME, REFERENCE, TITLE, REASON.must(), LINK),
        to_applicant=True,
    ),
    Mail(
        "calls/information_expired",
        gettext_lazy("Information not sent in time"),
        gettext_lazy(
            "When the deadline of an information request passed without an answer: to the applicant."
        ),
        (NAME, REFERENCE, TITLE, DEADLINE, LINK),
        to_applicant=True,
        context=_with_request,
    ),
    Mail(
        "calls/information_receipt",
        gettext_lazy("Receipt of a completed application"),
        gettext_lazy("When an applicant sends what was asked: to whoever sends it and to whoever began it."),
        (
            NAME,
            REFERENCE.must(),
            TITLE,
            ENTERPRISE,
            Placeholder(
                "version",
                gettext_lazy("Number of the version"),
                "2",
                lambda c: c[SUBMISSION].number,
            ),
            Placeholder(
                "received",
                gettext_lazy("When the portal received it, to the minute"),
                gettext_lazy("Thursday 3 December 2026 at 11:42"),
                lambda c: formatting.deadline(c[SUBMISSION].received_at),
                needed=True,
            ),
            Placeholder(
                "requested",
                gettext_lazy("Amount requested"),
                "6 000 €",
                lambda c: formatting.money(c["about"].requested),
            ),
            Placeholder(
                "fingerprint",
                gettext_lazy("SHA-256 of exactly what was submitted"),
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                lambda c: c[SUBMISSION].sha256,
                needed=True,
            ),
            Placeholder(
                "link",
                gettext_lazy("Address of the receipt"),
                "https://portail.example/fr/applications/…/receipt/",
                lambda c: settings.SITE_URL + reverse("receipt", args=[c["about"].pk]),
            ),
        ),
        to_applicant=True,
        context=_with_submission,
    ),
    Mail(
        "calls/information_answered",
        gettext_lazy("An application is completed"),
        gettext_lazy("When an applicant sends what was asked: to the officer."),
        (REFERENCE.must(), ENTERPRISE, BACK_OFFICE),
    ),
    Mail(
        "calls/information_not_answered",
        gettext_lazy("No answer in time"),
        gettext_lazy("When the deadline of an information request passed: to the officer."),
        (REFERENCE.must(), ENTERPRISE, DEADLINE, BACK_OFFICE),
        context=_with_request,
    ),
    Mail(
        "calls/decisions_admitted_by_silence",
        gettext_lazy("Admissible by silence"),
        gettext_lazy("When the working days to check an application pass without a decision."),
        (
            REFERENCE.must(),
            TITLE,
            CALL,
            Placeholder(
                "decision_expected",
                gettext_lazy("Sentence: the day of the decision. Empty when it is not known."),
                gettext_lazy("Decision expected: Friday 29 January 2027."),
                decision_expected,
            ),
            LINK,
        ),
        to_applicant=True,
        group="decisions",
    ),
    Mail(
        "calls/clocks_ending",
        gettext_lazy("Clocks about to end"),
        gettext_lazy(
            "The working day before silence makes applications admissible: one mail an officer and day."
        ),
        (
            Placeholder(
                "applications",
                gettext_lazy("The applications, one a line, with until when"),
                gettext_lazy("- CC-2026-0051, Tissages Hodister: this evening"),
                _ending,
                needed=True,
                personal=True,
            ),
            Placeholder(
                "link",
                gettext_lazy("Address of the page of all running clocks"),
                "https://portail.example/admin/common/clock/",
                lambda c: settings.SITE_URL + reverse("admin:common_clock_changelist"),
            ),
        ),
        context=lambda row: {"lines": []},
    ),
)
