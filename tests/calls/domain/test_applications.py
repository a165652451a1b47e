"""Begin, complete and withdraw an application."""

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from calls.domain import applications, forms, submissions
from calls.domain.dossiers import Dossier
from calls.enums import APPLICATION_MOVES, ApplicationState, CallState
from calls.models import Application
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.calls.factories import (
    ApplicationFactory,
    CallFactory,
    StrandFactory,
    selected_application,
)
from tests.calls.forms import call_asking
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def begin(call, user, strand=None):
    user = User.objects.get(pk=user.pk)
    return applications.start(
        call, strand=strand or call.strands.first(), enterprise=user.memberships.get().enterprise, by=user
    )


def test_start_makes_a_draft_and_writes_the_journal(entrepreneur, enterprise):
    call = CallFactory()
    draft = begin(call, entrepreneur)
    assert (draft.state, draft.enterprise, draft.form) == ("draft", enterprise, call.form)
    assert draft.uniqueness_scope == call.pk
    assert [e.verb for e in JournalEntry.objects.all()] == ["calls.application.start"]


def test_start_gives_the_draft_there_is_rather_than_a_second(entrepreneur, enterprise):
    call = CallFactory()
    colleague = MembershipFactory(enterprise=enterprise, role="editor").user
    first = begin(call, entrepreneur)
    assert begin(call, colleague) == first
    assert Application.objects.count() == 1


def test_start_under_another_strand_moves_the_draft_unless_strands_are_separate(entrepreneur):
    call, other = CallFactory(), CallFactory(uniqueness="strand")
    for one, drafts in ((call, 1), (other, 2)):
        first = begin(one, entrepreneur)
        second = StrandFactory(call=one)
        again = begin(one, entrepreneur, second)
        assert again.strand == second
        assert (again == first) == (drafts == 1)
        assert one.applications.count() == drafts


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_give_one_draft(together):
    user = UserFactory()
    EnterpriseFactory(owner=user)
    call = CallFactory()
    drafts = together(*[lambda: begin(call, user)] * 3)
    assert len({draft.pk for draft in drafts}) == Application.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_begun_while_a_version_is_published_begins_on_it(officer, together):
    user = UserFactory()
    EnterpriseFactory(owner=user)
    call = CallFactory()
    version = forms.new_version(call, by=officer)
    published = threading.Event()

    def publish():
        with transaction.atomic():
            forms.publish_version(version, by=officer, note="Une question de plus.")
            published.set()
            time.sleep(0.5)  # not committed yet: the other must wait for it

    def start():
        published.wait(10)
        return begin(call, user)

    _done, draft = together(publish, start)
    assert draft.form == version


@pytest.mark.django_db(transaction=True)
def test_a_submission_keeps_the_strand_it_was_made_under(together):
    user = UserFactory()
    EnterpriseFactory(owner=user)
    call = CallFactory()
    draft = ApplicationFactory(call=call, enterprise=user.memberships.get().enterprise, applicant=user)
    other = StrandFactory(call=call)
    submitted = threading.Event()

    def submit():
        with transaction.atomic():
            submissions.submit(draft, by=user, received_at=timezone.now())
            submitted.set()
            time.sleep(0.5)

    def change_strand():
        submitted.wait(10)
        return begin(call, user, other)

    together(submit, change_strand)
    strand = draft.strand
    draft.refresh_from_db()
    assert (draft.state, draft.strand) == ("submitted", strand)


@pytest.mark.parametrize(
    "fields",
    [
        {"closes_at": timezone.now() - timedelta(seconds=1)},
        {"opens_at": timezone.now() + timedelta(hours=1)},
        {"state": "cancelled"},
        {"state": "closed"},
    ],
)
def test_start_refuses_a_call_that_is_not_open(entrepreneur, fields):
    call = CallFactory(**fields)
    with pytest.raises(Refused):
        begin(call, entrepreneur)
    assert not Application.objects.exists()


def test_start_refuses_readers_strangers_and_a_second_submission(entrepreneur, enterprise):
    call = CallFactory()
    reader = MembershipFactory(enterprise=enterprise, role="reader").user
    for person in (reader, UserFactory()):
        with pytest.raises(NotAllowed):
            applications.start(call, strand=call.strands.first(), enterprise=enterprise, by=person)
    ApplicationFactory(submitted=True, call=call, enterprise=enterprise, applicant=entrepreneur)
    with pytest.raises(Refused, match="already submitted"):
        begin(call, entrepreneur)


def test_start_again_after_a_withdrawal(entrepreneur, enterprise):
    call = CallFactory()
    ApplicationFactory(
        submitted=True, state="withdrawn", call=call, enterprise=enterprise, applicant=entrepreneur
    )
    assert begin(call, entrepreneur).is_draft


# --- What is missing ------------------------------------------------------------------------------
def test_a_complete_draft_lacks_nothing(django_assert_num_queries):
    application = Application.objects.select_related("call", "strand", "form").get(pk=ApplicationFactory().pk)
    with django_assert_num_queries(6):  # sections, questions, documents, answers, their writers, files
        assert applications.missing(application) == []


def test_missing_names_each_thing_with_its_section():
    call = call_asking(documents=[{"key": "quote"}, {"key": "extra", "required": False}])
    application = ApplicationFactory(call=call, title=" ")
    application.answers.filter(key__in=["pitch", "honest"]).delete()
    with translation.override("en"):
        found = applications.missing(application)
    assert [(m.section, m.key) for m in found] == [
        ("your-enterprise", "$title"),
        ("project", "pitch"),
        ("project", "honest"),
        ("your-documents", "quote"),
    ]
    assert [m.sentence for m in found][1:3] == ["Answer this question.", "Tick the box to declare this."]


