"""The first page of the back office: what waits for me, and how the programme stands.

Every figure is counted as the list behind it counts, and links to that list; a figure of a list the person
may not see is not shown. The number of queries does not depend on how many rows there are.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.rules import is_reader
from calls.admin.words import PHASE_LOOK
from calls.enums import CallState, Phase
from calls.models import Application, Call
from grants.models import Envelope
from wecd.common import clocks
from wecd.common.models import JournalCheck, JournalEntry
from wecd.desk import queues
from wecd.desk.links import admin_list, admin_row
from wecd.desk.sparkline import sparkline

CALLS, ENVELOPES, CLOCKS, DECISIONS = 8, 6, 5, 6
DAYS = 30
# What counts as a decision, among all that the journal tells.
DECIDED = (
    "calls.application.admit",
    "calls.application.refuse",
    "calls.application.propose",
    "calls.application.keep_in_reserve",
    "calls.application.promote",
    "calls.application.send_back",
    "calls.application.reject",
    "calls.application.award",
    "calls.call.publish",
    "calls.call.extend",
    "calls.call.close",
    "calls.call.cancel",
    "grants.award.release",
)


@dataclass(frozen=True)
class CallLine:
    """A call with its days left, what was submitted, the drafts begun and the last thirty days."""

    call: Call
    phase: Phase
    look: str
    left: timedelta | None  # until it closes; until it opens when it is still to come
    submitted: int
    drafts: int
    recent: int
    line: str
    url: str
    submitted_url: str
    statistics_url: str


def gather(user) -> dict:
    """What the dashboard shows this person; parts their role does not see are empty."""
    now = timezone.now()
    reads = is_reader(user)
    return {
        "now": now,
        "reads": reads,
        "queues": queues.of(user),
        "calls": _calls(user, now) if reads else [],
        "calls_url": admin_list("calls.call"),
        "envelopes": _envelopes(user) if reads else [],
        "ledger_url": admin_list("grants.ledgerentry"),
        "clocks": _clocks() if reads else [],
        "clocks_total": clocks.running().count() if reads else 0,
        "clocks_url": admin_list("common.clock"),
        "decisions": _decisions() if reads else [],
        "journal_url": admin_list("common.journalentry"),
        "check": JournalCheck.objects.first() if reads else None,
    }


def _calls(user, now) -> list[CallLine]:
    """Calls at work: open ones by closing, then those being decided, to come, and drafts."""
    order = (Phase.CLOSING, Phase.OPEN, Phase.CLOSED, Phase.TO_COME, Phase.DRAFT)
    rows = list(
        Call.objects.visible_to(user)
        .filter(state__in=[CallState.DRAFT, CallState.PUBLISHED])
        .select_related("action__axis")
        .order_by(F("closes_at").asc(nulls_last=True), "pk")[:50]
    )
    rows.sort(key=lambda call: order.index(call.phase(now)))
    rows = rows[:CALLS]
    counted = Application.objects.filter(call__in=rows)  # drafts too: a figure, never a draft itself
    submitted = Q(submitted_at__isnull=False) & ~Q(state="draft")
    totals = {
        row["call"]: row
        for row in counted.order_by()
        .values("call")
        .annotate(submitted=Count("pk", filter=submitted), drafts=Count("pk", filter=Q(state="draft")))
    }
    today = timezone.localdate(now)
    days: dict = {}
    recent = counted.filter(submitted, submitted_at__gte=now - timedelta(days=DAYS))
    for call, day, number in (
        recent.order_by().values_list("call", TruncDate("submitted_at")).annotate(number=Count("pk"))
    ):
        days.setdefault(call, {})[day] = number
    return [_line(call, now, today, totals.get(call.pk, {}), days.get(call.pk, {})) for call in rows]


def _line(call, now, today, totals, days) -> CallLine:
    phase = call.phase(now)
    reached, so_far = [], 0
    for back in range(DAYS - 1, -1, -1):
        so_far += days.get(today - timedelta(days=back), 0)
        reached.append(so_far)
    until = call.opens_at if phase == Phase.TO_COME else call.closes_at
    return CallLine(
        call=call,
        phase=phase,
        look=PHASE_LOOK[phase],
        left=until - now if until and until > now else None,
        submitted=totals.get("submitted", 0),
        drafts=totals.get("drafts", 0),
        recent=so_far,
        line=sparkline(reached, axis=call.axis.mark),
        url=admin_row(call),
        submitted_url=admin_list("calls.application", call=call.pk),
        statistics_url=admin_row(call, "statistics"),
    )


def _envelopes(user) -> list[dict]:
    """The envelopes of calls at work first, then the largest; each sum links to what makes it up."""
    rows = (
        Envelope.objects.visible_to(user)
        .select_related("action__axis")
        .annotate(at_work=Count("calls", filter=Q(calls__state="published")))
        .order_by("-at_work", "-amount", "pk")[:ENVELOPES]
    )
    return [
        {
            "row": row,
            "axis": row.action.axis.mark,
            "url": admin_row(row),
            "paid_url": admin_list("grants.ledgerentry", envelope__id__exact=row.pk, kind__exact="payment"),
            "committed_url": admin_list("grants.ledgerentry", envelope__id__exact=row.pk),
        }
        for row in rows
    ]


def _clocks() -> list[dict]:
    """The clocks that run out first, with what they are about."""
    rows = list(clocks.running().filter(paused_at=None).order_by("due_on", "pk")[:CLOCKS])
    about = Application.objects.select_related("enterprise").in_bulk(
        [row.about_id for row in rows if row.about_type == "calls.application"]
    )
    today = timezone.localdate()
    return [
        {
            "clock": row,
            "about": about[row.about_id],
            "url": admin_row(about[row.about_id]),
            "cells": clocks.cells(row),
            "left": clocks.working_days_left(row, today),
            "late": clocks.is_over(row, today),
            "today": row.due_on == today,
        }
        for row in rows
        if row.about_id in about
    ]


def _decisions() -> list[dict]:
    """The last decisions anybody made, newest first, in the words of the timeline."""
    entries = (
        JournalEntry.objects.filter(verb__in=DECIDED)
        .select_related("actor")
        .order_by("-at", "-id")[:DECISIONS]
    )
    return [
        {"entry": entry, "words": queues.happened(entry.verb), "url": _about_url(entry)} for entry in entries
    ]


def _about_url(entry: JournalEntry) -> str:
    model = next((m for m in admin.site._registry if m._meta.label_lower == entry.about_type), None)
    return admin_row(model(pk=entry.about_id)) if model else ""
