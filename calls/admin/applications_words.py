"""An application in few words, for lists and headings of the back office."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from calls.enums import ApplicationState as S
from wecd.common import formatting
from wecd.common.pictures import icon

# state: (ground, glyph)
LOOKS = {
    S.DRAFT: ("", "pen"),
    S.SUBMITTED: ("warning", "clock"),
    S.INFORMATION_REQUESTED: ("warning", "alert"),
    S.ADMISSIBLE: ("info", "arrow"),
    S.INADMISSIBLE: ("", "cross"),
    S.SELECTED: ("warning", "alert"),
    S.RESERVE: ("", "clock"),
    S.REJECTED: ("", "cross"),
    S.AWARDED: ("success", "check"),
    S.WITHDRAWN: ("", "back"),
}
VERDICTS = {
    "yes": ("success", "check", _("yes")),
    "no": ("error", "cross", _("no")),
    "unknown": ("warning", "alert", _("to check")),
}
# verb: what the timeline says
HAPPENED = {
    "start": _("began the application"),
    "submit": _("submitted it"),
    "request_information": _("asked for more information"),
    "complete": _("sent the information asked for"),
    "resume": _("went on without the information"),
    "note": _("wrote an internal note"),
    "message": _("wrote a message"),
    "settle": _("saw no need to answer the message"),
    "admit": _("declared it admissible"),
    "refuse": _("declared it not admissible"),
    "propose": _("proposed an award"),
    "keep_in_reserve": _("put it on the reserve list"),
    "promote": _("moved it up from the reserve list"),
    "send_back": _("sent the proposal back"),
    "reject": _("rejected it"),
    "award": _("approved the award"),
    "release": _("released the award"),
    "withdraw": _("withdrew it"),
    "assign": _("assigned an officer"),
    "change_strand": _("chose another strand"),
    "attach": _("attached a file"),
    "detach": _("removed a file"),
    "move_to_form": _("moved it to the new form"),
}


# (verb, reason in the journal): the portal's own reasons in words
OUR_REASONS = {
    ("admit", "silence"): _("by silence: the working days to check it were over"),
    ("resume", "deadline"): _("the deadline passed without an answer"),
}


def tag(ground: str, glyph: str, words) -> str:
    """A status: a glyph and a word, never colour alone."""
    return format_html('<span class="tag tag-{}">{}{}</span>', ground or "plain", icon(glyph, 13), words)


def state_tag(application) -> str:
    return tag(*LOOKS[application.state], application.get_state_display())


def timeline(entries) -> list[dict]:
    """What the journal says, newest first: when, who, what, and the reasons or sums with it."""
    found = []
    for entry in entries:
        verb = entry.verb.rsplit(".", 1)[-1]
        facts = entry.facts
        said = [facts[key] for key in ("reason", "officer") if isinstance(facts.get(key), str) and facts[key]]
        said = [str(OUR_REASONS.get((verb, words), words)) for words in said]
        if isinstance(facts.get("reasons"), str) and facts["reasons"]:
            said.append(facts["reasons"])
        elif isinstance(facts.get("reasons"), list):
            said += [r.get("sentence", "") for r in facts["reasons"] if isinstance(r, dict)]
        if facts.get("amount"):
            said.insert(0, formatting.money(facts["amount"]))
        found.append(
            {
                "at": entry.at,
                "who": str(entry.actor),
                "what": HAPPENED.get(verb, verb),
                "said": [words for words in said if words],
            }
        )
    return found[::-1]
