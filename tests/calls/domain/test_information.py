"""Information requests: what is asked can change and nothing else; what is typed counts once it is sent."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from calls.domain import answers, applications, attachments, information, submissions
from calls.domain.applications import NotInTime
from calls.domain.dossiers import Dossier
from calls.enums import APPLICATION_MOVES, ApplicationState
from calls.models import Answer, Attachment, InformationRequest, PendingAnswer
from tests.accounts.factories import MembershipFactory
from tests.calls.factories import ApplicationFactory
from tests.calls.forms import call_asking
from wecd.common import clocks
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused
from wecd.demo.applications import PDF

pytestmark = pytest.mark.django_db
S = ApplicationState


def pdf(name="quote.pdf"):
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


@pytest.fixture
def submitted(entrepreneur, enterprise):
    """Submitted, with a document, a conditional question and a running clock."""
    call = call_asking(
        {"key": "help", "kind": "yes_no", "required": False},
        {"key": "which", "kind": "short_text", "shown_if": {"question": "help", "in": [True]}},
        documents=[{"key": "quote"}],
    )
    application = ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur)
    attachments.add(application, "quote", pdf(), by=entrepreneur)
    submissions.submit(application, by=entrepreneur, received_at=timezone.now())
    OutboxMessage.objects.all().delete()
    return application


def ask(application, officer, keys=("pitch", "quote"), **kwargs):
    facts = {"message": "The quote names no days.", "due_at": timezone.now() + timedelta(days=10)} | kwargs
    return information.request(application, by=officer, keys=keys, **facts)


@pytest.fixture
def asked(submitted, officer):
    return ask(submitted, officer)


def mails():
    return sorted(OutboxMessage.objects.values_list("template", flat=True))


def clock_of(application):
    return clocks.of(application, "admissibility")


# --- Asking ---------------------------------------------------------------------------------------------
def test_the_officer_asks_and_the_clock_is_held(submitted, officer, entrepreneur):
    at, left = submitted.submitted_at, clocks.working_days_left(clock_of(submitted))
    asked = ask(submitted, officer)
    assert submitted.state == S.INFORMATION_REQUESTED
    assert (submitted.submitted_at, information.open_request(submitted)) == (at, asked)
    assert information.editable_keys(submitted) == {"pitch", "quote"}
    clock = clock_of(submitted)
    assert (clocks.state(clock), clock.days_left) == ("paused", left)
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("calls/information_requested", entrepreneur)
    for words in ("The quote names no days.", "- Pitch", "- Devis", "Brussels time", "/information-request/"):
        assert words in mail.body
    entry = JournalEntry.objects.get(verb="calls.application.request_information")
    assert (entry.actor, entry.facts["keys"]) == (officer, ["pitch", "quote"])
    assert entry.facts["reason"] == "The quote names no days."


@pytest.mark.parametrize("state", sorted(set(S) - APPLICATION_MOVES["request_information"][0]))
def test_only_what_is_submitted_can_be_asked_about(submitted, officer, state):
    type(submitted).objects.filter(pk=submitted.pk).update(state=S.WITHDRAWN)  # any other would do
    with pytest.raises(Refused):
        ask(submitted, officer)
    assert not InformationRequest.objects.exists()


@pytest.mark.parametrize("person", ["entrepreneur", "finance", "auditor"])
def test_only_an_officer_asks(submitted, person, request):
    with pytest.raises(NotAllowed):
        ask(submitted, request.getfixturevalue(person))


def test_nobody_asks_their_own_enterprise(submitted, officer):
    MembershipFactory(enterprise=submitted.enterprise, user=officer, role="editor")
    with pytest.raises(NotAllowed, match="someone else"):
        ask(submitted, officer)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"keys": []}, "at least one"),
        ({"keys": ["pitch", "gone"]}, "gone"),
        ({"message": "  "}, "Write what is missing"),
        ({"due_at": timezone.now() - timedelta(seconds=1)}, "past"),
    ],
)
def test_what_cannot_be_asked_changes_nothing(submitted, officer, facts, words):
    with pytest.raises(Refused, match=words):
        ask(submitted, officer, **facts)
    submitted.refresh_from_db()
    assert submitted.state == S.SUBMITTED
    assert clock_of(submitted).paused_at is None
    assert not InformationRequest.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_clock_that_ran_out_cannot_be_held(submitted, officer):
    clock = clock_of(submitted)
    clock.due_on = clocks.today() - timedelta(days=1)
    clock.save()
    with pytest.raises(Refused, match="silence"):
        ask(submitted, officer)


# --- Answering --------------------------------------------------------------------------------------------
def test_only_what_was_asked_can_change(asked, submitted, entrepreneur):
    with pytest.raises(Refused, match="not asked"):
        answers.save(submitted, "provider", "Another studio", by=entrepreneur)
    with pytest.raises(Refused, match="not asked"):
        answers.save(submitted, answers.TITLE, "Another name", by=entrepreneur)
    quote = submitted.attachments.get()
    attachments.remove(quote, by=entrepreneur)
    with pytest.raises(Refused):
        attachments.add(submitted, "other", pdf(), by=entrepreneur)
    assert not PendingAnswer.objects.exists()


def test_what_depends_on_a_question_asked_is_open_too(submitted, officer, entrepreneur):
    ask(submitted, officer, keys=["help"])
    assert information.editable_keys(submitted) == {"help", "which"}
    answers.save(submitted, "help", True, by=entrepreneur)
    with pytest.raises(Refused, match="Which"):  # now it shows, and is required
        information.answer(submitted, by=entrepreneur)
    answers.save(submitted, "which", "A grant", by=entrepreneur)
    assert information.answer(submitted, by=entrepreneur).number == 2


def test_what_is_typed_is_kept_apart_with_its_versions(asked, submitted, entrepreneur, enterprise):
    marc = MembershipFactory(enterprise=enterprise, role="editor").user
    first = answers.save(submitted, "pitch", "A new pitch", by=entrepreneur, seen_version=1)
    second = answers.save(submitted, "pitch", "A newer pitch", by=marc, seen_version=1)
    assert (first.version, first.by_other, second.version) == (2, None, 3)
    assert second.by_other.value == "A new pitch"
    assert Answer.objects.get(application=submitted, key="pitch").value == "A blanket that can be repaired."
    mine = information.dossier_of(submitted, entrepreneur)
    assert mine.values["pitch"] == "A newer pitch"
    assert [step.key for step in mine.pages] == ["project", "your-documents"]
    assert [question.key for question in mine.pages[0].questions] == ["pitch"]


def test_staff_read_what_was_sent_and_not_what_is_being_written(asked, submitted, entrepreneur, officer):
    answers.save(submitted, "pitch", "Half a", by=entrepreneur)
    attachments.add(submitted, "quote", pdf("new.pdf"), by=entrepreneur)
    theirs = information.dossier_of(submitted, officer)
    assert theirs.values["pitch"] == "A blanket that can be repaired."
    assert [file.name for file in theirs.files["quote"]] == ["quote.pdf"]


def test_the_answer_is_a_new_version_with_its_receipt(asked, submitted, entrepreneur, officer):
    place = (submitted.submitted_at, submitted.number, submitted.reference)
    answers.save(submitted, "pitch", "A new pitch", by=entrepreneur)
    attachments.remove(submitted.attachments.get(), by=entrepreneur)
    attachments.add(submitted, "quote", pdf("days.pdf"), by=entrepreneur)
    OutboxMessage.objects.all().delete()
    at = timezone.now()
    sent = information.answer(submitted, by=entrepreneur, received_at=at)

    assert (sent.number, sent.received_at, submitted.state) == (2, at, S.SUBMITTED)
    assert (submitted.submitted_at, submitted.number, submitted.reference) == place
    assert sent.sha256 == hashlib.sha256(sent.content.encode()).hexdigest()
    content = json.loads(sent.content)
    assert {a["key"]: a["value"] for a in content["answers"]}["pitch"] == "A new pitch"
    assert [file["name"] for file in content["documents"][0]["files"]] == ["days.pdf"]
    assert Dossier(submitted).values["pitch"] == "A new pitch"
    asked.refresh_from_db()
    assert (asked.outcome, asked.closed_by) == ("answered", entrepreneur)
    assert clocks.state(clock_of(submitted)) == "todo"
    assert mails() == ["calls/information_answered", "calls/information_receipt"]
    assert sent.sha256 in OutboxMessage.objects.get(template="calls/information_receipt").body
    entry = JournalEntry.objects.get(verb="calls.application.complete")
    assert entry.facts["changed"] == ["pitch", "quote"]
    # the first version's file is still on record, and counts no more
    assert [file.name for file in submitted.attachments.all()] == ["days.pdf"]
    old = Attachment.everything.get(name="quote.pdf")
    assert old.replaced_at
    assert old.file.storage.exists(old.file.name)


def test_sent_twice_is_sent_once(asked, submitted, entrepreneur):
    first = information.answer(submitted, by=entrepreneur)
    assert information.answer(submitted, by=entrepreneur) == first
    assert submitted.submissions.count() == 2


def test_what_was_asked_must_be_there(asked, submitted, entrepreneur):
    attachments.remove(submitted.attachments.get(), by=entrepreneur)
    with pytest.raises(Refused, match="Devis"):
        information.answer(submitted, by=entrepreneur)
    submitted.refresh_from_db()
    assert submitted.state == S.INFORMATION_REQUESTED
    assert submitted.attachments.count() == submitted.submissions.count() == 1


@pytest.mark.parametrize("role", ["reader", None])
def test_only_an_editor_of_the_enterprise_answers(asked, submitted, enterprise, officer, role):
    person = MembershipFactory(enterprise=enterprise, role=role).user if role else officer
    with pytest.raises(NotAllowed):
        information.answer(submitted, by=person)
    with pytest.raises(NotAllowed):
        answers.save(submitted, "pitch", "No", by=person)


def test_nothing_to_complete_once_it_is_decided(submitted, entrepreneur):
    with pytest.raises(Refused, match="can no longer be done"):
        information.answer(submitted, by=entrepreneur)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_the_deadline_is_an_instant(asked, submitted, entrepreneur, late):
    at = asked.due_at + timedelta(seconds=late)
    if late <= 0:
        answers.save(submitted, "pitch", "In time", by=entrepreneur, received_at=at)
        attachments.add(submitted, "quote", pdf("b.pdf"), by=entrepreneur, received_at=at)
        assert information.answer(submitted, by=entrepreneur, received_at=at).received_at == at
        return
    with pytest.raises(answers.NotSaved, match="was due by") as refused:
        answers.save(submitted, "pitch", "Too late", by=entrepreneur, received_at=at)
    assert isinstance(refused.value.__cause__, NotInTime)
    assert refused.value.raw == "Too late"
    with pytest.raises(NotInTime):
        attachments.add(submitted, "quote", pdf("b.pdf"), by=entrepreneur, received_at=at)
    with pytest.raises(NotInTime):
        information.answer(submitted, by=entrepreneur, received_at=at)


# --- Nobody answers -----------------------------------------------------------------------------------------
def test_after_the_deadline_what_was_submitted_stands(asked, submitted, entrepreneur, officer, system):
    answers.save(submitted, "pitch", "Never sent", by=entrepreneur)
    attachments.remove(submitted.attachments.get(), by=entrepreneur)
    attachments.add(submitted, "quote", pdf("never.pdf"), by=entrepreneur)
    before = submitted.submissions.get().content
    OutboxMessage.objects.all().delete()
    at = asked.due_at + information.IN_FLIGHT
    assert information.expire_due(at).done == 0  # what was received in time may still arrive
    assert information.expire_due(at + timedelta(seconds=1)).done == 1
    assert information.expire_due(at + timedelta(seconds=1)).done == 0

    submitted.refresh_from_db()
    asked.refresh_from_db()
    assert (submitted.state, asked.outcome, asked.closed_by) == (S.SUBMITTED, "expired", system)
    assert submissions.canonical_content(submitted).decode() == before
    assert submitted.submissions.count() == 1
    assert clock_of(submitted).paused_at is None
    assert mails() == ["calls/information_expired", "calls/information_not_answered"]
    assert OutboxMessage.objects.get(template="calls/information_not_answered").recipient == officer
    entry = JournalEntry.objects.get(verb="calls.application.resume")
    assert (entry.actor, entry.facts["reason"]) == (system, "deadline")
    # not a word is lost to its author
    assert [given.value for given in information.last_unsent(submitted).answers.all()] == ["Never sent"]


def test_the_assigned_officer_is_the_one_told(asked, submitted, officer2):
    type(submitted).objects.filter(pk=submitted.pk).update(officer=officer2)
    information.expire_due(asked.due_at + timedelta(minutes=3))
    assert OutboxMessage.objects.get(template="calls/information_not_answered").recipient == officer2


def test_what_was_not_sent_does_not_come_back_with_the_next_request(asked, submitted, officer, entrepreneur):
    answers.save(submitted, "pitch", "Never sent", by=entrepreneur)
    information.expire_due(asked.due_at + timedelta(minutes=3))
    submitted.refresh_from_db()
    ask(submitted, officer, keys=["pitch"])
    dossier = information.dossier_of(submitted, entrepreneur)
    assert dossier.values["pitch"] == "A blanket that can be repaired."


def test_a_reminder_a_day_before_once(submitted, officer, entrepreneur):
    asked = ask(submitted, officer)
    OutboxMessage.objects.all().delete()
    assert information.remind(asked.due_at - timedelta(hours=25)) == 0
    assert information.remind(asked.due_at - timedelta(hours=23)) == 1
    assert information.remind(asked.due_at - timedelta(hours=22)) == 0
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("calls/information_closing", entrepreneur)


def test_it_can_be_taken_back_with_a_reason(asked, submitted, officer, officer2, auditor):
    with pytest.raises(NotAllowed):
        information.take_back(submitted, by=auditor, reason="Found it.")
    with pytest.raises(Refused, match="Say why"):
        information.take_back(submitted, by=officer, reason=" ")
    assert submitted.state == S.INFORMATION_REQUESTED
    information.take_back(submitted, by=officer2, reason="Found it.")
    asked.refresh_from_db()
    assert (submitted.state, asked.outcome, asked.closed_by) == (S.SUBMITTED, "taken_back", officer2)
    assert clock_of(submitted).paused_at is None
    assert "Found it." in OutboxMessage.objects.get(template="calls/information_taken_back").body
    with pytest.raises(Refused):
        information.take_back(submitted, by=officer, reason="Again")


def test_a_withdrawal_ends_the_request_and_the_clock(asked, submitted, entrepreneur):
    applications.withdraw(submitted, by=entrepreneur)
    asked.refresh_from_db()
    assert asked.outcome == "withdrawn"
    assert clock_of(submitted) is None
    assert information.expire_due(asked.due_at + timedelta(days=1)).done == 0


# --- At once ------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_an_answer_and_its_expiry_at_once_have_one_winner(submitted, officer, entrepreneur, together):
    asked = ask(submitted, officer)
    answers.save(submitted, "pitch", "In time", by=entrepreneur)
    after = asked.due_at + timedelta(minutes=5)
    results = together(
        lambda: information.answer(submitted, by=entrepreneur, received_at=asked.due_at),
        lambda: information.expire_due(after),
        lambda: information.expire_due(after),
    )
    asked.refresh_from_db()
    stands = Answer.objects.get(application=submitted, key="pitch").value
    done = sum(result.done for result in results[1:])
    if asked.outcome == "answered":
        assert (submitted.submissions.count(), stands, done) == (2, "In time", 0)
    else:
        assert isinstance(results[0], Refused)
        assert (submitted.submissions.count(), done) == (1, 1)
        assert stands == "A blanket that can be repaired."
    assert not any(result.refused for result in results[1:])
    moves = JournalEntry.objects.filter(verb__in=["calls.application.complete", "calls.application.resume"])
    assert moves.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_asking_at_once_open_one_request(submitted, officer, officer2, together):
    results = together(lambda: ask(submitted, officer), lambda: ask(submitted, officer2))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert InformationRequest.objects.count() == 1
