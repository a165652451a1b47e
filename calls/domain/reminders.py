"""Remind people of a draft before its deadline."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, User
from calls.domain.dossiers import Dossier
from calls.enums import ApplicationState
from calls.models import Application
from wecd.common import journal
from wecd.common.models import JournalEntry
from wecd.common.outbox import queue_mail

BEFORE = (timedelta(hours=24), timedelta(hours=72))  # the nearest first: one late mail, not two
VERB = "calls.application.remind"


def remind(now=None) -> int:
    """Send the reminders due at ``now``; returns how many drafts were reminded.

    The journal remembers each, so that running twice, or after a pause, sends none twice; when both are due
    at once (a draft begun in the last day) only the nearer one goes. Goes to whoever began or wrote in the
    draft and may still edit it.
    """
    now = now or timezone.now()
    drafts = Application.objects.filter(
        state=ApplicationState.DRAFT,
        call__state="published",
        call__closes_at__gt=now,
        call__closes_at__lte=now + max(BEFORE),
    )
    return sum(_remind_one(pk, now) for pk in drafts.order_by("pk").values_list("pk", flat=True))


def _remind_one(pk, now) -> int:
    with transaction.atomic():
        draft = (
            Application.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("call", "strand", "form", "enterprise")
            .filter(pk=pk, state=ApplicationState.DRAFT)
            .first()
        )
        if draft is None:
            return 0
        left = draft.call.closes_at - now
        due = next(before for before in BEFORE if left <= before)
        hours = int(due.total_seconds() // 3600)
        # The deadline is part of what was said: after an extension there is something new to say.
        facts = {"hours": hours, "closes_at": draft.call.closes_at.isoformat()}
        if _said(draft, hours, facts["closes_at"]):
            return 0
        missing = Dossier(draft).missing
        for person in _writers(draft):
            queue_mail(
                "calls/draft_closing", to=person, about=draft, application=draft, left=left, missing=missing
            )
        journal.record(draft, VERB, by=User.objects.system(), **facts)
    return 1


def _said(draft, hours: int, closes_at: str) -> bool:
    """Whether this reminder, or a nearer one of the same deadline, is in the journal."""
    return JournalEntry.objects.filter(
        about_type=draft._meta.label_lower,
        about_id=str(draft.pk),
        verb=VERB,
        facts__hours__lte=hours,
        facts__closes_at=closes_at,
    ).exists()


def _writers(draft) -> list[User]:
    """Those who began it or wrote in it, and may still; if none is left, whoever may."""
    may = Membership.objects.active().filter(enterprise=draft.enterprise_id, role__in=["owner", "editor"])
    people = {m.user_id: m.user for m in may.select_related("user") if m.user and m.user.is_active}
    wrote = {draft.applicant_id, *draft.answers.values_list("updated_by", flat=True)}
    return [people[pk] for pk in people if pk in wrote] or list(people.values())
