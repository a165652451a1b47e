"""The mails about calls and applications: when each is sent, and what it can tell."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wecd.common import formatting
from wecd.common.mails import Mail, Placeholder, declare, name_group

MOST_NAMED = 8  # of what a draft still lacks


def _address(name: str):
    return lambda c: settings.SITE_URL + reverse(name, args=[c["about"].pk])


def _listed(sentences) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


# --- Facts of every application ------------------------------------------------------------------------
NAME = Placeholder(
    "name",
    gettext_lazy("First name of the recipient"),
    "Claire",
    lambda c: c["recipient"].get_short_name(),
    personal=True,
)
REFERENCE = Placeholder(
    "reference", gettext_lazy("Reference of the application"), "CC-2026-0051", lambda c: c["about"].reference
)
TITLE = Placeholder(
    "title",
    gettext_lazy("Title of the project"),
    gettext_lazy("Repairable blankets"),
    lambda c: c["about"].title,
)
PROJECT = Placeholder(
    "project",
    gettext_lazy("Reference and title, as far as they are known"),
    gettext_lazy("Repairable blankets"),
    lambda c: c["about"],
)
CALL = Placeholder(
    "call", gettext_lazy("Title of the call"), "Chèque créativité 2026", lambda c: c["about"].call.title
)
ENTERPRISE = Placeholder(
    "enterprise",
    gettext_lazy("Name of the enterprise"),
    "Tissages Hodister",
    lambda c: c["about"].enterprise.name,
    personal=True,
)
LINK = Placeholder(
    "link",
    gettext_lazy("Address of the application’s page"),
    "https://portail.example/fr/applications/…/",
    _address("application"),
)
CONTACT = Placeholder(
    "contact",
    gettext_lazy("Sentence: to whom to write. Empty when the call has no address."),
    gettext_lazy("Write to cheques@wecd.example."),
    lambda c: (
        _("Write to %(contact)s.") % {"contact": c["about"].call.contact_email}
        if c["about"].call.contact_email
        else ""
    ),
)
DEADLINE = Placeholder(
    "deadline",
    gettext_lazy("Deadline of the call, with its hour"),
    gettext_lazy("Thursday 3 December 2026 at 12:00"),
    lambda c: formatting.deadline(c["about"].call.closes_at),
)
REASONS = Placeholder(
    "reasons",
    gettext_lazy("The reasons of the decision, one a line"),
    gettext_lazy("- The provider owns part of the enterprise."),
    lambda c: _listed(reason["sentence"] for reason in c["about"].decision_reasons),
)
OBJECTION_UNTIL = Placeholder(
    "until",
    gettext_lazy("Last day to object"),
    gettext_lazy("15 January 2027"),
    lambda c: formatting.date(c["about"].objection_until, "long"),
)
REASON = Placeholder(
    "reason",
    gettext_lazy("The reason that was given"),
    gettext_lazy("The project does not start."),
    lambda c: c["reason"],
)
AMOUNT = Placeholder(
    "amount",
    gettext_lazy("Amount of the award"),
    "6 000 €",
    lambda c: formatting.money(c["award"].amount),
)


# --- Sentences that depend on the facts ------------------------------------------------------------------
def decision_expected(c) -> str:
    """The sentence that says when a decision is due, or nothing."""
    on = c["about"].call.decision_on
    return _("Decision expected: %(on)s.") % {"on": formatting.date(on, "full")} if on else ""


def _after_receipt(c) -> str:
    on = c["about"].call.decision_on
    if on:
        return _("What comes next: the team checks your file, and the decision is expected on %(date)s.") % {
            "date": formatting.date(on, "long")
        }
    return _("What comes next: the team checks your file. You will be told by mail.")


def _basis(c) -> str:
    award = c["award"]
    if award.legal_basis == "de_minimis":
        return _(
            "This is de minimis aid of %(amount)s, granted on %(day)s under Regulation (EU) 2023/2831. It"
            " counts towards the ceiling of your whole group over three years. Keep this message."
        ) % {"amount": formatting.money(award.amount), "day": formatting.date(award.approved_at, "long")}
    return _("Legal basis: %(basis)s. Keep this message.") % {"basis": award.get_legal_basis_display()}


def _after_award(c) -> str:
    call, award = c["about"].call, c["award"]
    if call.kind != "creative_voucher":
        return _("What comes next: we contact you to agree on the start of your project.")
    if call.own_share_first and award.own_share > 0:
        return _(
            "What comes next: a second message tells you how to pay your own share. Your voucher is issued"
            " when we receive it."
        )
    return _("What comes next: your voucher is issued now, in a second message.")


def _no_longer_counts(c) -> str:
    if c["award"].legal_basis == "de_minimis":
        return _("This aid no longer counts in your de minimis total.")
    return ""


def _to_do(c) -> str:
    missing = c["missing"]
    if not missing:
        return _("Everything is there: read it again and submit.")
    lines = [f"{item.label}: {item.sentence}" for item in missing[:MOST_NAMED]]
    return "\n".join([_("Still to do:"), _listed(lines + ["…"] * (len(missing) > MOST_NAMED))])


def _changes(c) -> str:
    changes = c["changes"]
    groups = (
        (_("New:"), changes.added),
        (_("Asked differently:"), changes.changed),
        (_("No longer asked (your answers are kept):"), changes.removed),
    )
    return "\n\n".join(f"{head}\n{_listed(part.label for part in parts)}" for head, parts in groups if parts)


def _own_reference(c) -> str:
    reference = c["about"].reference
    return f"{_('Your application:')} {reference}" if reference else ""


# --- What a preview needs besides the row ------------------------------------------------------------------
def _with_submission(row) -> dict:
    return {"submission": row.submissions.first()}


def _with_award(row) -> dict:
    return {"award": row.award}


def _with_extension(row) -> dict:
    return {"extension": row.call.extensions.last()}


# --- The mails -------------------------------------------------------------------------------------------
APPLYING = (
    Mail(
        "calls/receipt",
        gettext_lazy("Receipt"),
        gettext_lazy("When an application is submitted: to whoever submits it and to whoever began it."),
        (
            NAME,
            REFERENCE.must(),
            CALL,
            TITLE,
            ENTERPRISE,
            Placeholder(
                "received",
                gettext_lazy("When the portal received it, to the minute"),
                gettext_lazy("Thursday 3 December 2026 at 11:42"),
                lambda c: formatting.deadline(c["submission"].received_at),
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
                lambda c: c["submission"].sha256,
                needed=True,
            ),
            Placeholder(
                "link",
                gettext_lazy("Address of the receipt"),
                "https://portail.example/fr/applications/…/receipt/",
                _address("receipt"),
            ),
            Placeholder(
                "what_next",
                gettext_lazy("Sentence: what comes next, with the day of the decision when it is known"),
                gettext_lazy("What comes next: the team checks your file. You will be told by mail."),
                _after_receipt,
            ),
        ),
        to_applicant=True,
        context=_with_submission,
    ),
    Mail(
        "calls/draft_closing",
        gettext_lazy("Reminder of a draft"),
        gettext_lazy("Three days and one day before a deadline: to those who wrote in a draft."),
        (
            NAME,
            PROJECT,
            CALL,
            Placeholder(
                "left",
                gettext_lazy("Time left"),
                gettext_lazy("3 days"),
                lambda c: formatting.duration(c["left"]),
            ),
            DEADLINE.must(),
            Placeholder(
                "to_do",
                gettext_lazy("What is still to do, one a line; a sentence when nothing is"),
                gettext_lazy("Everything is there: read it again and submit."),
                _to_do,
            ),
            Placeholder(
                "link",
                gettext_lazy("Address where the draft is submitted"),
                "https://portail.example/fr/applications/…/review/",
                _address("review"),
            ),
        ),
        to_applicant=True,
    ),
    Mail(
        "calls/form_changed",
        gettext_lazy("A form changed"),
        gettext_lazy("When an open call’s form gets a new version: to everyone with a draft."),
        (
            CALL,
            Placeholder(
                "note",
                gettext_lazy("What changes, in the officer’s words"),
                gettext_lazy("The budget table has one more column."),
                lambda c: c["note"],
                needed=True,
            ),
            Placeholder(
                "changes",
                gettext_lazy("The questions that are new, asked differently or gone, one a line"),
                "",
                _changes,
            ),
            DEADLINE,
            LINK,
        ),
        to_applicant=True,
    ),
    Mail(
        "calls/extended",
        gettext_lazy("A deadline moved"),
        gettext_lazy("When a call gets a later deadline: to everyone with a draft."),
        (
            CALL,
            Placeholder(
                "new_deadline",
                gettext_lazy("The new deadline"),
                gettext_lazy("Thursday 10 December 2026 at 12:00"),
                lambda c: formatting.deadline(c["extension"].new_closes_at),
                needed=True,
            ),
            Placeholder(
                "old_deadline",
                gettext_lazy("The deadline before"),
                gettext_lazy("Thursday 3 December 2026 at 12:00"),
                lambda c: formatting.deadline(c["extension"].old_closes_at),
            ),
            Placeholder(
                "reason",
                gettext_lazy("Why it moved"),
                gettext_lazy("The portal was down for an hour."),
                lambda c: c["extension"].reason,
                needed=True,
            ),
            LINK,
        ),
        to_applicant=True,
        context=_with_extension,
    ),
    Mail(
        "calls/withdrawn",
        gettext_lazy("An application is withdrawn"),
        gettext_lazy("When an applicant takes a submitted application back: to whoever did it."),
        (NAME, REFERENCE.must(), CALL, LINK),
        to_applicant=True,
    ),
    Mail(
        "calls/cancelled",
        gettext_lazy("A call is cancelled"),
        gettext_lazy("When a call is cancelled: to everyone who applied or has a draft."),
        (
            CALL,
            Placeholder(
                "your_application",
                gettext_lazy("Line: the application’s reference. Empty for a draft."),
                "CC-2026-0051",
                _own_reference,
            ),
            Placeholder(
                "reason",
                gettext_lazy("Why it is cancelled"),
                gettext_lazy("The budget was not voted."),
                lambda c: c["about"].call.cancel_reason,
                needed=True,
            ),
            Placeholder(
                "contact_name",
                gettext_lazy("Contact of the call: name"),
                "Wallonie Design",
                lambda c: c["about"].call.contact_name,
            ),
            Placeholder(
                "contact_email",
                gettext_lazy("Contact of the call: address"),
                "cheques@wecd.example",
                lambda c: c["about"].call.contact_email,
            ),
        ),
        to_applicant=True,
    ),
)

DECISIONS = (
    Mail(
        "calls/decisions_admitted",
        gettext_lazy("Admissible"),
        gettext_lazy("When an application is declared admissible: to whoever submitted it."),
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
        "calls/decisions_refused",
        gettext_lazy("Not admissible"),
        gettext_lazy("When an application is declared not admissible: to whoever submitted it."),
        (REFERENCE.must(), TITLE, CALL, REASONS.must(), OBJECTION_UNTIL.must(), CONTACT, LINK),
        to_applicant=True,
        group="decisions",
    ),
    Mail(
        "calls/decisions_awarded",
        gettext_lazy("Awarded"),
        gettext_lazy("When a second person approves an award: to whoever submitted the application."),
        (
            REFERENCE.must(),
            TITLE,
            CALL,
            AMOUNT.must(),
            Placeholder(
                "legal_basis",
                gettext_lazy("Paragraph the law asks for: on what basis the aid is given"),
                gettext_lazy("This is de minimis aid of 6,000 €."),
                _basis,
                needed=True,
            ),
            Placeholder(
                "what_next",
                gettext_lazy("Sentence: what comes next, according to the call"),
                gettext_lazy("What comes next: we contact you to agree on the start of your project."),
                _after_award,
            ),
            LINK,
        ),
        to_applicant=True,
        group="decisions",
        context=_with_award,
    ),
    Mail(
        "calls/decisions_reserve",
        gettext_lazy("On the reserve list"),
        gettext_lazy("When a good application comes after the money’s end: to whoever submitted it."),
        (
            REFERENCE.must(),
            TITLE,
            CALL,
            Placeholder(
                "rank",
                gettext_lazy("Place on the reserve list"),
                "2",
                lambda c: c["about"].reserve_rank,
                needed=True,
            ),
            LINK,
        ),
        to_applicant=True,
        group="decisions",
    ),
    Mail(
        "calls/decisions_rejected",
        gettext_lazy("Not chosen"),
        gettext_lazy("When an application is rejected: to whoever submitted it."),
        (REFERENCE.must(), TITLE, CALL, REASONS.must(), OBJECTION_UNTIL.must(), CONTACT, LINK),
        to_applicant=True,
        group="decisions",
    ),
    Mail(
        "calls/decisions_released",
        gettext_lazy("An award ended"),
        gettext_lazy("When the money of an award is released: to whoever submitted the application."),
        (
            REFERENCE.must(),
            TITLE,
            CALL,
            AMOUNT,
            REASON.must(),
            Placeholder(
                "no_longer_counts",
                gettext_lazy("Sentence: the aid leaves the de minimis total. Empty for another legal basis."),
                gettext_lazy("This aid no longer counts in your de minimis total."),
                _no_longer_counts,
            ),
            LINK,
        ),
        to_applicant=True,
        group="decisions",
        context=_with_award,
    ),
    Mail(
        "calls/decisions_sent_back",
        gettext_lazy("A proposal came back"),
        gettext_lazy("When the second person does not approve an award: to the officer who proposed it."),
        (
            REFERENCE.must(),
            Placeholder(
                "person",
                gettext_lazy("Who sent it back"),
                "Nadia Claes",
                lambda c: c["by"],
            ),
            REASON.must(),
            Placeholder(
                "link",
                gettext_lazy("Address of the application in the back office"),
                "https://portail.example/admin/calls/application/…/change/",
                _address("admin:calls_application_change"),
            ),
        ),
    ),
)

name_group("decisions", gettext_lazy("All decision mails"))
declare(*APPLYING, *DECISIONS)
