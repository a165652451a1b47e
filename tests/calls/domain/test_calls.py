"""A call's moves: publish, extend, close, archive, cancel, copy; and what keeps it from being published."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from calls.domain import calls
from calls.enums import CALL_MOVES, CallState
from calls.models import Call, CallRule, Criterion, Form, PublicAnswer, Question, ReferenceCounter, Section
from tests.calls.factories import (
    ApplicationFactory,
    CallFactory,
    CallRuleFactory,
    CriterionFactory,
    DocumentRequestFactory,
)
from tests.grants.factories import EnvelopeFactory
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences are matched in the language they are written in."""
    with translation.override("en"):
        yield


NOW = timezone.now
SOON = {"opens_at": lambda: NOW() + timedelta(hours=1), "closes_at": lambda: NOW() + timedelta(days=30)}


def ready(**facts):
    """A draft call with nothing missing."""
    facts = {name: value() for name, value in SOON.items()} | facts
    return CallFactory(draft=True, **{"description_fr": "Pour des projets qui osent."} | facts)


def verbs():
    return list(JournalEntry.objects.order_by("at").values_list("verb", flat=True))


# --- Publish --------------------------------------------------------------------------------------
def test_publish_freezes_the_form_and_starts_the_counter(officer):
    call = ready()

    calls.publish(call, by=officer)

    assert call.state == CallState.PUBLISHED
    assert call.published_at is not None
    assert call.form.published_at == call.published_at
    assert ReferenceCounter.objects.get(call=call).last == 0
    assert verbs() == ["calls.call.publish"]


def test_publish_at_an_earlier_instant_for_history(officer):
    then = NOW() - timedelta(days=90)
    call = ready(opens_at=then + timedelta(days=1), closes_at=then + timedelta(days=30))

    calls.publish(call, by=officer, at=then)

    assert call.published_at == then
    assert JournalEntry.objects.get().at == then


def test_publish_rolls_back_whole(officer):
    call = ready(description_fr="")

    with pytest.raises(Refused, match="what it is for"):
        calls.publish(call, by=officer)

    call.refresh_from_db()
    assert (call.state, call.form.published_at) == (CallState.DRAFT, None)
    assert not ReferenceCounter.objects.exists()
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_publish_at_once_and_one_wins(officer, manager, together):
    call = ready()

    results = together(
        lambda: calls.publish(Call.objects.get(pk=call.pk), by=officer),
        lambda: calls.publish(Call.objects.get(pk=call.pk), by=manager),
    )

    assert sorted(type(result).__name__ for result in results) == ["Call", "Refused"]
    assert verbs() == ["calls.call.publish"]
    assert Form.objects.exclude(published_at=None).count() == 1


# --- Every move: state and person -----------------------------------------------------------------
ACTS = {
    "publish": lambda call, by: calls.publish(call, by=by),
    "extend": lambda call, by: calls.extend(
        call, by=by, closes_at=call.closes_at + timedelta(days=3), reason="Une panne du portail."
    ),
    "close": lambda call, by: calls.close(call, by=by),
    "archive": lambda call, by: calls.archive(call, by=by),
    "cancel": lambda call, by: calls.cancel(call, by=by, reason="Plus de budget."),
}


def test_every_move_is_tried_here_and_has_a_permission():
    assert ACTS.keys() == CALL_MOVES.keys()
    assert CALL_MOVES.keys() <= Call._meta.rules_permissions.keys()


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (verb, state)
        for verb, (sources, _) in CALL_MOVES.items()
        for state in sorted(set(CallState) - sources)
    ],
)
def test_moves_refuse_other_states(manager, verb, state):
    call = ready(state=state)

    with pytest.raises(Refused, match="can no longer be done"):
        ACTS[verb](call, manager)

    call.refresh_from_db()
    assert call.state == state


