"""What the mails about calls and applications can tell: the facts, and sentences that depend on them."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wecd.common import formatting
from wecd.common.mails import Placeholder

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
