"""Five working days to check; silence admits, in the system's name, once; officers are warned before."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from calls.domain import admissibility, applications, decisions, limits, submissions
from calls.tasks import SomeRefused, admit_by_silence, expire_information_requests, warn_of_clocks
from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common import clocks
from wecd.common.models import Clock, JournalEntry, OutboxMessage
from wecd.common.workflow import Refused

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
LAST_SECOND = datetime(2026, 12, 14, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Brussels
MIDNIGHT = datetime(2026, 12, 14, 23, 0, tzinfo=UTC)


def submit(call=None, at=MONDAY, **fields):
    call = call or CallFactory(opens_at=at - timedelta(days=5), closes_at=at + timedelta(days=30))
    draft = ApplicationFactory(call=call, **fields)
    with time_machine.travel(at, tick=False):
        submissions.submit(draft, by=draft.applicant, received_at=at)
    OutboxMessage.objects.all().delete()
    return draft


def clock_of(application):
    return Clock.objects.get(about_id=application.pk)


def test_the_clock_starts_with_the_submission():
    application = submit()
    clock = clock_of(application)
    assert (clock.about_type, clock.kind) == ("calls.application", "admissibility")
    assert (clock.started_at, clock.due_on) == (MONDAY, date(2026, 12, 14))


@pytest.mark.parametrize("days", [None, 3])
def test_the_call_says_how_many_days(days):
    call = CallFactory(
        opens_at=MONDAY - timedelta(days=5), closes_at=MONDAY + timedelta(days=30), admissibility_days=days
    )
    application = submit(call)
    if days:
        assert clock_of(application).due_on == date(2026, 12, 10)
    else:
        assert not Clock.objects.exists()


@pytest.mark.parametrize("how", ["admit", "refuse", "withdraw"])
def test_a_decision_stops_it(officer, how):
    application = submit()
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        if how == "admit":
            decisions.admit(application, by=officer)
        elif how == "refuse":
            decisions.refuse(application, by=officer, reasons=["No."])
        else:
            applications.withdraw(application, by=application.applicant)
    clock = clock_of(application)
    assert clock.stopped_at == MONDAY + timedelta(days=2)
    assert not clock.ran_out
    with time_machine.travel(MIDNIGHT, tick=False):
        assert admissibility.admit_due().admitted == []


def test_silence_admits_at_midnight_as_the_system_and_tells(system):
    application = submit()
    with time_machine.travel(LAST_SECOND, tick=False):
        assert admissibility.admit_due().admitted == []
    with time_machine.travel(MIDNIGHT, tick=False):
        admit_by_silence.func(timestamp=0)
        admit_by_silence.func(timestamp=0)  # nothing is left to do
    application.refresh_from_db()
    assert application.state == "admissible"
    clock = clock_of(application)
    assert (clock.ran_out, clock.stopped_at) == (True, MIDNIGHT)
    entry = JournalEntry.objects.get(verb="calls.application.admit")
    assert (entry.actor, entry.facts["reason"]) == (system, "silence")
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("calls/decisions_admitted_by_silence", application.applicant)
    assert "silence makes it admissible" in mail.body


def test_an_officer_cannot_refuse_what_silence_admitted(officer):
    application = submit()
    with time_machine.travel(MIDNIGHT, tick=False), pytest.raises(Refused, match="silence"):
        decisions.refuse(application, by=officer, reasons=["Too late."])
    application.refresh_from_db()
    assert application.state == "submitted"
    assert clock_of(application).stopped_at is None


def test_silence_is_refused_before_its_time(system):
    application = submit()
    with time_machine.travel(LAST_SECOND, tick=False), pytest.raises(Refused, match="not over"):
        decisions.admit(application, by=system, by_silence=True)
    assert clock_of(application).stopped_at is None


def test_a_clock_that_is_held_does_not_run_out():
    application = submit()
    clocks.pause(application, "admissibility", at=MONDAY + timedelta(days=1))
    with time_machine.travel(MIDNIGHT + timedelta(days=30), tick=False):
        assert admissibility.admit_due().admitted == []


def test_a_refusal_is_reported_and_keeps_no_other_back(system):
    stuck, fine = submit(), submit()
    # a state the clock should not be in: somebody wrote past the rules
    type(stuck).objects.filter(pk=stuck.pk).update(state="withdrawn")
    with time_machine.travel(MIDNIGHT, tick=False), pytest.raises(SomeRefused, match=stuck.reference):
        admit_by_silence.func(timestamp=0)
    fine.refresh_from_db()
    assert fine.state == "admissible"


def test_an_application_asked_to_complete_keeps_its_place(officer):
    call = CallFactory(opens_at=MONDAY - timedelta(days=5), closes_at=MONDAY + timedelta(days=30))
    first, second = submit(call), submit(call, at=MONDAY + timedelta(minutes=1))
    type(first).objects.filter(pk=first.pk).update(state="information_requested")
    assert list(limits.ahead_of(second)) == [first]


# --- Warnings -------------------------------------------------------------------------------------------
def warn(day, hour=6):
    now = datetime(2026, 12, day, hour, 10, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        return admissibility.warn()


def told():
    return {(m.to, m.body.count("\n- ") + m.body.startswith("- ")) for m in OutboxMessage.objects.all()}


def test_one_mail_a_person_and_day_each_clock_once(officer, officer2):
    mine, theirs, nobodys = submit(officer=officer), submit(officer=officer2), submit()
    assert warn(10) == 0  # two days left
    assert warn(11) == 2
    assert told() == {(officer.email, 2), (officer2.email, 2)}
    body = OutboxMessage.objects.get(recipient=officer).body
    assert mine.reference in body
    assert nobodys.reference in body
    assert theirs.reference not in body
    assert "14 December 2026" in body
    assert warn(11, hour=9) == warn(14) == 0


def test_a_clock_that_comes_close_later_is_in_tomorrows_mail(officer):
    submit(officer=officer)
    late = submit(officer=officer, at=MONDAY + timedelta(hours=1))
    Clock.objects.filter(about_id=late.pk).update(due_on=date(2026, 12, 18))
    assert warn(11) == 1
    Clock.objects.filter(about_id=late.pk).update(due_on=date(2026, 12, 14))
    assert warn(11, hour=9) == 0
    assert warn(14) == 1
    assert "this evening" in OutboxMessage.objects.order_by("-created_at").first().body


def test_without_an_officer_the_contact_of_the_call_is_told():
    application = submit()
    assert warn(11) == 1
    assert OutboxMessage.objects.get().to == application.call.contact_email


def test_somebody_who_left_is_not_the_only_one_told(officer):
    submit(officer=UserFactory(roles=["officer"], is_active=False))
    warn(11)
    assert {m.to for m in OutboxMessage.objects.all()} == {officer.email}


def test_the_jobs_run_on_nothing():
    for job in (admit_by_silence, warn_of_clocks, expire_information_requests):
        job.func(timestamp=0)
    assert not OutboxMessage.objects.exists()


# --- At once ------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_silence_twice_and_an_officer_at_once_admit_once(officer, together):
    application = submit(at=timezone.now() - timedelta(days=30))
    results = together(
        admissibility.admit_due,
        admissibility.admit_due,
        lambda: decisions.admit(application, by=officer),
    )
    application.refresh_from_db()
    assert application.state == "admissible"
    assert JournalEntry.objects.filter(verb="calls.application.admit").count() == 1
    assert OutboxMessage.objects.count() == 1
    assert not any(result.refused for result in results[:2])
    won = sum(len(result.admitted) for result in results[:2]) + (not isinstance(results[2], Refused))
    assert won == 1


@pytest.mark.django_db(transaction=True)
def test_two_warning_jobs_at_once_write_one_mail(officer, together):
    application = submit(officer=officer, at=timezone.now() - timedelta(hours=1))
    Clock.objects.filter(about_id=application.pk).update(due_on=clocks.today())
    assert sorted(together(admissibility.warn, admissibility.warn)) == [0, 1]
    assert OutboxMessage.objects.count() == 1