@pytest.mark.parametrize("verb", CALL_MOVES)
def test_moves_refuse_the_wrong_people(verb, auditor, finance, entrepreneur, officer):
    call = ready(state=sorted(CALL_MOVES[verb][0])[0])
    wrong = [auditor, finance, entrepreneur] + ([officer] if verb in ("archive", "cancel") else [])

    for person in wrong:
        with pytest.raises(NotAllowed):
            ACTS[verb](call, person)
    assert not JournalEntry.objects.exists()


# --- Extend ---------------------------------------------------------------------------------------
def test_extend_is_public_and_told_to_those_who_have_a_draft(officer):
    call = CallFactory()
    draft = ApplicationFactory(call=call, applicant__language="fr")
    ApplicationFactory(call=call, submitted=True)
    before, after = call.closes_at, call.closes_at + timedelta(days=7)

    calls.extend(call, by=officer, closes_at=after, reason={"fr": "Une panne.", "nl": "Een storing."})

    extension = call.extensions.get()
    assert (call.closes_at, extension.old_closes_at, extension.by) == (after, before, officer)
    assert (extension.reason_fr, extension.reason_nl) == ("Une panne.", "Een storing.")
    message = OutboxMessage.objects.get()
    assert (message.template, message.recipient) == ("calls/extended", draft.applicant)
    assert "Une panne." in message.body
    assert call.title in message.subject
    assert JournalEntry.objects.get().facts["reason"] == "Une panne."


def test_a_call_past_its_deadline_can_be_extended_into_the_future(officer):
    call = CallFactory(closes_at=NOW() - timedelta(hours=1))

    calls.extend(call, by=officer, closes_at=NOW() + timedelta(days=1), reason="Le portail était en panne.")

    assert call.is_open


@pytest.mark.parametrize(
    ("closes_at", "reason", "says"),
    [
        (lambda call: call.closes_at, "Une panne.", "later than the present one"),
        (lambda call: call.closes_at - timedelta(days=1), "Une panne.", "later than the present one"),
        (lambda call: call.closes_at + timedelta(days=1), " ", "reason in French"),
        (lambda call: call.closes_at + timedelta(days=1), {"nl": "Een storing."}, "reason in French"),
    ],
)
def test_extend_refuses(officer, closes_at, reason, says):
    call = CallFactory()
    ApplicationFactory(call=call)
    before = call.closes_at

    with pytest.raises(Refused, match=says):
        calls.extend(call, by=officer, closes_at=closes_at(call), reason=reason)

    call.refresh_from_db()
    assert call.closes_at == before
    assert not call.extensions.exists()
    assert not OutboxMessage.objects.exists()


def test_extend_refuses_an_instant_that_is_past(officer):
    call = CallFactory(closes_at=NOW() - timedelta(days=2))

    with pytest.raises(Refused, match="is past"):
        calls.extend(call, by=officer, closes_at=NOW() - timedelta(days=1), reason="Une panne.")


# --- Close, archive, cancel -----------------------------------------------------------------------
def test_close_after_the_deadline_once_everything_is_decided(officer, manager):
    call = CallFactory(closes_at=NOW() - timedelta(days=1))
    waiting = ApplicationFactory(call=call, submitted=True)
    ApplicationFactory(call=call, title="Never submitted")
    with pytest.raises(Refused, match="1 application"):
        calls.close(call, by=officer)

    type(waiting).objects.filter(pk=waiting.pk).update(state="rejected")
    calls.close(call, by=officer)
    calls.archive(call, by=manager)

    assert call.state == CallState.ARCHIVED
    assert verbs() == ["calls.call.close", "calls.call.archive"]


def test_close_waits_for_the_deadline_and_its_grace(officer):
    call = CallFactory(closes_at=NOW() - timedelta(seconds=30), grace_seconds=60)

    with pytest.raises(Refused, match="open until"):
        calls.close(call, by=officer)


