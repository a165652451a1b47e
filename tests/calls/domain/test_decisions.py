"""Decisions: who, whether, how much, in what order, and what it does to the money."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from calls.domain import applications, batches, decisions, limits
from calls.enums import APPLICATION_MOVES, ApplicationState
from calls.models import Application
from grants.domain import awards
from grants.models import Award, DeMinimisAid, Envelope
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, StrandFactory
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
DECIDING = {"admit", "refuse", "propose", "send_back", "reject"}
ARGUMENTS = {
    "admit": {},
    "refuse": {"reasons": ["No seat in Wallonia."]},
    "propose": {"amount": 6000},
    "send_back": {"reason": "The quote is missing."},
    "reject": {"reasons": ["A mere showcase website."]},
}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def call(db):
    return CallFactory(envelope__amount=60_000)


def submitted(call, state="admissible", **kwargs):
    return ApplicationFactory(call=call, submitted=True, state=state, answers=False, **kwargs)


def many(call, count, **kwargs):
    return [submitted(call, **kwargs) for _ in range(count)]


def proposed(call, officer, amount=6000, **kwargs):
    return decisions.propose(submitted(call, **kwargs), by=officer, amount=amount)


def mails():
    return list(OutboxMessage.objects.order_by("created_at", "pk").values_list("template", flat=True))


def verbs(application):
    return list(
        JournalEntry.objects.filter(about_id=str(application.pk))
        .order_by("seq")
        .values_list("verb", flat=True)
    )


# --- Moves in general -----------------------------------------------------------------------------------
def test_every_move_names_a_permission():
    assert APPLICATION_MOVES.keys() <= Application._meta.rules_permissions.keys()


WRONG_STATES = [
    (verb, state)
    for verb in sorted(DECIDING)
    for state in sorted(ApplicationState)
    if state not in APPLICATION_MOVES[verb][0] and state not in ("selected", "awarded")
]


@pytest.mark.parametrize(("verb", "state"), WRONG_STATES)
def test_moves_refuse_other_states(manager, call, verb, state):
    application = submitted(call, state)

    with pytest.raises(Refused, match="is now"):
        getattr(decisions, verb)(application, by=manager, **ARGUMENTS[verb])

    assert (Application.objects.get().state, mails()) == (state, [])


@pytest.mark.parametrize("person", ["finance", "auditor", "entrepreneur"])
@pytest.mark.parametrize("verb", ["admit", "refuse", "propose", "reject"])
def test_only_officers_decide(request, call, verb, person):
    application = submitted(call, sorted(APPLICATION_MOVES[verb][0])[0])

    with pytest.raises(NotAllowed):
        getattr(decisions, verb)(application, by=request.getfixturevalue(person), **ARGUMENTS[verb])


@pytest.mark.parametrize("verb", ["admit", "refuse", "propose", "reject"])
def test_nobody_decides_on_their_own_enterprise(officer, call, verb):
    application = submitted(call, sorted(APPLICATION_MOVES[verb][0])[0])
    MembershipFactory(enterprise=application.enterprise, user=officer)

    with pytest.raises(NotAllowed, match="member of this enterprise"):
        getattr(decisions, verb)(application, by=officer, **ARGUMENTS[verb])


# --- Admissibility ----------------------------------------------------------------------------------------
def test_admit_tells_the_applicant(officer, call):
    application = submitted(call, "submitted")

    decisions.admit(application, by=officer)

    assert application.state == "admissible"
    assert mails() == ["calls/decisions_admitted"]
    assert verbs(application) == ["calls.application.admit"]


def test_refuse_keeps_reasons_rule_by_rule_and_opens_the_window(officer, call):
    application = submitted(call, "submitted")
    reasons = [
        {"code": "wallonia_seat_or_site", "sentence": "Your seat is in Brussels."},
        {"code": "size", "sentence": "You employ 300 people."},
    ]

    decisions.refuse(application, by=officer, reasons=reasons)

    assert (application.state, application.decision_reasons) == ("inadmissible", reasons)
    assert application.objection_until == timezone.localdate() + timedelta(days=30)
    body = OutboxMessage.objects.get().body
    assert "- Your seat is in Brussels.\n- You employ 300 people." in body
    assert "you may object until" in body
    assert "cheques@wecd.example" in body


@pytest.mark.parametrize("reasons", [[], [""], [{"code": "size", "sentence": " "}], None])
def test_refuse_wants_a_reason(officer, call, reasons):
    with pytest.raises(Refused, match="at least one reason"):
        decisions.refuse(submitted(call, "submitted"), by=officer, reasons=reasons)


# --- Proposal: how much -----------------------------------------------------------------------------------
def test_propose_makes_an_award_that_waits(officer, call):
    application = submitted(call)

    decisions.propose(application, by=officer, amount="5793.75", reasons="A true prototype.")

    award = application.award
    assert (application.state, award.state, award.amount) == ("selected", "proposed", Decimal("5793.75"))
    assert (award.reference, award.rate, award.eligible_cost, award.reasons) == (
        application.reference,
        75,
        8000,
        "A true prototype.",
    )
    assert Envelope.objects.get().committed == 0
    assert mails() == []  # nothing is promised before the second signature


@pytest.mark.parametrize(
    ("amount", "cost", "words"),
    [
        ("6000.01", 80_000, "largest grant of this strand is €6,000"),
        ("5250.01", 7000, "75% of an eligible cost of €7,000 is €5,250"),
        ("999.99", 8000, "smallest grant of this strand is €1,000"),
        ("a lot", 8000, "such as"),
        ("1500.001", 8000, "two decimals"),
        ("NaN", 8000, "two decimals"),
    ],
)
def test_a_wrong_amount_is_refused_with_the_right_one(officer, call, amount, cost, words):
    with pytest.raises(Refused, match=words):
        decisions.propose(submitted(call, eligible_cost=cost), by=officer, amount=amount)
    assert not Award.objects.exists()


@pytest.mark.parametrize(("amount", "cost"), [("6000", 8000), ("5250", 7000), ("1000", 8000)])
def test_the_bounds_themselves_are_allowed(officer, call, amount, cost):
    assert proposed(call, officer, amount, eligible_cost=cost).state == "selected"


def test_the_rate_rounds_down_to_the_cent(call):
    assert limits.limits_of(submitted(call, eligible_cost=Decimal("7999.99"))).by_rate == Decimal("5999.99")


def test_without_a_budget_the_cost_follows_from_the_request(officer, call):
    application = proposed(call, officer, eligible_cost=None, requested=6000)

    assert application.award.eligible_cost == 8000


def test_one_enterprise_has_no_more_awards_than_the_call_says(officer, call):
    first = proposed(call, officer)
    second = submitted(call, enterprise=first.enterprise, uniqueness_scope=first.pk)

    with pytest.raises(Refused, match="1 of the 1 awards"):
        decisions.propose(second, by=officer, amount=6000)
    call.awards_per_enterprise = 2
    call.save()
    assert (
        decisions.propose(Application.objects.get(pk=second.pk), by=officer, amount=6000).state == "selected"
    )


# --- Proposal: in turn, and in the room there is ---------------------------------------------------------
def test_first_come_first_served(officer, call):
    first, second = many(call, 2)

    with pytest.raises(Refused, match=f"1 earlier.*{first.reference}"):
        decisions.propose(second, by=officer, amount=6000)
    decisions.reject(first, by=officer, reasons=["No."])

    assert decisions.propose(second, by=officer, amount=6000).state == "selected"


def test_an_unchecked_earlier_application_counts_too(officer, call):
    submitted(call, "submitted")

    with pytest.raises(Refused, match="earlier"):
        proposed(call, officer)


def test_the_same_instant_goes_by_number(officer, call):
    now = timezone.now()
    first, second = many(call, 2, submitted_at=now)

    with pytest.raises(Refused, match=first.reference):
        decisions.propose(second, by=officer, amount=6000)


def test_a_call_by_score_has_no_turns(officer):
    _first, second = many(CallFactory(boost_up=True), 2)

    assert decisions.propose(second, by=officer, amount=6000).state == "selected"


def test_strands_with_their_own_share_do_not_wait_for_each_other(officer, call):
    submitted(call)
    strand = StrandFactory(call=call, budget_share=12_000)

    assert proposed(call, officer, strand=strand).state == "selected"


def test_what_the_envelope_cannot_hold_goes_to_the_reserve_list_in_order(officer):
    call = CallFactory(envelope__amount=13_000)
    results = [proposed(call, officer) for _ in range(4)]

    assert [(a.state, a.reserve_rank) for a in results] == [
        ("selected", None),
        ("selected", None),
        ("reserve", 1),
        ("reserve", 2),
    ]
    assert results[2].award.state == "reserve"
    assert mails() == ["calls/decisions_reserve"] * 2
    assert "number 2 on the reserve list" in OutboxMessage.objects.order_by("pk").last().body


def test_a_strand_never_passes_its_share(officer, manager, call):
    strand = StrandFactory(call=call, budget_share=13_000)
    results = [proposed(call, officer, strand=strand) for _ in range(3)]

    assert [a.state for a in results] == ["selected", "selected", "reserve"]
    for application in results[:2]:
        decisions.approve(application, by=manager)
    assert not decisions.promote_first(call, by=officer)


def test_a_share_cut_after_the_proposal_stops_the_approval(officer, manager, call):
    strand = StrandFactory(call=call, budget_share=6000)
    application = proposed(call, officer, strand=strand)
    strand.budget_share = 5999
    strand.save()

    with pytest.raises(Refused, match="own share of €5,999"):
        decisions.approve(application, by=manager)
    assert Envelope.objects.get().committed == 0


def test_who_waits_in_reserve_and_fits_goes_before_a_new_one(officer, call):
    Envelope.objects.update(amount=5000)
    waiting = proposed(call, officer)
    Envelope.objects.update(amount=60_000)

    new = submitted(call)
    with pytest.raises(Refused, match=f"{waiting.reference} is on the reserve list"):
        decisions.propose(new, by=officer, amount=6000)
    assert decisions.promote_first(call, by=officer) == waiting
    assert decisions.propose(new, by=officer, amount=6000).state == "selected"


# --- Second person ----------------------------------------------------------------------------------------
def test_approve_commits_awards_and_tells(officer, manager, call):
    application = proposed(call, officer)

    decisions.approve(application, by=manager)

    assert (application.state, application.award.state) == ("awarded", "approved")
    assert application.objection_until == timezone.localdate() + timedelta(days=30)
    assert Envelope.objects.get().committed == 6000
    body = OutboxMessage.objects.get(template="calls/decisions_awarded").body
    assert "€6,000" in body
    assert "Regulation (EU) 2023/2831" in body
    assert verbs(application) == ["calls.application.propose", "calls.application.award"]


def test_approving_the_award_itself_does_the_same(officer, manager, call):
    application = proposed(call, officer)

    awards.approve(application.award, by=manager)

    application.refresh_from_db()
    assert (application.state, "calls/decisions_awarded" in mails()) == ("awarded", True)


def test_the_proposer_cannot_approve_nor_a_superuser(call):
    both = UserFactory(roles=["officer", "manager"], is_superuser=True)
    application = proposed(call, both)

    with pytest.raises(NotAllowed, match="You proposed this award"):
        decisions.approve(application, by=both)
    with pytest.raises(NotAllowed):
        decisions.approve(application, by=UserFactory(is_superuser=True, is_staff=True))
    assert Application.objects.get().state == "selected"


def test_an_officer_cannot_approve(officer, officer2, call):
    with pytest.raises(NotAllowed, match="programme manager or finance"):
        decisions.approve(proposed(call, officer), by=officer2)


def test_an_approval_refused_for_money_changes_nothing(officer, manager, call):
    application = proposed(call, officer)
    Envelope.objects.update(amount=100)

    with pytest.raises(Refused, match="€100 left"):
        decisions.approve(application, by=manager)

    application.refresh_from_db()
    assert (application.state, application.decided_at, mails()) == ("selected", None, [])


def test_an_aid_over_the_ceiling_is_refused_whole(officer, manager, call):
    application = proposed(call, officer)
    DeMinimisAid.objects.create(
        enterprise=application.enterprise,
        undertaking=application.enterprise.undertaking,
        amount=299_000,
        granted_on=timezone.localdate(),
        granting_authority="SPW",
    )

    with pytest.raises(Refused, match="pass the ceiling of €300,000"):
        decisions.approve(application, by=manager)
    assert (Application.objects.get().state, Envelope.objects.get().committed) == ("selected", 0)


def test_approve_needs_a_proposal(manager, call):
    with pytest.raises(Refused, match="is now"):
        decisions.approve(submitted(call), by=manager)


def test_send_back_returns_it_to_the_officer(officer, manager, call):
    application = proposed(call, officer)

    decisions.send_back(application, by=manager, reason="The quote is missing.")

    assert (application.state, application.award) == ("admissible", None)
    assert Award.objects.get().state == "declined"
    message = OutboxMessage.objects.get()
    assert (message.recipient, message.template) == (officer, "calls/decisions_sent_back")
    assert "The quote is missing." in message.body
    assert decisions.propose(application, by=officer, amount=5000).award.amount == 5000


def test_send_back_wants_a_reason(officer, manager, call):
    with pytest.raises(Refused, match="why"):
        decisions.send_back(proposed(call, officer), by=manager, reason=" ")


def test_reject_gives_reasons_and_the_window(officer, call):
    application = submitted(call)

    decisions.reject(application, by=officer, reasons=["A mere showcase website."])

    assert (application.state, application.decision_reasons) == (
        "rejected",
        [{"code": "", "sentence": "A mere showcase website."}],
    )
    assert application.objection_until
    assert mails() == ["calls/decisions_rejected"]


def test_reject_takes_one_off_the_reserve_list(officer, call):
    Envelope.objects.update(amount=5000)
    application = proposed(call, officer)

    decisions.reject(application, by=officer, reasons=["The provider closed."])

    assert (application.state, application.award, application.reserve_rank) == ("rejected", None, None)
    assert Award.objects.get().state == "declined"


# --- Release and the reserve list ------------------------------------------------------------------------
def test_release_frees_the_money_and_promotes_the_first_that_fits(officer, manager, finance):
    call = CallFactory(envelope__amount=10_000)
    winner = proposed(call, officer, 5000)
    decisions.approve(winner, by=manager)
    kept = decisions.approve(proposed(call, officer, 5000), by=manager)
    big, small = proposed(call, officer, 6000), proposed(call, officer, 5000)
    last = proposed(call, officer, 4000)

    decisions.release(winner, by=finance, reason="The enterprise closed.")

    for application in (big, small, last, kept):
        application.refresh_from_db()
    assert (winner.award.state, winner.state) == ("released", "awarded")
    assert [big.state, small.state, last.state] == ["reserve", "selected", "reserve"]
    assert (small.award.state, small.award.proposed_by, small.reserve_rank) == ("proposed", officer, None)
    assert Envelope.objects.get().committed == 5000
    assert verbs(winner)[-1] == "calls.application.release"
    assert "calls/decisions_released" in mails()
    # its own proposal still waits for a second person, who is not the proposer
    assert decisions.approve(small, by=manager).state == "awarded"
    assert Envelope.objects.get().committed == 10_000


def test_the_reserve_list_gives_no_enterprise_more_awards_than_the_call_says(officer, manager, finance):
    call = CallFactory(envelope__amount=12_000)
    winners = [decisions.approve(proposed(call, officer), by=manager) for _ in range(2)]
    one = proposed(call, officer)
    two = proposed(call, officer, enterprise=one.enterprise, uniqueness_scope=one.pk)
    other = proposed(call, officer)

    for winner in winners:
        decisions.release(winner, by=finance, reason="The enterprise closed.")

    for application in (one, two, other):
        application.refresh_from_db()
    assert [one.state, two.state, other.state] == ["selected", "reserve", "selected"]


def test_release_wants_a_person_allowed_a_reason_and_an_award(officer, manager, call):
    application = decisions.approve(proposed(call, officer), by=manager)

    with pytest.raises(NotAllowed):
        decisions.release(application, by=officer, reason="x")
    with pytest.raises(Refused, match="why"):
        decisions.release(application, by=manager, reason="")
    with pytest.raises(Refused, match="is now"):
        decisions.release(submitted(call), by=manager, reason="x")
    assert Envelope.objects.get().committed == 6000


def test_a_withdrawal_ends_the_proposal_and_moves_the_reserve_up(officer):
    call = CallFactory(envelope__amount=6000)
    first, second = proposed(call, officer), proposed(call, officer)

    applications.withdraw(first, by=first.applicant)

    second.refresh_from_db()
    assert (first.state, first.award, second.state) == ("withdrawn", None, "selected")
    assert sorted(Award.objects.values_list("state", flat=True)) == ["declined", "proposed"]


def test_withdrawing_from_the_reserve_list_promotes_nobody(officer):
    call = CallFactory(envelope__amount=6000)
    proposed(call, officer)
    waiting, next_one = proposed(call, officer), proposed(call, officer)

    applications.withdraw(waiting, by=waiting.applicant)

    next_one.refresh_from_db()
    assert (waiting.state, next_one.state) == ("withdrawn", "reserve")


# --- Many at once, one after the other --------------------------------------------------------------------
def test_a_batch_names_each_refusal_and_stops_for_none(officer, call):
    rows = many(call, 2, state="submitted") + [submitted(call, "rejected")] + many(call, 1, state="submitted")

    outcome = batches.admit(rows, by=officer)

    assert [a.reference for a in outcome.done] == [rows[0].reference, rows[1].reference, rows[3].reference]
    assert [(a.reference, "Rejected" in why) for a, why in outcome.refused] == [(rows[2].reference, True)]


def test_a_batch_of_proposals_goes_in_order_of_arrival(officer):
    call = CallFactory(envelope__amount=12_000)
    rows = many(call, 3)

    outcome = batches.propose(reversed(rows), by=officer)

    assert [a.reference for a in outcome.done] == [a.reference for a in rows]
    assert [Application.objects.get(pk=a.pk).state for a in rows] == ["selected", "selected", "reserve"]


def test_a_batch_of_one_person_without_the_right_does_nothing(auditor, call):
    outcome = batches.admit(many(call, 2, state="submitted"), by=auditor)

    assert (outcome.done, len(outcome.refused)) == ([], 2)


def test_assign_gives_it_to_an_officer(manager, officer, entrepreneur, call):
    application = submitted(call)

    assert decisions.assign(application, officer=officer, by=manager).officer == officer
    with pytest.raises(Refused, match="not a call officer"):
        decisions.assign(application, officer=entrepreneur, by=manager)
    with pytest.raises(NotAllowed):
        decisions.assign(application, officer=officer, by=entrepreneur)
