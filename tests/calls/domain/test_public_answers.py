"""Visitors' questions: asked, answered, published, refused; who asked is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.domain import public_answers
from calls.enums import PUBLIC_ANSWER_MOVES, PublicAnswerState
from calls.models import Asker, PublicAnswer
from tests.accounts.factories import UserFactory
from tests.calls.factories import CallFactory
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
TEXTS = {"question_fr": "Puis-je demander deux fois ?", "answer_fr": "Non, une seule."}


@pytest.fixture
def communication(db):
    return UserFactory(roles=["communication"])


def asked(system, call=None, **facts):
    facts = {"text": "Deux fois ?", "email": "someone@example.org", "name": "Zoé"} | facts
    return public_answers.ask(call or CallFactory(), by=system, **facts)


def in_state(state, **facts):
    now = timezone.now()
    dates = {"published_at": now, "settled_at": now} if state == "published" else {}
    return PublicAnswer.objects.create(
        call=CallFactory(), state=state, question_fr="Qui ?", answer_fr="Vous.", **dates | facts
    )


ACTS = {
    "answer": lambda row, by: public_answers.answer(row, by=by, texts=TEXTS),
    "publish": lambda row, by: public_answers.publish(row, by=by),
    "correct": lambda row, by: public_answers.correct(row, by=by, texts=TEXTS),
    "unpublish": lambda row, by: public_answers.unpublish(row, by=by, reason="Faux."),
    "refuse": lambda row, by: public_answers.refuse(row, by=by, reason="Hors sujet."),
}


def test_every_move_is_tested():
    assert ACTS.keys() == PUBLIC_ANSWER_MOVES.keys()


def test_a_question_waits_and_nobody_is_told(system):
    row = asked(system, language="nl")

    assert (row.state, row.question, row.published_at) == ("new", "", None)
    assert (row.asker.text, row.asker.name, row.asker.language) == ("Deux fois ?", "Zoé", "nl")
    [entry] = JournalEntry.objects.all()
    assert (entry.verb, entry.facts) == ("calls.call.question_asked", {"question": str(row.pk)})
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [{"state": "draft", "published_at": None}, {"state": "cancelled"}, {"closes_at": timezone.now()}],
)
def test_only_a_call_that_runs_takes_questions(system, facts):
    with pytest.raises(Refused, match="takes no questions"):
        asked(system, CallFactory(**facts))
    assert not Asker.objects.exists()


def test_publishing_dates_the_answer_and_tells_the_asker_once_in_their_language(system, communication):
    row = asked(system, language="fr")
    public_answers.answer_and_publish(row, by=communication, texts=TEXTS)

    assert (row.state, row.question_fr) == ("published", TEXTS["question_fr"])
    assert row.published_at is not None
    [mail] = OutboxMessage.objects.all()
    assert (mail.to, mail.language) == ("someone@example.org", "fr")
    assert TEXTS["answer_fr"] in mail.body

    public_answers.unpublish(row, by=communication, reason="À revoir.")
    public_answers.publish(row, by=communication)
    assert OutboxMessage.objects.count() == 1


def test_without_an_address_nobody_is_told(system, officer):
    public_answers.answer_and_publish(asked(system, email=""), by=officer, texts=TEXTS)
    assert not OutboxMessage.objects.exists()


def test_what_cannot_be_published_is_not_kept_either(system, officer):
    row = asked(system)
    with pytest.raises(Refused, match="in French"):
        public_answers.answer_and_publish(row, by=officer, texts={"question_fr": "Deux ?", "answer_fr": ""})
    row.refresh_from_db()
    assert (row.state, bool(row.question_fr)) == ("new", False)


def test_refusing_says_why(system, officer):
    row = asked(system)
    with pytest.raises(Refused, match="Say why"):
        public_answers.refuse(row, by=officer, reason=" ")
    public_answers.refuse(row, by=officer, reason="Hors sujet.")

    assert row.state == "refused"
    assert "Hors sujet." in OutboxMessage.objects.get().body


@pytest.mark.parametrize("verb", sorted(ACTS))
def test_moves_refuse_other_states(officer, verb):
    for state in sorted(set(PublicAnswerState) - PUBLIC_ANSWER_MOVES[verb][0]):
        with pytest.raises(Refused, match="can no longer be done"):
            ACTS[verb](in_state(state), officer)


@pytest.mark.parametrize("verb", sorted(ACTS))
def test_moves_refuse_other_people(auditor, finance, entrepreneur, verb):
    row = in_state(sorted(PUBLIC_ANSWER_MOVES[verb][0])[0])
    for person in (auditor, finance, entrepreneur):
        with pytest.raises(NotAllowed, match="communication staff"):
            ACTS[verb](row, person)
    assert not JournalEntry.objects.exists()


# --- Forgetting -----------------------------------------------------------------------------------
def test_who_asked_is_forgotten_30_days_after_publication(system, officer):
    row = asked(system)
    public_answers.answer_and_publish(row, by=officer, texts=TEXTS)
    assert public_answers.forget_askers(row.settled_at + timedelta(days=29)) == 0

    assert public_answers.forget_askers(row.settled_at + timedelta(days=30)) == 1

    assert not Asker.objects.exists()
    mail = OutboxMessage.objects.get()
    assert (mail.to, mail.body) == ("", "")
    assert PublicAnswer.objects.get().answer_fr == TEXTS["answer_fr"]


def test_a_question_never_answered_is_forgotten_with_its_call(system):
    row = asked(system)
    end = row.call.closes_at
    assert public_answers.forget_askers(end + timedelta(days=29)) == 0
    assert public_answers.forget_askers(end + timedelta(days=30)) == 1


def test_the_history_holds_nothing_of_the_person(system, officer):
    from calls.models import PublicAnswerHistory

    row = asked(system)
    public_answers.answer_and_publish(row, by=officer, texts=TEXTS)

    kept = str(list(PublicAnswerHistory.objects.values()))
    assert TEXTS["answer_fr"] in kept
    for word in ("someone@example.org", "Zoé", "Deux fois ?"):
        assert word not in kept


# --- At once --------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_tell_the_asker_once(system, officer, officer2, together):
    row = asked(system)
    public_answers.answer(row, by=officer, texts=TEXTS)

    results = together(
        lambda: public_answers.publish(PublicAnswer.objects.get(pk=row.pk), by=officer),
        lambda: public_answers.publish(PublicAnswer.objects.get(pk=row.pk), by=officer2),
    )

    assert [type(result) for result in results].count(Refused) == 1
    assert OutboxMessage.objects.count() == 1
