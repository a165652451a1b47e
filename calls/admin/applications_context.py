"""What the page of one application shows, gathered in a number of queries that does not grow."""

import rules
from django.db.models import prefetch_related_objects
from django.urls import NoReverseMatch, reverse

from calls.admin.applications_moves import buttons
from calls.admin.applications_words import VERDICTS, state_tag, tag, timeline
from calls.domain import attachments, budget_checks, conversations, limits, mentions, neighbours, versions
from calls.domain.reading import read_through
from calls.enums import ApplicationState
from calls.models import Application
from grants.domain import deminimis
from grants.enums import AwardState
from wecd.common import clocks
from wecd.common.journal import entries_about
from wecd.common.models import Clock
from wecd.common.models.base import uuid7
from wecd.common.personal import may_see_personal
from wecd.common.workflow import why_not_permitted

SHOWN = 10
CLOCKED = (ApplicationState.SUBMITTED, ApplicationState.INFORMATION_REQUESTED)
ASKED = "calls.application.request_information"


def context_of(application: Application, user, *, version=None, boxes: dict) -> dict:
    """Answers, files, rules, budget, enterprise, neighbours, moves, conversations and story of one."""
    version = str(version or "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
    submissions = list(application.submissions.defer("by"))
    reading = versions.reading(application, submissions, number)
    prefetch_related_objects([application.enterprise], "sites", "activities")
    entries = list(entries_about(application))
    money = _money(application, reading.dossier)
    names = may_see_personal(user)
    around, linked = neighbours.around(application, main_text=_main_text(reading.dossier), names=names)
    return {
        "application": application,
        "call": application.call,
        "enterprise": application.enterprise,
        "award": application.award,
        "state_tag": state_tag(application),
        "buttons": buttons(application, user),
        "reading": reading,
        "versions": sorted(submissions, key=lambda s: -s.number),
        "is_latest": not submissions or reading.submission.number == max(s.number for s in submissions),
        "pages": _pages(reading),
        "rules": [_rule(result) for result in application.rule_results or []],
        "money": money,
        "card": _card(application, user, linked),
        "neighbours": [(n, _admin_url("accounts_enterprise", n.enterprise.pk)) for n in around],
        "timeline": timeline(entries),
        "voucher_url": _voucher_url(application),
        "clock": _clock(application),
        "asked": _asked(application, reading.dossier) if any(e.verb == ASKED for e in entries) else [],
        "talk": _talk(application, user, boxes),
    }


def _pages(reading) -> list[dict]:
    """The sections with answers: each row with what changed and how its files can be shown."""
    pages = []
    for page in read_through(reading.dossier):
        for row in page["rows"]:
            row["change"] = reading.changes.get(row["key"])
            row["previews"] = [(file, how_shown(file)) for file in row["files"] or []]
        if page["rows"]:
            pages.append(page | {"changed": sum(bool(row["change"]) for row in page["rows"])})
    return pages


def how_shown(file) -> str:
    """ "image" or "pdf" when browsers show such a file in place, else nothing."""
    if file.pk is None:
        return ""  # of an older version, and removed since
    if file.content_type in attachments.IMAGES:
        return "image"
    return "pdf" if file.content_type == attachments.PDF else ""


def _main_text(dossier) -> str:
    """The first long text of the form, by which projects are compared."""
    question = next((q for q in dossier.questions if q.kind == "long_text"), None)
    value = dossier.values.get(question.key) if question else ""
    return value if isinstance(value, str) else ""


def _rule(result: dict) -> dict:
    ground, glyph, word = VERDICTS.get(result.get("verdict"), VERDICTS["unknown"])
    return result | {"tag": tag(ground, glyph, word)}


def _money(application, dossier) -> dict:
    """Cost, rate and ceiling, what may be proposed, the envelope’s room, and a verdict on each."""
    envelope = application.call.envelope
    left = envelope.free - limits.total(envelope=envelope, state=AwardState.PROPOSED)
    share = limits.strand_room(application.strand)
    room = left if share is None else min(left, share)
    undecided = application.state in limits.UNDECIDED
    return {
        "bounds": limits.limits_of(application),
        "envelope": envelope,
        "envelope_room": left,
        "share_room": share,
        "checks": budget_checks.of(application, dossier, room=room if undecided else None),
    }


def _card(application, user, linked) -> dict:
    """The enterprise: facts, its other applications and what they got, de minimis of its undertaking."""
    enterprise = application.enterprise
    others = (
        Application.objects.visible_to(user)
        .filter(enterprise=enterprise)
        .exclude(pk=application.pk)
        .select_related("call", "award")
        .order_by("-created_at")[:SHOWN]
    )
    return {
        "sites": list(enterprise.sites.all()),
        "activities": list(enterprise.activities.all()),
        "others": [(row, state_tag(row)) for row in others],
        "aid": deminimis.room_for(enterprise.undertaking_id),
        "linked": linked,
        "url": _admin_url("accounts_enterprise", enterprise.pk),
    }


def _clock(application) -> dict | None:
    """The clock of admissibility as ``<c-clock>`` draws it, while it matters."""
    if application.state not in CLOCKED:
        return None
    clock = clocks.of(application, Clock.Kind.ADMISSIBILITY)
    if clock is None:
        return None
    return {
        "elapsed": clocks.elapsed(clock),
        "total": clock.working_days,
        "state": clocks.state(clock),
        "due_on": clock.due_on,
    }


def _asked(application, dossier) -> list[tuple]:
    """Each request for information with the words of what it asks."""
    labels = {part.key: part.label for part in (*dossier.questions, *dossier.documents)}
    return [
        (request, [(key, labels.get(key, key)) for key in request.keys])
        for request in application.information_requests.select_related("asked_by")
    ]


def _talk(application, user, boxes: dict) -> dict:
    """Notes and messages, the boxes to write in, and why one may not."""
    said = list(application.messages.select_related("author"))
    waiting = [m for m in said if not m.from_staff and not m.settled_at]
    may_reply = not _why_not(application, "reply", user)
    may_note = not _why_not(application, "note", user)
    return {
        "notes": list(application.notes.select_related("author")),
        "messages": said,
        "waiting": waiting,
        "seen": max((m.created_at.isoformat() for m in said), default=""),
        "unread": may_reply and any(not m.read_at for m in said if not m.from_staff),
        "why_no_note": _why_not(application, "note", user),
        "why_no_reply": _why_not(application, "reply", user),
        "note": {"key": uuid7()} | _filled(boxes.get("note")),
        "message": {"key": uuid7()} | _filled(boxes.get("message")),
        "people": mentions.suggestions() if may_note else [],
        "most": conversations.MOST_CHARACTERS,
    }


def _filled(box: dict | None) -> dict:
    return {key: value for key, value in (box or {}).items() if value}


def _why_not(application, verb: str, user) -> str:
    allowed = rules.has_perm(application.get_perm(verb), user, application)
    return "" if allowed else why_not_permitted(application, verb, user)


def _voucher_url(application) -> str:
    """The voucher's page in the back office, found by name: vouchers are a floor above."""
    voucher = getattr(application.award, "voucher", None) if application.award_id else None
    return _admin_url("vouchers_voucher", voucher.pk) if voucher else ""


def _admin_url(model: str, pk) -> str:
    try:
        return reverse(f"admin:{model}_change", args=[pk])
    except NoReverseMatch:
        return ""