def test_cancel_tells_everyone_who_began(manager):
    call = CallFactory()
    draft, sent = ApplicationFactory(call=call), ApplicationFactory(call=call, submitted=True)
    gone = ApplicationFactory(call=call, state="withdrawn")

    calls.cancel(call, by=manager, reason="Le budget n’a pas été voté.")

    told = {message.recipient for message in OutboxMessage.objects.all()}
    assert told == {draft.applicant, sent.applicant}
    assert gone.applicant not in told
    assert "Le budget n’a pas été voté." in OutboxMessage.objects.first().body
    assert JournalEntry.objects.get().facts["reason"] == "Le budget n’a pas été voté."


def test_cancel_needs_a_reason(manager):
    call = CallFactory()

    with pytest.raises(Refused, match="Say why"):
        calls.cancel(call, by=manager, reason=" ")

    call.refresh_from_db()
    assert call.state == CallState.PUBLISHED


# --- Copy -----------------------------------------------------------------------------------------
def test_copy_takes_every_part_and_leaves_the_dates(officer):
    call = CallFactory(title_fr="Chèque", title_nl="Cheque", decision_on="2027-01-01")
    CriterionFactory(call=call, label_de="Mehrwert")
    CallRuleFactory(call=call)
    PublicAnswer.objects.create(
        call=call, question_fr="Qui ?", answer_fr="Vous.", state="published", published_at=NOW()
    )
    PublicAnswer.objects.create(call=call, state="new")

    copy = calls.copy(call, by=officer, slug="cheque-2", code="C2")

    assert (copy.state, copy.opens_at, copy.closes_at, copy.decision_on) == ("draft", None, None, None)
    assert (copy.title_fr, copy.title_nl, copy.copied_from) == ("Chèque", "Cheque", call)
    assert [strand.ceiling for strand in copy.strands.all()] == [6000]
    assert copy.criteria.get().label_de == "Mehrwert"
    assert copy.rules.get().params == {"which": "either"}
    assert (copy.public_answers.get().state, copy.public_answers.get().published_at) == ("answered", None)
    assert (copy.form.number, copy.form.is_frozen) == (1, False)
    assert [question.key for question in copy.form.questions.all()] == [
        question.key for question in call.form.questions.all()
    ]
    assert call.strands.count() == 1
    assert verbs() == ["calls.call.copy"]


def test_copy_refuses_an_address_in_use_and_leaves_nothing(officer):
    call = CallFactory()

    with pytest.raises(Refused, match="already has this address"):
        calls.copy(call, by=officer, slug=call.slug, code="C2")
    assert Call.objects.count() == 1


def test_copy_is_for_those_who_write_calls(auditor):
    with pytest.raises(NotAllowed):
        calls.copy(CallFactory(), by=auditor, slug="x", code="X")


# --- Problems -------------------------------------------------------------------------------------
def test_a_ready_call_has_no_problems():
    call = ready()
    CallRuleFactory(call=call)
    CriterionFactory(call=call)

    assert calls.problems(call) == []


def broken(**facts):
    return lambda: ready(**facts)


def with_strand(**facts):
    def make():
        call = ready()
        call.strands.update(**facts)
        return call

    return make


def with_part(model, **facts):
    def make():
        call = ready()
        model.objects.create(call=call, **facts)
        return call

    return make


def with_question(**facts):
    def make():
        call = ready()
        section = call.form.sections.get()
        Question.objects.create(**{"section": section, "key": "q", "kind": "yes_no", "label_fr": "Q"} | facts)
        return call

    return make


def without(what):
    def make():
        call = ready()
        what(call)
        return call

    return make


