"""Answers one field at a time: the last write wins and says whose it replaced."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.models import User
from calls.domain import answers
from calls.enums import ApplicationState
from calls.models import Answer
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory
from wecd.common.workflow import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(entrepreneur, enterprise):
    return ApplicationFactory(enterprise=enterprise, applicant=entrepreneur, answers=False)


def test_save_stores_one_row_and_counts_its_versions(draft, entrepreneur):
    first = answers.save(draft, "provider", " Studio  Ombelle ", by=entrepreneur)
    again = answers.save(draft, "provider", "Studio Ombelle", by=entrepreneur)  # the same, in other spaces
    second = answers.save(draft, "provider", "Atelier", by=entrepreneur, seen_version=1)
    assert (first.value, first.version, again.version, second.version) == ("Studio Ombelle", 1, 1, 2)
    assert second.by_other is None
    assert draft.answers.get().value == "Atelier"


def test_save_queries_stay_few(draft, entrepreneur, django_assert_max_num_queries):
    entrepreneur.enterprise_roles  # noqa: B018  (read once a request)
    with django_assert_max_num_queries(8):
        answers.save(draft, "provider", "Atelier", by=entrepreneur)


def test_each_writer_learns_of_the_other(draft, entrepreneur, enterprise):
    marc = MembershipFactory(enterprise=enterprise, role="editor", user__name="Marc Hodister").user
    answers.save(draft, "provider", "Claire's", by=entrepreneur, seen_version=0)
    saved = answers.save(draft, "provider", "Marc's", by=marc, seen_version=0)
    assert (saved.value, saved.by_other.name, saved.by_other.value) == (
        "Marc's",
        entrepreneur.name,
        "Claire's",
    )
    assert not saved.by_other.same_person
    back = answers.save(draft, "provider", "Claire's again", by=entrepreneur, seen_version=1)
    assert (back.by_other.name, back.by_other.value, back.version) == ("Marc Hodister", "Marc's", 3)
    tab = answers.save(draft, "provider", "From the other tab", by=entrepreneur, seen_version=1)
    assert tab.by_other.same_person


def test_what_does_not_pass_is_kept_as_typed(draft, entrepreneur):
    saved = answers.save(draft, "pitch", "mot " * 51, by=entrepreneur)
    assert saved.errors
    assert draft.answers.get().value == {"typed": "mot " * 51}
    assert answers.save(draft, "pitch", "mot", by=entrepreneur).errors == ()


def test_emptying_an_answer_keeps_the_row_and_an_empty_first_one_makes_none(draft, entrepreneur):
    assert answers.save(draft, "pitch", "  ", by=entrepreneur).version == 0
    assert not Answer.objects.exists()
    answers.save(draft, "pitch", "x", by=entrepreneur)
    assert answers.save(draft, "pitch", "", by=entrepreneur).version == 2
    assert draft.answers.get().value is None


def test_the_title_is_saved_like_an_answer(draft, entrepreneur):
    answers.save(draft, "$title", " Panneaux \n acoustiques ", by=entrepreneur)
    draft.refresh_from_db()
    assert draft.title == "Panneaux acoustiques"


@pytest.mark.parametrize(("late", "kept"), [(-1, True), (0, True), (60, True), (61, False)])
def test_after_the_deadline_and_its_grace_the_text_is_handed_back(draft, entrepreneur, late, kept):
    at = draft.call.closes_at + timedelta(seconds=late)
    if kept:
        assert answers.save(draft, "pitch", "x", by=entrepreneur, received_at=at).version == 1
        return
    with pytest.raises(answers.NotSaved, match="deadline") as refused:
        answers.save(draft, "pitch", "All I wrote", by=entrepreneur, received_at=at)
    assert refused.value.raw == "All I wrote"
    assert not Answer.objects.exists()


@pytest.mark.parametrize("state", sorted(set(ApplicationState) - {"draft", "awarded", "selected"}))
def test_only_a_draft_takes_answers(entrepreneur, enterprise, state):
    application = ApplicationFactory(
        submitted=True, state=state, enterprise=enterprise, applicant=entrepreneur, answers=False
    )
    with pytest.raises(answers.NotSaved) as refused:
        answers.save(application, "pitch", "x", by=entrepreneur)
    assert refused.value.raw == "x"


def test_only_editors_write(draft, officer, manager):
    reader = MembershipFactory(enterprise=draft.enterprise, role="reader").user
    for person in (reader, officer, manager, UserFactory()):
        with pytest.raises(NotAllowed):
            answers.save(draft, "pitch", "x", by=person)
    assert not Answer.objects.exists()


def test_a_question_the_form_does_not_have_is_refused_with_the_text(draft, entrepreneur):
    with pytest.raises(answers.NotSaved):
        answers.save(draft, "gone", "x", by=entrepreneur)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_writing_at_once_make_one_row_and_two_versions(together):
    draft = ApplicationFactory(answers=False)
    person = draft.applicant

    def write(text):
        me = User.objects.get(pk=person.pk)
        return lambda: answers.save(draft, "pitch", text, by=me, seen_version=0)

    saved = together(write("one"), write("two"), write("three"))
    assert not [s for s in saved if isinstance(s, IntegrityError | Exception)]
    assert sorted(s.version for s in saved) == [1, 2, 3]
    assert [s.by_other is None for s in sorted(saved, key=lambda s: s.version)] == [True, False, False]
    assert draft.answers.get().value == max(saved, key=lambda s: s.version).value
