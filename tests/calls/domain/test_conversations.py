"""Notes and messages: who says what to whom, once, and who learns of it."""

import pytest
from django.db import transaction

from calls.domain import conversations
from calls.models import Application, Message, Note
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.models.base import uuid7
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(entrepreneur, enterprise):
    return ApplicationFactory(applicant=entrepreneur, enterprise=enterprise, submitted=True)


def mails():
    return sorted(OutboxMessage.objects.values_list("template", "to"))


def entries():
    return [(entry.verb, entry.facts) for entry in JournalEntry.objects.order_by("seq")]


# --- Notes -------------------------------------------------------------------------------------------
def test_a_note_mails_those_it_mentions_a_link_and_not_the_words(application, officer, officer2, finance):
    text = "@Otto Officer can you look? Also @felix and @nobody, or x@otto.example."

    note = conversations.note(application, by=officer, text=text)

    assert set(note.mentions.all()) == {officer2, finance}
    assert mails() == [("calls/mention", finance.email), ("calls/mention", officer2.email)]
    mail = OutboxMessage.objects.first()
    assert "can you look" not in mail.subject + mail.body
    assert f"/admin/calls/application/{application.pk}/change/#notes" in mail.body
    [(verb, facts)] = entries()
    assert verb == "calls.application.note"
    assert facts["note"] == str(note.pk)
    assert "look" not in str(facts)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@olivia", {"Olivia Officer"}),
        ("(@OLIVIA OFFICER)", {"Olivia Officer"}),
        ("@officer@staff.example, see", {"Olivia Officer"}),
        ("@Félix’s turn", {"Félix Finance"}),
        ("@Felix Finance\n@Olivia", {"Félix Finance", "Olivia Officer"}),
        ("@Oliviane", set()),
        ("write to me@olivia", set()),
        ("no name", set()),
        ("@Élise", set()),  # an applicant is never mentioned
    ],
)
def test_who_is_mentioned(application, officer, finance, manager, text, who):
    note = conversations.note(application, by=manager, text=text)
    assert {person.name for person in note.mentions.all()} == who


def test_a_first_name_two_people_have_is_not_guessed(application, officer):
    UserFactory(roles=["auditor"], name="Olivia Other")

    with pytest.raises(Refused, match="Olivia Officer or Olivia Other"):
        conversations.note(application, by=officer, text="@Olivia please")
    conversations.note(application, by=officer, text="@Olivia Other please")

    assert Note.objects.get().mentions.get().name == "Olivia Other"


def test_a_mention_of_oneself_sends_no_mail(application, officer):
    conversations.note(application, by=officer, text="@Olivia remember")
    assert mails() == []


@pytest.mark.parametrize("role", ["manager", "finance", "communication"])
def test_staff_write_notes(application, role):
    conversations.note(application, by=UserFactory(roles=[role]), text="Seen.")
    assert Note.objects.count() == 1


@pytest.mark.parametrize("role", ["auditor", "partner_editor", "hub_manager"])
def test_others_write_no_notes(application, role, entrepreneur):
    for person in (UserFactory(roles=[role]), entrepreneur):
        with pytest.raises(NotAllowed):
            conversations.note(application, by=person, text="Seen.")
    assert not Note.objects.exists()
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n ", "a" * 10_001])
def test_an_empty_or_endless_text_is_refused(application, officer, text):
    for say in (conversations.note, conversations.say):
        with pytest.raises(Refused):
            say(application, by=officer, text=text)
    assert not Note.objects.exists()
    assert not Message.objects.exists()


def test_a_rollback_leaves_no_note_no_mail_no_entry(application, officer, officer2):
    with pytest.raises(RuntimeError), transaction.atomic():
        conversations.note(application, by=officer, text="@Otto look")
        raise RuntimeError
    assert (Note.objects.count(), OutboxMessage.objects.count(), JournalEntry.objects.count()) == (0, 0, 0)


# --- Messages ------------------------------------------------------------------------------------------
def test_staff_write_to_every_active_member_in_their_language(application, officer, entrepreneur):
    reader = MembershipFactory(enterprise=application.enterprise, role="reader", user__language="fr").user
    MembershipFactory(enterprise=application.enterprise, state="asked")

    message = conversations.say(application, by=officer, text="Could you send the quote?")

    assert message.from_staff
    assert mails() == sorted(("calls/message", person.email) for person in (entrepreneur, reader))
    assert set(OutboxMessage.objects.values_list("language", flat=True)) == {"en", "fr"}
    mail = OutboxMessage.objects.get(recipient=entrepreneur)
    assert "Could you send the quote?" in mail.body
    assert f"/en/applications/{application.pk}/messages/" in mail.body
    assert entries() == [("calls.application.message", {"message": str(message.pk), "side": "staff"})]


