"""Five working days to check a submitted application; silence means admissible.

Two jobs: one admits, in the portal's own name, what nobody decided in time; one warns the officers the
working day before.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation

from accounts.enums import Role
from accounts.models import User
from calls.domain import decisions
from calls.models import Application
from wecd.common import clocks, formatting
from wecd.common.models import Clock
from wecd.common.outbox import queue_mail
from wecd.common.workflow import NotAllowed, Refused

ABOUT = Application._meta.label_lower
KIND = Clock.Kind.ADMISSIBILITY


@dataclass
class Silence:
    """What ``admit_due`` did: the applications admitted, and (application, why) of those it could not."""

    admitted: list[Application] = field(default_factory=list)
    refused: list[tuple[Application, str]] = field(default_factory=list)


def admit_due(now: datetime | None = None) -> Silence:
    """Admit, as the system, every application whose last day is behind; the journal says "silence".

    Each in a transaction of its own, so that one refusal keeps none of the others back. Running again, or
    twice at once, admits none twice; a move refused by the rules is in the answer, with its sentence.
    """
    found, system = Silence(), User.objects.system()
    over = clocks.running(ABOUT).filter(clocks.overdue(clocks.today(now)), kind=KIND).order_by("due_on", "pk")
    for pk in list(over.values_list("about_id", flat=True)):
        application = Application.objects.get(pk=pk)
        try:
            decisions.admit(application, by=system, by_silence=True)
        except (Refused, NotAllowed) as refused:
            if clocks.running(ABOUT).filter(about_id=pk, kind=KIND).exists():  # else somebody was faster
                found.refused.append((application, str(refused)))
        else:
            found.admitted.append(application)
    return found


def warn(now: datetime | None = None) -> int:
    """One mail a day to each officer about the clocks with one working day left, or none; each clock once.

    Those of nobody go to every officer, and to the call's contact when there is no officer. Returns how
    many mails were queued.
    """
    now = now or timezone.now()
    day = clocks.today(now)
    with transaction.atomic():
        ending = clocks.running(ABOUT).filter(
            kind=KIND, paused_at=None, due_on__lte=clocks.add_working_days(day, 1)
        )
        # Locked before it is asked whether today's mails are written: a second job waits, and finds them.
        rows = list(ending.select_for_update().order_by("pk"))
        midnight = formatting.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        if Clock.objects.filter(kind=KIND, warned_at__gte=midnight).exists():
            return 0
        fresh = [clock for clock in rows if clock.warned_at is None]
        Clock.objects.filter(pk__in=[clock.pk for clock in fresh]).update(warned_at=now)
        return _write(_lines(fresh, day), day)


def _lines(rows: list[Clock], day) -> list[dict]:
    """What each mail says of a clock, the soonest first."""
    applications = (
        Application.objects.filter(pk__in=[clock.about_id for clock in rows])
        .select_related("enterprise", "officer", "call")
        .in_bulk()
    )
    return [
        {
            "application": applications[clock.about_id],
            "due_on": clock.due_on,
            "today": clock.due_on <= day,
        }
        for clock in sorted(rows, key=lambda clock: (clock.due_on, str(clock.pk)))
        if clock.about_id in applications
    ]


def _write(lines: list[dict], day) -> int:
    """Sort the clocks by who must know, and queue one mail each."""
    officers = list(
        User.objects.filter(is_active=True, groups__name=Role.OFFICER).distinct().order_by("email")
    )
    people: dict = {}
    for line in lines:
        officer, contact = line["application"].officer, line["application"].call.contact_email
        if officer and officer.is_active:
            told: list = [officer]
        else:
            told = officers or ([contact] if contact else [])
        for person in told:
            people.setdefault(person, []).append(line)
    for person, mine in people.items():
        with translation.override("fr"):  # a contact is an address: the programme writes French
            queue_mail("calls/clocks_ending", to=person, lines=mine, day=day)
    return len(people)