CASES = {
    "title": (broken(title_fr=""), "texts", "title"),
    "summary": (broken(summary_fr=""), "texts", "in one sentence"),
    "envelope": (broken(envelope=None), "money", "Choose the envelope"),
    "no account": (broken(own_share_account=""), "money", "own shares"),
    "wrong account": (broken(own_share_account="BE00539007547034"), "money", "own shares"),
    "contact": (broken(contact_email=""), "money", "contact"),
    "no dates": (broken(opens_at=None), "dates", "Set the instants"),
    "closes in the past": (
        broken(opens_at=NOW() - timedelta(days=9), closes_at=NOW() - timedelta(days=1)),
        "dates",
        "closing instant is past",
    ),
    "opens before today": (broken(opens_at=NOW() - timedelta(days=2)), "dates", "opening day is past"),
    "decided too early": (broken(decision_on=NOW().date()), "dates", "decision is expected before"),
    "no strand": (without(lambda call: call.strands.all().delete()), "strands", "at least one strand"),
    "untitled strand": (with_strand(title_fr=""), "strands", "no French title"),
    "shares above the envelope": (with_strand(budget_share=240_001), "strands", "share out"),
    "unknown rule": (with_part(CallRule, code="nobody"), "rules", "does not exist"),
    "wrong parameters": (
        with_part(CallRule, code="wallonia_seat_or_site", params={"which": "moon"}),
        "rules",
        "",
    ),
    "own question without words": (
        with_part(CallRule, code="staff_yes_no", params={"right": "yes", "remedy": "Demandez-nous."}),
        "rules",
        "no French words",
    ),
    "weights": (with_part(Criterion, label_fr="Audace", weight=40), "criteria", "40"),
    "no criteria by score": (broken(allocation="by_score"), "criteria", "add the criteria"),
    "no form": (without(lambda call: call.forms.all().delete()), "form", "no section yet"),
    "empty section": (
        without(lambda call: Section.objects.create(form=call.form, key="x", title_fr="Vide")),
        "form",
        "has no question",
    ),
    "untitled section": (
        without(lambda call: Section.objects.filter(form=call.form).update(title_fr="")),
        "form",
        "no French title",
    ),
    "unworded question": (with_question(label_fr=""), "form", "French words"),
    "one option": (with_question(kind="single_choice", options_fr="a | A"), "form", "two options"),
    "other values in Dutch": (
        with_question(kind="single_choice", options_fr="a | A\nb | B", options_nl="a | A\nc | C"),
        "form",
        "same values",
    ),
    "min above max": (with_question(kind="number", minimum=5, maximum=1), "form", "larger"),
    "budget unit": (with_question(kind="budget", settings={"unit": "week"}), "form", "unit"),
    "shown if a later question": (
        with_question(position=0, shown_if={"question": "new", "in": [True]}),
        "form",
        "does not come before",
    ),
    "shown if an answer that is not offered": (
        with_question(position=99, shown_if={"question": "new", "in": ["maybe"]}),
        "form",
        "does not offer",
    ),
    "unnamed document": (
        without(lambda call: DocumentRequestFactory(form=call.form, label_fr="")),
        "form",
        "no French name",
    ),
}


@pytest.mark.parametrize(("make", "tab", "says"), CASES.values(), ids=CASES)
def test_problems_name_what_is_missing_and_where(make, tab, says, officer):
    call = Call.objects.get(pk=make().pk)

    found = calls.problems(call)

    assert [problem.tab for problem in found] == [tab]
    assert says in found[0]
    with pytest.raises(Refused):
        calls.publish(call, by=officer)


def test_an_empty_envelope_pays_for_nothing():
    spent = EnvelopeFactory(amount=6000)
    type(spent).objects.filter(pk=spent.pk).update(committed=6000)
    spent.refresh_from_db()

    assert [problem.tab for problem in calls.problems(ready(envelope=spent))] == ["money"]


def test_a_boost_up_call_needs_no_account_for_own_shares():
    assert calls.problems(ready(kind="boost_up", own_share_account="", own_share_first=False)) == []


def test_a_call_that_opened_earlier_today_can_be_published(officer):
    call = ready(opens_at=NOW())

    calls.publish(call, by=officer)

    assert call.is_open
