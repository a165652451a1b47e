"""Where an application stands, in the words of those who made it.

What staff are still weighing is not told: an application proposed for an award is "being assessed" until
a second person has approved it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.domain.decisions import SILENCE
from calls.enums import ApplicationState as S
from wecd.common import formatting, journal


@dataclass(frozen=True)
class Standing:
    """A status tag, and "and now": what to do or wait for, until when."""

    kind: str
    words: str
    now: str
    until: str = ""


@dataclass(frozen=True)
class Step:
    """One thing that happened, or will."""

    at: datetime | None
    title: str
    body: str = ""
    kind: str = "done"  # done, now, to-come
    when: str = ""


# verb: what the applicant reads. Moves not listed are the office's own.
TOLD = {
    "start": gettext_lazy("You began this application"),
    "change_strand": gettext_lazy("You chose another strand"),
    "submit": gettext_lazy("You submitted it"),
    "request_information": gettext_lazy("The team asked for more information"),
    "complete": gettext_lazy("You sent what was asked"),
    "resume": gettext_lazy("The team went on without it"),
    "message": gettext_lazy("A message"),
    "admit": gettext_lazy("It is admissible"),
    "refuse": gettext_lazy("It is not admissible"),
    "keep_in_reserve": gettext_lazy("It is on the reserve list"),
    "promote": gettext_lazy("It moved up from the reserve list"),
    "reject": gettext_lazy("It was rejected"),
    "award": gettext_lazy("It was awarded"),
    "withdraw": gettext_lazy("You withdrew it"),
    "release": gettext_lazy("Its award was released"),
}


def standing(application, now: datetime | None = None) -> Standing:
    """Where it stands at ``now``. Reads nothing but the application and its call.

    ``answer_by``, when the row carries it (``ApplicationQuerySet.with_answer_by``), is until when to answer.
    """
    now, call = now or timezone.now(), application.call
    state = application.state
    if state == S.DRAFT:
        return _draft(call, now)
    decision = (
        _("decision expected on %(date)s") % {"date": formatting.date(call.decision_on)}
        if call.decision_on
        else ""
    )
    objection = (
        _("you may object until %(date)s") % {"date": formatting.date(application.objection_until)}
        if application.objection_until
        else ""
    )
    return {
        S.SUBMITTED: Standing("underway", _("Submitted"), _("Nothing to do"), decision),
        S.INFORMATION_REQUESTED: _information_requested(application),
        S.ADMISSIBLE: Standing("underway", _("Being assessed"), _("Nothing to do"), decision),
        S.SELECTED: Standing("underway", _("Being assessed"), _("Nothing to do"), decision),
        S.INADMISSIBLE: Standing("refused", _("Not admissible"), _("Read the reasons"), objection),
        S.RESERVE: Standing(
            "waiting",
            _("On the reserve list"),
            _("Nothing to do"),
            _("place %(rank)s on the list") % {"rank": application.reserve_rank}
            if application.reserve_rank
            else "",
        ),
        S.REJECTED: Standing("refused", _("Rejected"), _("Read the reasons"), objection),
        S.AWARDED: Standing("done", _("Awarded"), _("Follow what comes next")),
        S.WITHDRAWN: Standing("refused", _("Withdrawn"), _("Nothing more to do")),
    }[state]


def _information_requested(application) -> Standing:
    due = getattr(application, "answer_by", None)
    before = _("before %(date)s") % {"date": formatting.moment(due, "full")} if due else ""
    return Standing("needs-you", _("Information requested"), _("Complete what is asked"), before)


def _draft(call, now) -> Standing:
    if call.state == "cancelled":
        return Standing("closed", _("Call cancelled"), _("Nothing more to do"))
    if call.state != "published" or now > call.accepts_until:
        passed = _("the deadline was %(date)s") % {"date": formatting.moment(call.closes_at)}
        return Standing("closed", _("Expired"), _("Read it, nothing more"), passed)
    before = _("before %(date)s") % {"date": formatting.moment(call.closes_at, "full")}
    return Standing("draft", _("Draft"), _("Finish, then submit"), before)


def timeline(application) -> list[Step]:
    """What happened, from the journal, then what comes next with its date."""
    steps = []
    for entry in journal.entries_about(application):
        verb = entry.verb.rpartition(".")[2]
        if verb in TOLD:
            steps.append(Step(entry.at, str(TOLD[verb]), _body(verb, entry)))
    return steps + _to_come(application)


def _body(verb, entry) -> str:
    if verb == "submit":
        return _("Reference %(reference)s, by %(name)s.") % {
            "reference": entry.facts.get("reference", ""),
            "name": entry.actor,
        }
    if verb == "request_information":
        return "\n".join(part for part in (entry.facts.get("reason", ""), _answer_by(entry.facts)) if part)
    if verb == "complete":
        return _("Version %(number)s, by %(name)s.") % {
            "number": entry.facts.get("version", ""),
            "name": entry.actor,
        }
    if verb == "resume":
        reason = entry.facts.get("reason", "")
        return _("The deadline passed without an answer.") if reason == "deadline" else reason
    if verb == "admit" and entry.facts.get("reason") == SILENCE:
        return _("By our silence: the time to check it was over.")
    if verb in ("start", "withdraw", "change_strand", "message"):
        said = str(entry.actor)
        return f"{said}. {entry.facts['reason']}" if entry.facts.get("reason") else said
    reasons = entry.facts.get("reasons")
    if verb in ("refuse", "reject") and reasons:
        listed = reasons if isinstance(reasons, list) else [reasons]
        return "\n".join(str(r.get("sentence", "")) if isinstance(r, dict) else str(r) for r in listed)
    return ""


def _answer_by(facts) -> str:
    if not facts.get("due_at"):
        return ""
    due = datetime.fromisoformat(str(facts["due_at"]))
    return _("Answer by %(deadline)s.") % {"deadline": formatting.deadline(due)}


def _to_come(application) -> list[Step]:
    call, state = application.call, application.state
    if state == S.DRAFT:
        if timezone.now() > call.accepts_until:
            return [Step(call.closes_at, _("The deadline passed"), _("This draft was not submitted."), "now")]
        return [
            Step(None, _("Submit"), formatting.deadline(call.closes_at), "now"),
            Step(None, _("The team checks it and decides"), kind="to-come"),
        ]
    if state == S.INFORMATION_REQUESTED:
        return [
            Step(None, _("Complete what is asked"), kind="now"),
            Step(None, _("The team checks it and decides"), kind="to-come"),
        ]
    if state in (S.SUBMITTED, S.ADMISSIBLE, S.SELECTED):
        checks = [Step(None, _("The team checks that it is admissible"), kind="now")]
        return (checks if state == S.SUBMITTED else []) + [
            Step(
                None,
                _("Decision"),
                _("Expected on %(date)s.") % {"date": formatting.date(call.decision_on)}
                if call.decision_on
                else "",
                "now" if state != S.SUBMITTED else "to-come",
            )
        ]
    if state == S.RESERVE:
        return [
            Step(None, _("You move up if an award is released"), _("You will be told by mail."), "to-come")
        ]
    return []