def test_the_applicant_answers_the_officer_who_handles_it(application, officer, officer2, entrepreneur):
    conversations.say(application, by=officer2, text="Could you send the quote?")
    OutboxMessage.objects.all().delete()
    conversations.say(application, by=entrepreneur, text="Here it is.")
    assert mails() == [("calls/message_to_staff", officer2.email)]  # who asked, while nobody handles it
    OutboxMessage.objects.all().delete()

    Application.objects.filter(pk=application.pk).update(officer=officer)
    conversations.say(Application.objects.get(), by=entrepreneur, text="And more.")

    assert mails() == [("calls/message_to_staff", officer.email)]


def test_to_answer_until_staff_answer(application, officer, entrepreneur):
    other = ApplicationFactory(submitted=True)
    conversations.say(other, by=officer, text="Hello?")
    assert list(conversations.to_answer()) == []
    conversations.say(application, by=entrepreneur, text="One question.")
    conversations.say(application, by=entrepreneur, text="And another.")
    assert list(conversations.to_answer()) == [application]

    conversations.say(application, by=officer, text="Both answered.")

    assert list(conversations.to_answer()) == []


def test_an_answer_settles_only_what_its_writer_had_seen(application, officer, entrepreneur):
    first = conversations.say(application, by=entrepreneur, text="One question.")
    conversations.say(application, by=entrepreneur, text="Sent while the officer was writing.")

    conversations.say(application, by=officer, text="To the first.", seen_until=first.created_at)

    assert list(conversations.to_answer()) == [application]


def test_thanks_need_no_answer(application, officer, auditor, entrepreneur):
    conversations.say(application, by=entrepreneur, text="Thank you!")
    OutboxMessage.objects.all().delete()
    with pytest.raises(NotAllowed):
        conversations.settle(application, by=auditor)

    assert conversations.settle(application, by=officer) == 1
    assert conversations.settle(application, by=officer) == 0

    assert list(conversations.to_answer()) == []
    assert mails() == []
    assert [verb for verb, _ in entries()] == ["calls.application.message", "calls.application.settle"]


@pytest.mark.parametrize("role", ["auditor", "communication", "partner_editor", "hub_manager"])
def test_others_do_not_write_to_applicants(application, role):
    with pytest.raises(NotAllowed):
        conversations.say(application, by=UserFactory(roles=[role]), text="Hello")
    assert not Message.objects.exists()


def test_a_reader_and_a_stranger_do_not_write_for_the_enterprise(application):
    reader = MembershipFactory(enterprise=application.enterprise, role="reader").user
    for person in (reader, UserFactory()):
        with pytest.raises(NotAllowed):
            conversations.say(application, by=person, text="Hello")


def test_staff_of_the_enterprise_speak_for_it_and_never_for_the_office(application):
    both = UserFactory(roles=["officer"])
    MembershipFactory(enterprise=application.enterprise, user=both)

    assert not conversations.say(application, by=both, text="Any news?").from_staff
    with pytest.raises(NotAllowed):
        conversations.settle(application, by=both)


def test_nothing_is_said_about_a_draft(entrepreneur, enterprise):
    draft = ApplicationFactory(applicant=entrepreneur, enterprise=enterprise)
    with pytest.raises(Refused, match="draft"):
        conversations.say(draft, by=entrepreneur, text="Hello")


def test_read_marks_are_of_the_other_side_alone(application, officer, auditor, entrepreneur):
    conversations.say(application, by=officer, text="Hello")
    conversations.say(application, by=entrepreneur, text="Hello too")

    assert conversations.read(application, by=auditor) == 0
    assert conversations.counts(application) == {"total": 2, "unread": 1}
    assert [m.text for m in conversations.unread_by(entrepreneur)] == ["Hello"]
    assert conversations.read(application, by=entrepreneur) == 1
    assert conversations.read(application, by=entrepreneur) == 0
    assert list(conversations.unread_by(entrepreneur)) == []
    assert conversations.read(application, by=officer) == 1
    assert conversations.counts(application) == {"total": 2, "unread": 0}


def test_the_same_form_sent_twice_says_it_once(application, officer, entrepreneur):
    key = uuid7()
    for _ in range(2):
        conversations.say(application, by=entrepreneur, text="Once", key=key)
        conversations.note(application, by=officer, text="Once", key=key)
    assert (Message.objects.count(), Note.objects.count(), JournalEntry.objects.count()) == (1, 1, 2)


def test_a_key_of_somebody_else_is_no_way_in(application, officer, entrepreneur):
    theirs = conversations.say(ApplicationFactory(submitted=True), by=officer, text="Theirs")

    with pytest.raises(Refused):
        conversations.say(application, by=entrepreneur, text="Mine", key=theirs.pk)

    assert Message.objects.get().text == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_once_posts_once(application, officer, officer2, entrepreneur, together):
    key, note_key = uuid7(), uuid7()

    said = together(
        *[lambda: conversations.say(application, by=officer, text="Hello", key=key)] * 2,
        *[lambda: conversations.note(application, by=officer, text="@Otto look", key=note_key)] * 2,
    )

    assert [type(row) for row in said] == [Message, Message, Note, Note]
    assert Message.objects.count() == Note.objects.count() == 1
    assert mails() == [("calls/mention", officer2.email), ("calls/message", entrepreneur.email)]
    assert JournalEntry.objects.count() == 2
