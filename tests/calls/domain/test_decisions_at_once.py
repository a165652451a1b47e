"""Decisions taken at the same moment, on real connections."""

import pytest
from django.db.models import Sum

from calls.domain import applications, decisions
from calls.models import Application
from grants.domain import awards
from grants.models import Award, Envelope, LedgerEntry
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.calls.domain.test_decisions import many, proposed, submitted
from tests.calls.factories import CallFactory, StrandFactory, selected_application
from wecd.common.workflow import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db):
    return CallFactory(envelope__amount=60_000)


def fresh(application):
    return Application.objects.get(pk=application.pk)


@pytest.mark.django_db(transaction=True)
def test_two_officers_propose_the_last_euro(officer, officer2, together):
    call = CallFactory(envelope__amount=6000, boost_up=True)
    one, other = many(call, 2)

    together(
        lambda: decisions.propose(fresh(one), by=officer, amount=6000),
        lambda: decisions.propose(fresh(other), by=officer2, amount=6000),
    )

    assert sorted(Application.objects.values_list("state", flat=True)) == ["reserve", "selected"]


@pytest.mark.django_db(transaction=True)
def test_two_officers_propose_the_same_application(officer, officer2, call, together):
    application = submitted(call)

    results = together(
        lambda: decisions.propose(fresh(application), by=officer, amount=6000),
        lambda: decisions.propose(fresh(application), by=officer2, amount=5000),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Award.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_approve_and_withdraw_at_once_end_in_one_story(officer, manager, call, together):
    application = proposed(call, officer)
    applicant = application.applicant

    results = together(
        lambda: decisions.approve(fresh(application), by=manager),
        lambda: applications.withdraw(fresh(application), by=applicant),
    )

    application.refresh_from_db()
    assert [type(r) for r in results if not isinstance(r, Application)] == [Refused]
    if application.state == "awarded":
        assert (application.award.state, Envelope.objects.get().committed) == ("approved", 6000)
    else:
        assert (application.state, Award.objects.get().state) == ("withdrawn", "declined")
        assert Envelope.objects.get().committed == 0


@pytest.mark.django_db(transaction=True)
def test_the_award_approved_while_its_application_is_withdrawn(officer, manager, call, together):
    """The other door to the same approval takes its locks in the same order: no deadlock."""
    application = proposed(call, officer)
    award, applicant = application.award, application.applicant

    results = together(
        lambda: awards.approve(award, by=manager),
        lambda: applications.withdraw(fresh(application), by=applicant),
    )

    assert [type(r) for r in results if isinstance(r, Exception)] == [Refused]


@pytest.mark.django_db(transaction=True)
def test_a_strands_share_holds_when_all_are_approved_at_once(officer, manager, together):
    call = CallFactory(envelope__amount=600_000)
    strand = StrandFactory(call=call, budget_share=18_000)
    rows = [
        selected_application(call=call, strand=strand, proposed_by=officer, answers=False) for _ in range(8)
    ]

    results = together(*[lambda row=row: decisions.approve(fresh(row), by=manager) for row in rows])

    assert sum(isinstance(result, Refused) for result in results) == 5
    assert Envelope.objects.get().committed == 18_000
    assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == 18_000


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_promote_two(officer, manager, finance, together):
    call = CallFactory(envelope__amount=12_000)
    winners = [decisions.approve(proposed(call, officer), by=manager) for _ in range(2)]
    waiting = [proposed(call, officer) for _ in range(3)]

    results = together(
        *[lambda row=row: decisions.release(fresh(row), by=finance, reason="x") for row in winners]
    )

    assert not [r for r in results if isinstance(r, Exception)]
    assert [fresh(row).state for row in waiting] == ["selected", "selected", "reserve"]
    assert Envelope.objects.get().committed == 0


def test_one_enterprise_in_a_group_has_its_own_place(officer, call):
    first = proposed(call, officer)
    sister = EnterpriseFactory(undertaking=first.enterprise.undertaking, owner=UserFactory())

    assert proposed(call, officer, enterprise=sister).state == "selected"
