"""Reminders of drafts: 72 and 24 hours before, each once, weekends too."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from calls.domain import reminders
from calls.models import Call
from calls.tasks import remind_of_drafts
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common.models import JournalEntry, OutboxMessage

pytestmark = pytest.mark.django_db
MONDAY_NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)  # the day before it is a Sunday


@pytest.fixture
def draft():
    call = CallFactory(opens_at=MONDAY_NOON - timedelta(days=30), closes_at=MONDAY_NOON)
    draft = ApplicationFactory(call=call)
    draft.answers.filter(key="pitch").delete()
    return draft


def sent():
    return list(OutboxMessage.objects.order_by("created_at").values_list("template", flat=True))


def run_every_ten_minutes(start, end):
    now = start
    while now <= end:
        with time_machine.travel(now, tick=False):
            remind_of_drafts.func(timestamp=int(now.timestamp()))
        now += timedelta(minutes=10)


def test_two_reminders_over_a_weekend_each_once(draft):
    run_every_ten_minutes(MONDAY_NOON - timedelta(hours=80), MONDAY_NOON - timedelta(hours=71, minutes=50))
    assert sent() == ["calls/draft_closing"]
    run_every_ten_minutes(MONDAY_NOON - timedelta(hours=26), MONDAY_NOON + timedelta(hours=1))
    assert sent() == ["calls/draft_closing"] * 2
    first, second = JournalEntry.objects.filter(verb=reminders.VERB).order_by("seq")
    assert (first.facts["hours"], second.facts["hours"]) == (72, 24)


def test_the_mail_says_how_long_what_is_missing_and_where(draft):
    reminders.remind(MONDAY_NOON - timedelta(hours=24))
    mail = OutboxMessage.objects.get()
    assert "1\u00a0day left" in mail.subject
    assert "Pitch: Answer this question." in mail.body
    assert f"/applications/{draft.pk}/review/" in mail.body
    assert "not submitted" in mail.body


def test_a_draft_begun_late_gets_one_mail_not_two(draft):
    assert reminders.remind(MONDAY_NOON - timedelta(hours=3)) == 1
    assert reminders.remind(MONDAY_NOON - timedelta(hours=2)) == 0
    assert len(sent()) == 1


def test_an_extension_starts_over(draft):
    reminders.remind(MONDAY_NOON - timedelta(hours=3))
    Call.objects.update(closes_at=MONDAY_NOON + timedelta(days=10))
    assert reminders.remind(MONDAY_NOON + timedelta(days=8)) == 1


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "rejected"])
def test_only_drafts_are_reminded(state):
    call = CallFactory(closes_at=timezone.now() + timedelta(hours=20))
    ApplicationFactory(submitted=True, state=state, call=call)
    assert reminders.remind() == 0
    assert sent() == []


@pytest.mark.parametrize(
    "fields", [{"state": "cancelled"}, {"closes_at": timezone.now() - timedelta(minutes=1)}]
)
def test_a_call_that_takes_nothing_reminds_nobody(fields):
    ApplicationFactory(call=CallFactory(**{"closes_at": timezone.now() + timedelta(hours=20)} | fields))
    assert reminders.remind() == 0


def test_it_goes_to_those_who_wrote_and_may_still_edit(draft):
    marc = MembershipFactory(enterprise=draft.enterprise, role="editor").user
    MembershipFactory(enterprise=draft.enterprise, role="editor")  # never wrote
    gone = UserFactory()
    draft.answers.filter(key="provider").update(updated_by=marc)
    draft.answers.filter(key="new").update(updated_by=gone)
    reminders.remind(MONDAY_NOON - timedelta(hours=24))
    assert set(OutboxMessage.objects.values_list("recipient", flat=True)) == {draft.applicant_id, marc.pk}
