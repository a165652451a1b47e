"""The submission: one instant decides, one receipt whatever is pressed, numbers without a gap."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from calls.domain import answers, applications, submissions
from calls.enums import ApplicationState
from calls.models import Application, ReferenceCounter, Submission
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, CallRuleFactory
from tests.calls.forms import call_asking
from wecd.common import journal
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(entrepreneur, enterprise):
    return ApplicationFactory(enterprise=enterprise, applicant=entrepreneur)


def send(draft, by=None, at=None):
    return submissions.submit(draft, by=by or draft.applicant, received_at=at or timezone.now())


def test_submit_takes_it_in_whole(draft, entrepreneur):
    at = timezone.now()
    receipt = send(draft, at=at)
    assert (draft.state, draft.submitted_at, draft.submitted_by) == ("submitted", at, entrepreneur)
    assert (draft.reference, draft.number) == (f"{draft.call.code}-0001", 1)
    assert (draft.eligible_cost, draft.requested) == (Decimal(8000), Decimal(6000))
    assert receipt.received_at == at
    assert receipt.sha256 == hashlib.sha256(receipt.content.encode()).hexdigest()
    entry = JournalEntry.objects.get()
    assert entry.verb == "calls.application.submit"
    assert entry.facts["sha256"] == receipt.sha256
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("calls/receipt", entrepreneur)
    assert receipt.sha256 in mail.body
    assert draft.reference in mail.body


def test_the_one_who_began_and_the_one_who_submits_both_get_the_receipt(draft, enterprise):
    marc = MembershipFactory(enterprise=enterprise, role="editor").user
    send(draft, by=marc)
    assert {m.recipient for m in OutboxMessage.objects.all()} == {draft.applicant, marc}


@pytest.mark.parametrize("grace", [0, 60])
@pytest.mark.parametrize("late", [-1, 0, 1, 60, 61])
def test_the_instant_decides(draft, grace, late):
    draft.call.grace_seconds = grace
    draft.call.save()
    at = draft.call.closes_at + timedelta(seconds=late)
    if late <= grace:
        assert send(draft, at=at).received_at == at
    else:
        with pytest.raises(Refused, match="deadline"), translation.override("en"):
            send(draft, at=at)
        draft.refresh_from_db()
        assert draft.is_draft


def test_a_second_press_gives_the_first_receipt(draft):
    first = send(draft)
    later = draft.call.accepts_until + timedelta(days=1)
    assert send(draft) == send(draft, at=later) == first
    assert Submission.objects.count() == OutboxMessage.objects.count() == JournalEntry.objects.count() == 1


def test_an_incomplete_draft_is_refused_naming_what_is_missing(draft):
    draft.answers.filter(key="pitch").delete()
    with pytest.raises(Refused, match="Pitch"):
        send(draft)
    draft.refresh_from_db()
    assert (draft.is_draft, draft.submitted_at) == (True, None)
    assert ReferenceCounter.objects.get(call=draft.call).last == 0


@pytest.mark.parametrize(
    "state", sorted(set(ApplicationState) - {"draft", "awarded", "selected", "withdrawn"})
)
def test_other_states_give_their_receipt_and_stay(entrepreneur, enterprise, state):
    application = ApplicationFactory(
        submitted=True, state=state, enterprise=enterprise, applicant=entrepreneur
    )
    assert send(application) == application.submissions.get()
    application.refresh_from_db()
    assert application.state == state


def test_a_withdrawn_draft_cannot_be_submitted(entrepreneur, enterprise):
    application = ApplicationFactory(state="withdrawn", enterprise=enterprise, applicant=entrepreneur)
    with pytest.raises(Refused):
        send(application)


def test_only_editors_of_the_enterprise_submit(draft, officer, manager):
    reader = MembershipFactory(enterprise=draft.enterprise, role="reader").user
    for person in (reader, officer, manager, UserFactory()):
        with pytest.raises(NotAllowed):
            send(draft, by=person)
    assert not Submission.objects.exists()


def test_a_rule_that_says_no_refuses_with_its_remedy_and_the_rest_is_kept(draft):
    CallRuleFactory(call=draft.call)
    send(draft)
    assert [r["verdict"] for r in draft.rule_results] == ["yes"]
    other = ApplicationFactory(enterprise__office__postal_code="1000", call=draft.call)
    with pytest.raises(Refused):
        send(other)
    other.refresh_from_db()
    assert (other.state, other.rule_results) == ("draft", [])
    assert ReferenceCounter.objects.get(call=draft.call).last == 1


def test_one_per_enterprise_is_said_clearly(draft):
    send(draft)
    second = ApplicationFactory(call=draft.call, enterprise=draft.enterprise, applicant=draft.applicant)
    with pytest.raises(Refused, match="already submitted"):
        send(second)
    second.refresh_from_db()
    assert second.is_draft
    assert ReferenceCounter.objects.get(call=draft.call).last == 1


def test_a_failure_on_the_way_leaves_a_draft_and_no_gap(draft, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no journal")

    with monkeypatch.context() as patch:
        patch.setattr("wecd.common.journal.record", fail)
        with pytest.raises(RuntimeError):
            send(draft)
    draft.refresh_from_db()
    assert (draft.state, draft.reference) == ("draft", "")
    assert not Submission.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert send(draft).application.number == 1


def test_what_was_acknowledged_is_frozen(draft):
    receipt = send(draft)
    with pytest.raises(answers.NotSaved):
        answers.save(draft, "pitch", "Something else", by=draft.applicant)
    assert submissions.canonical_content(draft).decode() == receipt.content


def test_a_hidden_answer_is_not_submitted(entrepreneur, enterprise):
    why = {"key": "why", "kind": "short_text", "shown_if": {"question": "new", "in": [False]}}
    draft = ApplicationFactory(call=call_asking(why), enterprise=enterprise, applicant=entrepreneur)
    draft.answers.create(key="why", value="an old answer", updated_by=entrepreneur)
    content = json.loads(send(draft).content)
    assert "why" not in [answer["key"] for answer in content["answers"]]
    assert "an old answer" not in json.dumps(content)


# --- At once --------------------------------------------------------------------------------------
def submitting(draft):
    def run():
        me = User.objects.get(pk=draft.applicant_id)
        return submissions.submit(Application.objects.get(pk=draft.pk), by=me, received_at=timezone.now())

    return run


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_submission(together):
    draft = ApplicationFactory()
    receipts = together(*[submitting(draft)] * 4)
    assert {type(r) for r in receipts} == {Submission}, receipts
    assert len({r.pk for r in receipts}) == 1
    assert ReferenceCounter.objects.get(call=draft.call).last == 1
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_submit_and_withdraw_at_once_end_in_one_story(together):
    draft = ApplicationFactory()

    def withdraw():
        me = User.objects.get(pk=draft.applicant_id)
        return applications.withdraw(Application.objects.get(pk=draft.pk), by=me)

    sent, withdrawn = together(submitting(draft), withdraw)

    draft.refresh_from_db()
    assert draft.state == "withdrawn"
    assert not isinstance(withdrawn, Exception), withdrawn
    # taken in first and then withdrawn, receipt kept; or withdrawn first and never taken in
    verbs = [entry.verb.rpartition(".")[2] for entry in journal.entries_about(draft)]
    assert verbs == (["withdraw"] if isinstance(sent, Refused) else ["submit", "withdraw"])
    assert Submission.objects.count() == len(verbs) - 1 == int(draft.submitted_at is not None)


@pytest.mark.django_db(transaction=True)
def test_many_enterprises_at_once_get_numbers_without_a_gap(together):
    call = CallFactory()
    drafts = [ApplicationFactory(call=call) for _n in range(8)]
    drafts[3].answers.filter(key="pitch").delete()  # one is refused, and takes no number
    results = together(*[submitting(draft) for draft in drafts])
    assert [type(r) for r in results if isinstance(r, Exception)] == [Refused]
    numbers = sorted(Application.objects.exclude(number=None).values_list("number", flat=True))
    assert numbers == list(range(1, 8))


@pytest.mark.django_db(transaction=True)
def test_two_drafts_of_one_enterprise_at_once_one_is_in(together):
    first = ApplicationFactory()
    second = ApplicationFactory(call=first.call, enterprise=first.enterprise, applicant=first.applicant)
    results = together(submitting(first), submitting(second))
    assert sorted(type(r).__name__ for r in results) == ["Refused", "Submission"]
    assert Application.objects.filter(state="submitted").count() == 1
    assert ReferenceCounter.objects.get(call=first.call).last == 1


@pytest.mark.django_db(transaction=True)
def test_the_counter_is_made_when_the_call_has_none(together):
    call = CallFactory()
    ReferenceCounter.objects.filter(call=call).delete()
    with connection.cursor():
        assert [submissions.next_number(call) for _n in range(3)] == [1, 2, 3]


# --- Canonical content ----------------------------------------------------------------------------
TEXT = st.text(max_size=60)


class CanonicalContent(TestCase):
    """Same content, same bytes; any change, another hash."""

    def setUp(self):
        self.draft = ApplicationFactory()

    def bytes_of(self, **values):
        for key, value in values.items():
            answers.save(self.draft, key, value, by=self.draft.applicant)
        return submissions.canonical_content(Application.objects.get(pk=self.draft.pk))

    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(one=TEXT, two=TEXT)
    def test_bytes_follow_content_and_nothing_else(self, one, two):
        first = self.bytes_of(pitch=one, provider="x")
        kept = self.draft.answers.filter(key="pitch").values_list("value", flat=True).first()
        other = self.bytes_of(pitch=two)
        kept_then = self.draft.answers.filter(key="pitch").values_list("value", flat=True).first()
        assert (first == other) == (kept == kept_then)
        assert self.bytes_of(provider="y") != other
        with translation.override("de"):
            again = self.bytes_of(provider="x", pitch=one)
        assert again == first
        assert json.loads(again)["format"] == "wecd-application/1"
