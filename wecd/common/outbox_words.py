"""A message of the outbox in few words, for lists and headings of the back office."""

from datetime import datetime

import rules
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from wecd.common import formatting, journal, outbox
from wecd.common.models import OutboxMessage
from wecd.common.pictures import icon

S = OutboxMessage.State
# state: (ground, glyph)
LOOKS = {
    S.HELD: ("warning", "clock"),
    S.QUEUED: ("info", "arrow"),
    S.SENT: ("success", "check"),
    S.FAILED: ("error", "alert"),
    S.BOUNCED: ("error", "back"),
    S.DISCARDED: ("", "cross"),
}
# verb: what the story says
HAPPENED = {
    "hold": _("held it"),
    "release": _("released it"),
    "retry": _("had it tried again"),
    "edit": _("changed its words"),
    "discard": _("discarded it"),
    "resend": _("sent it again"),
    "bounce": _("noted that it came back"),
}


def state_tag(message: OutboxMessage):
    """The state as a word with its glyph on its ground; when it leaves, if that is later."""
    ground, glyph = LOOKS[S(message.state)]
    words = message.get_state_display()
    leaves = outbox.when_it_leaves(message)
    if leaves:
        words, glyph = _("Leaves %(when)s") % {"when": leaves}, "clock"
    return format_html(
        '<span class="tag{}">{}{}</span>', f" tag-{ground}" if ground else "", icon(glyph, 14), words
    )


def may_read(message: OutboxMessage) -> bool:
    """Whether staff may see its words.

    SECURITY: those about accounts hold codes and links that sign their reader in as somebody else.
    """
    return not message.is_about_accounts or settings.WECD_ENV == "demo"


def may_see(user) -> bool:
    """Whether a person reads the outbox at all."""
    return rules.has_perm(OutboxMessage.get_perm("view"), user)


def about_url(message: OutboxMessage) -> str:
    """The page in the back office of the row it is about; empty when there is none."""
    try:
        return reverse(f"admin:{message.about_type.replace('.', '_')}_change", args=[message.about_id])
    except NoReverseMatch:
        return ""


def story(message: OutboxMessage) -> list[dict]:
    """What people did with it, newest last, with the words before each change."""
    steps = []
    for entry in journal.entries_about(message):
        verb, facts = entry.verb.rpartition(".")[2], entry.facts
        said = [facts["reason"]] if facts.get("reason") else []
        if facts.get("leaves_at"):
            leaves = formatting.moment(datetime.fromisoformat(facts["leaves_at"]))
            said.append(_("It leaves %(when)s.") % {"when": leaves})
        if verb == "edit" and may_read(message):
            before = {part: facts[part]["from"] for part in ("subject", "body") if part in facts}
        else:
            before = {}
        what = HAPPENED.get(verb, verb)
        steps.append({"at": entry.at, "who": entry.actor, "what": what, "said": said, "before": before})
    return steps
