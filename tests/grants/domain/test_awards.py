"""Propose, approve, decline, release."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError
from django.db.models import Sum
from django.utils import timezone

from grants import signals
from grants.domain import awards, envelopes
from grants.enums import AWARD_MOVES, AwardState
from grants.models import Award, DeMinimisAid, Envelope, LedgerEntry
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.grants.factories import AwardFactory, EnvelopeFactory
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def propose(by, **kwargs):
    facts = {
        "envelope": kwargs.pop("envelope", None) or EnvelopeFactory(),
        "enterprise": kwargs.pop("enterprise", None) or EnterpriseFactory(),
        "reference": "CC-2026-0001",
        "title": "A blanket",
        "eligible_cost": Decimal(8000),
        "rate": Decimal(75),
        "amount": Decimal(6000),
    }
    return awards.propose(by=by, **facts | kwargs)


def verbs():
    return list(JournalEntry.objects.order_by("at", "id").values_list("verb", flat=True))


def test_every_move_names_a_permission():
    assert AWARD_MOVES.keys() <= Award._meta.rules_permissions.keys()


def test_propose_commits_nothing(officer):
    award = propose(officer)

    assert (award.state, award.proposed_by, award.own_share) == ("proposed", officer, 2000)
    assert Envelope.objects.get().committed == 0
    assert verbs() == ["grants.award.propose"]


@pytest.mark.parametrize("person", ["finance", "auditor", "entrepreneur"])
def test_only_officers_propose(request, person):
    with pytest.raises(NotAllowed):
        propose(request.getfixturevalue(person))
    assert not Award.objects.exists()


def test_approve_commits_money_writes_the_aid_and_the_journal(officer, manager):
    award = propose(officer)

    awards.approve(award, by=manager)

    assert (award.state, award.approved_by) == ("approved", manager)
    assert award.approved_at is not None
    assert Envelope.objects.get().committed == 6000
    aid = DeMinimisAid.objects.get()
    assert (aid.amount, aid.granted_on, aid.undertaking) == (
        6000,
        timezone.localdate(),
        award.enterprise.undertaking,
    )
    assert (aid.nace_code, aid.granting_authority) == ("74120", award.envelope.action.lead.name)
    assert verbs() == ["grants.award.propose", "grants.award.approve"]


def test_finance_may_approve_too(officer, finance):
    assert awards.approve(propose(officer), by=finance).state == "approved"


def test_aid_on_another_legal_ground_is_not_counted(officer, manager):
    awards.approve(propose(officer, legal_basis="gber_28"), by=manager)

    assert not DeMinimisAid.objects.exists()


def test_the_proposer_cannot_approve():
    both = UserFactory(roles=["officer", "manager"])
    award = propose(both)

    with pytest.raises(NotAllowed, match="You proposed this award"):
        awards.approve(award, by=both)

    assert (Award.objects.get().state, Envelope.objects.get().committed) == ("proposed", 0)


def test_postgres_wants_two_people_too(officer):
    award = propose(officer)

    with pytest.raises(DatabaseError, match="award_needs_two_people"):
        Award.objects.filter(pk=award.pk).update(approved_by=officer)


def test_a_superuser_has_no_way_round(officer):
    award = propose(officer)

    with pytest.raises(NotAllowed):
        awards.approve(award, by=UserFactory(is_superuser=True, is_staff=True))
    boss = UserFactory(is_superuser=True, roles=["manager"])
    with pytest.raises(NotAllowed):
        awards.approve(propose(boss, reference="CC-2026-0002"), by=boss)


@pytest.mark.parametrize("person", ["officer2", "auditor", "entrepreneur", "system"])
def test_others_cannot_approve(request, officer, person):
    award = propose(officer)

    with pytest.raises(NotAllowed):
        awards.approve(award, by=request.getfixturevalue(person))


def test_a_member_of_the_enterprise_cannot_approve(officer, manager):
    award = propose(officer)
    MembershipFactory(enterprise=award.enterprise, user=manager)

    with pytest.raises(NotAllowed, match="member of this enterprise"):
        awards.approve(award, by=manager)


WRONG_STATES = [(v, s) for v in sorted(AWARD_MOVES) for s in sorted(AwardState) if s not in AWARD_MOVES[v][0]]


@pytest.mark.parametrize(("verb", "state"), WRONG_STATES)
def test_moves_refuse_other_states(manager, verb, state):
    award = AwardFactory(approved=True)
    Award.objects.filter(pk=award.pk).update(state=state)
    move = getattr(awards, verb)

    with pytest.raises(Refused, match="is now"):
        move(award, by=manager, **({} if verb in ("approve", "promote") else {"reason": "x"}))

    assert (Award.objects.get().state, LedgerEntry.objects.count()) == (state, 0)


def test_an_envelope_without_room_leaves_everything_as_it_was(officer, manager):
    award = propose(officer, envelope=EnvelopeFactory(amount=5000))

    with pytest.raises(Refused, match="5,000"):
        awards.approve(award, by=manager)

    assert Award.objects.get().state == "proposed"
    assert not DeMinimisAid.objects.exists()
    assert verbs() == ["grants.award.propose"]


def test_a_receiver_that_refuses_takes_the_approval_back(officer, manager):
    award = propose(officer)

    def refuse(award, **kwargs):
        raise Refused("not now")

    signals.award_approved.connect(refuse)
    try:
        with pytest.raises(Refused, match="not now"):
            awards.approve(award, by=manager)
    finally:
        signals.award_approved.disconnect(refuse)
    assert (Award.objects.get().state, Envelope.objects.get().committed) == ("proposed", 0)
    assert not LedgerEntry.objects.exists()


def test_decline_sends_back_and_tells(officer, manager):
    award, told = propose(officer), []

    def hear(award, by, reason, **kwargs):
        told.append((award.state, by, reason))

    signals.award_declined.connect(hear)
    awards.decline(award, by=manager, reason="The quote is missing.")
    signals.award_declined.disconnect(hear)

    assert told == [("declined", manager, "The quote is missing.")]
    assert Envelope.objects.get().committed == 0


def test_release_frees_the_money_and_the_room(officer, manager, finance):
    award = awards.approve(propose(officer), by=manager)

    awards.release(award, by=finance, reason="The enterprise gives it up.")

    assert award.state == "released"
    assert Envelope.objects.get().committed == 0
    assert DeMinimisAid.objects.get().cancelled_on == timezone.localdate()
    assert list(LedgerEntry.objects.order_by("id").values_list("kind", "amount")) == [
        ("commit", 6000),
        ("release", 6000),
    ]
    assert (
        JournalEntry.objects.get(verb="grants.award.release").facts["reason"] == "The enterprise gives it up."
    )


def test_an_officer_cannot_release(officer, manager):
    award = awards.approve(propose(officer), by=manager)

    with pytest.raises(NotAllowed, match="finance"):
        awards.release(award, by=officer, reason="x")


def test_the_applicant_may_let_a_proposal_lapse_but_not_another(officer, entrepreneur, enterprise):
    mine, other = propose(officer, enterprise=enterprise), propose(officer, reference="B")

    assert awards.lapse(mine, by=entrepreneur).state == "declined"
    with pytest.raises(NotAllowed):
        awards.lapse(other, by=entrepreneur)


def test_the_reserve_keeps_its_proposer_when_promoted(officer, system):
    award = propose(officer, in_reserve=True)

    awards.promote(award, by=system)

    assert (award.state, award.proposed_by) == ("proposed", officer)


# --- Ceiling ------------------------------------------------------------------------------------------
def test_an_aid_over_the_ceiling_is_refused_whole_and_says_the_figures(officer, manager):
    award = propose(officer)
    aid(award.enterprise, 295_000)

    with pytest.raises(Refused, match=r"295,000.*6,000.*300,000.*cannot be reduced"):
        awards.approve(award, by=manager)

    assert (Award.objects.get().state, Envelope.objects.get().committed) == ("proposed", 0)
    assert DeMinimisAid.objects.count() == 1


def test_the_ceiling_to_the_cent(officer, manager):
    first = propose(officer)
    aid(first.enterprise, 294_000)

    awards.approve(first, by=manager)

    cent = propose(officer, enterprise=first.enterprise, amount=Decimal("0.01"), reference="B")
    with pytest.raises(Refused):
        awards.approve(cent, by=manager)


def test_linked_enterprises_share_one_ceiling(officer, manager):
    award = propose(officer)
    sister = EnterpriseFactory(undertaking=award.enterprise.undertaking)
    aid(sister, 295_000)

    with pytest.raises(Refused, match="295,000"):
        awards.approve(award, by=manager)


def test_a_stranger_has_its_own_ceiling(officer, manager):
    aid(EnterpriseFactory(), 300_000)

    assert awards.approve(propose(officer), by=manager).state == "approved"


@pytest.mark.parametrize(("days_after", "passes"), [(-1, True), (0, True), (1, False)])
def test_the_window_ends_three_years_before_to_the_day(officer, manager, days_after, passes):
    award = propose(officer)
    aid(award.enterprise, 300_000, date(2023, 12, 1) + timedelta(days=days_after))

    with time_machine.travel(datetime(2026, 12, 1, 9, 18, tzinfo=UTC)):
        if passes:
            assert awards.approve(award, by=manager).state == "approved"
        else:
            with pytest.raises(Refused):
                awards.approve(award, by=manager)


def test_a_later_aid_already_on_record_counts(officer, manager):
    award = propose(officer)
    aid(award.enterprise, 299_000, timezone.localdate() + timedelta(days=30))

    with pytest.raises(Refused):
        awards.approve(award, by=manager)


def aid(enterprise, amount, on=None):
    return DeMinimisAid.objects.create(
        enterprise=enterprise,
        undertaking=enterprise.undertaking,
        amount=amount,
        granted_on=on or timezone.localdate(),
        granting_authority="SPW",
        enforced=False,
    )


# --- At once ------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_make_one(officer, manager, finance, together):
    award = propose(officer)

    results = together(
        lambda: awards.approve(Award.objects.get(pk=award.pk), by=manager),
        lambda: awards.approve(Award.objects.get(pk=award.pk), by=finance),
    )

    assert sorted(type(result) for result in results if not isinstance(result, Award)) == [Refused]
    assert Envelope.objects.get().committed == 6000
    assert (LedgerEntry.objects.count(), DeMinimisAid.objects.count()) == (1, 1)
    assert verbs().count("grants.award.approve") == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_approvals_at_once_with_room_for_ten(officer, manager, together):
    envelope = EnvelopeFactory(amount=60_000)
    proposed = [propose(officer, envelope=envelope, reference=f"A-{n}") for n in range(50)]

    results = together(*[lambda award=award: awards.approve(award, by=manager) for award in proposed])

    assert sum(isinstance(result, Award) for result in results) == 10
    assert sum(isinstance(result, Refused) for result in results) == 40
    envelope.refresh_from_db()
    assert envelope.committed == 60_000
    assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == 60_000
    assert Award.objects.filter(state="approved").count() == DeMinimisAid.objects.count() == 10
    assert verbs().count("grants.award.approve") == 10


@pytest.mark.django_db(transaction=True)
def test_two_aids_at_once_to_one_undertaking_keep_the_ceiling(officer, manager, finance, together):
    first = propose(officer)
    sister = EnterpriseFactory(undertaking=first.enterprise.undertaking)
    aid(sister, 290_000)
    second = propose(officer, enterprise=sister, reference="B")

    results = together(lambda: awards.approve(first, by=manager), lambda: awards.approve(second, by=finance))

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert DeMinimisAid.objects.aggregate(total=Sum("amount"))["total"] == 296_000
    assert Envelope.objects.aggregate(total=Sum("committed"))["total"] == 6000


@pytest.mark.django_db(transaction=True)
def test_release_and_approval_at_once_never_lose_a_euro(officer, manager, finance, together):
    envelope = EnvelopeFactory(amount=6000)
    old = awards.approve(propose(officer, envelope=envelope), by=manager)
    new = propose(officer, envelope=envelope, reference="B")

    together(lambda: awards.release(old, by=finance, reason="x"), lambda: awards.approve(new, by=manager))

    envelope.refresh_from_db()
    new.refresh_from_db()
    assert envelope.committed == (6000 if new.state == "approved" else 0)
    assert envelope.committed == envelopes.set_aside(new)