def test_an_answer_that_does_not_pass_is_missing_with_its_remedy():
    application = ApplicationFactory()
    application.answers.filter(key="pitch").update(value={"typed": "mot " * 51})
    table = {"lines": [{"label": "A", "quantity": "1", "unit_price": "680"}]}
    application.answers.filter(key="budget").update(value={"typed": table})
    with translation.override("en"):
        pitch, budget = applications.missing(application)
    assert "51 words" in pitch.sentence
    assert "€680 is above the ceiling of €625" in budget.sentence


def test_a_hidden_question_is_neither_required_nor_submitted():
    why = {"key": "why", "kind": "short_text", "shown_if": {"question": "new", "in": [False]}}
    application = ApplicationFactory(call=call_asking(why))
    application.answers.create(key="why", value="left over", updated_by=application.applicant)
    assert [q.key for q in Dossier(application).shown if q.key == "why"] == []
    application.answers.filter(key="new").update(value=False)
    application.answers.filter(key="why").delete()
    assert [m.key for m in applications.missing(application)] == ["why"]


def test_a_grant_under_the_floor_says_how_much_to_plan():
    application = ApplicationFactory()
    table = {"lines": [{"label": "A", "quantity": "1", "unit_price": "600.00"}]}
    application.answers.filter(key="budget").update(value=table)
    with translation.override("en"):
        (found,) = applications.missing(application)
    assert "€1,333.34" in found.sentence  # 1,000 € at 75 %, never a cent short


@pytest.mark.parametrize(
    ("price", "granted"), [("625.00", "6000.00"), ("333.33", "3999.96"), ("0.33", "3.96"), ("0.01", "0.12")]
)
def test_the_grant_is_the_rate_of_the_cost_up_to_the_ceiling(price, granted):
    application = ApplicationFactory()
    table = {"lines": [{"label": "A", "quantity": "16", "unit_price": price}]}
    application.answers.filter(key="budget").update(value=table)
    dossier = Dossier(application)
    assert dossier.requested == Decimal(granted)
    assert dossier.requested <= dossier.cost * Decimal("0.75")


def test_states_of_the_pages():
    application = ApplicationFactory(call=call_asking({"key": "last", "kind": "short_text"}))
    with translation.override("en"):
        states = {step.key: Dossier(application).state(step) for step in Dossier(application).steps}
    assert states["project"] == ("complete", "5 answers of 5")
    assert states["more"] == ("todo", "0 answers of 1")


# --- Withdraw -------------------------------------------------------------------------------------
def test_withdraw_a_submitted_application_says_so_by_mail(entrepreneur, enterprise):
    application = ApplicationFactory(submitted=True, enterprise=enterprise, applicant=entrepreneur)
    applications.withdraw(application, by=entrepreneur, reason=" Changed plans ")
    assert application.state == "withdrawn"
    entry = JournalEntry.objects.get()
    assert (entry.verb, entry.facts["reason"]) == ("calls.application.withdraw", "Changed plans")
    assert [m.template for m in OutboxMessage.objects.all()] == ["calls/withdrawn"]


@pytest.mark.parametrize(
    "state", sorted(set(ApplicationState) - APPLICATION_MOVES["withdraw"][0] - {"awarded"})
)
def test_withdraw_refuses_other_states(entrepreneur, enterprise, state):
    application = ApplicationFactory(
        submitted=True, state=state, enterprise=enterprise, applicant=entrepreneur
    )
    with pytest.raises(Refused):
        applications.withdraw(application, by=entrepreneur)
    assert not OutboxMessage.objects.exists()


def test_withdraw_is_for_the_applicants_editors(officer, manager):
    application = ApplicationFactory(submitted=True)
    reader = MembershipFactory(enterprise=application.enterprise, role="reader").user
    for person in (officer, manager, reader, UserFactory()):
        with pytest.raises(NotAllowed):
            applications.withdraw(application, by=person)
    application.refresh_from_db()
    assert application.state == "submitted"


def test_withdraw_rolls_back_whole(entrepreneur, enterprise, monkeypatch):
    application = ApplicationFactory(submitted=True, enterprise=enterprise, applicant=entrepreneur)

    def fail(*args, **kwargs):
        raise RuntimeError("no journal")

    monkeypatch.setattr("wecd.common.journal.record", fail)
    with pytest.raises(RuntimeError):
        applications.withdraw(application, by=entrepreneur)
    application.refresh_from_db()
    assert application.state == "submitted"
    assert not OutboxMessage.objects.exists()


def test_withdraw_what_was_proposed(officer):
    application = selected_application(proposed_by=officer)
    applications.withdraw(application, by=application.applicant)
    assert application.state == "withdrawn"


def test_check_accepts_states_the_rule(entrepreneur):
    call = CallFactory(closes_at=timezone.now(), grace_seconds=60)
    applications.check_accepts(call, call.closes_at + timedelta(seconds=60))
    with pytest.raises(applications.NotInTime, match="60 seconds"), translation.override("en"):
        applications.check_accepts(call, call.closes_at + timedelta(seconds=60, microseconds=1))
    for state in set(CallState) - {"published"}:
        call.state = state
        with pytest.raises(Refused):
            applications.check_accepts(call, call.closes_at - timedelta(seconds=1))
