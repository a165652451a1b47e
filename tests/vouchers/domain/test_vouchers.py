"""From an approved award to a voucher, and to its end."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from calls.domain import decisions
from grants.domain import awards
from grants.models import Award, Envelope
from tests.accounts.factories import MembershipFactory
from tests.calls.factories import CallFactory, selected_application
from vouchers import tasks
from vouchers.domain import vouchers
from vouchers.enums import VOUCHER_MOVES, VoucherState
from vouchers.models import Voucher
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def award_one(officer, manager, amount=6000, **call):
    """An application awarded to its end: the voucher exists, if the call gives any."""
    application = selected_application(call=CallFactory(**call), proposed_by=officer, amount=amount)
    decisions.approve(application, by=manager)
    return application


def mail(template):
    return OutboxMessage.objects.get(template=f"vouchers/{template}")


@pytest.fixture
def waiting(officer, manager):
    return award_one(officer, manager).award.voucher


@pytest.fixture
def issued(waiting, finance):
    return vouchers.issue(waiting, by=finance, received_on=timezone.localdate())


def test_every_move_names_a_permission():
    assert VOUCHER_MOVES.keys() <= Voucher._meta.rules_permissions.keys()


# --- Created -------------------------------------------------------------------------------------------
def test_an_approved_award_makes_a_voucher_that_waits_for_the_own_share(waiting):
    application = waiting.award.application

    assert (waiting.state, waiting.code) == ("awaiting_contribution", application.reference)
    assert (waiting.amount, waiting.own_share, waiting.eligible_cost, waiting.vat) == (6000, 2000, 8000, 1680)
    assert waiting.payment_reference.startswith("+++")
    assert len(waiting.token) >= 22
    body = mail("pay_own_share").body
    for part in ("€2,000", "BE68539007547034", waiting.payment_reference):
        assert part in body
    assert waiting.payment_reference.count("/") == 2


def test_without_an_own_share_to_pay_first_it_is_issued_at_once(officer, manager):
    voucher = award_one(officer, manager, own_share_first=False).award.voucher

    assert (voucher.state, voucher.contribution_on, voucher.payment_reference) == ("issued", None, "")
    assert voucher.expires_on > timezone.localdate()
    assert "usable" not in mail("issued").subject
    assert not OutboxMessage.objects.filter(template="vouchers/pay_own_share").exists()


def test_a_fully_funded_voucher_is_issued_at_once(officer, manager):
    application = selected_application(call=CallFactory(), proposed_by=officer)
    Award.objects.update(eligible_cost=6000, rate=100)
    decisions.approve(application, by=manager)

    assert application.award.voucher.state == "issued"


def test_a_boost_up_award_is_a_grant_without_a_voucher(officer, manager):
    award_one(officer, manager, boost_up=True)

    assert not Voucher.objects.exists()


def test_an_approval_refused_makes_no_voucher(officer, manager):
    application = selected_application(call=CallFactory(envelope__amount=100), proposed_by=officer)

    with pytest.raises(Refused):
        decisions.approve(application, by=manager)
    assert not Voucher.objects.exists()


# --- Issued --------------------------------------------------------------------------------------------
def test_issue_dates_the_voucher_from_the_day_the_share_arrived(officer, manager, finance):
    with time_machine.travel(datetime(2026, 10, 10, 9, tzinfo=UTC)):
        voucher = award_one(officer, manager).award.voucher
    with time_machine.travel(datetime(2026, 10, 15, 9, tzinfo=UTC)):
        vouchers.issue(voucher, by=finance, received_on=date(2026, 10, 13))

    assert (voucher.state, voucher.contribution_on, voucher.expires_on) == (
        "issued",
        date(2026, 10, 13),
        date(2027, 10, 12),
    )
    assert voucher.issued_at.date() == date(2026, 10, 15)
    assert JournalEntry.objects.get(verb="vouchers.voucher.issue").facts["received_on"] == "2026-10-13"
    assert "12 October 2027" in mail("issued").body


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 10, 13), 12, date(2027, 10, 12)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 1), 6, date(2026, 8, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 1, 1), 36, date(2028, 12, 31)),
    ],
)
def test_months_after(start, months, end):
    assert vouchers.months_after(start, months) == end


@pytest.mark.parametrize(
    ("days", "words"), [(1, "later than today"), (-1, "approved on"), (None, "which day")]
)
def test_the_day_must_be_possible(waiting, finance, days, words):
    day = None if days is None else timezone.localdate() + timedelta(days=days)

    with pytest.raises(Refused, match=words):
        vouchers.issue(waiting, by=finance, received_on=day)
    assert Voucher.objects.get().state == "awaiting_contribution"


@pytest.mark.parametrize("person", ["officer", "auditor", "entrepreneur"])
def test_only_money_people_issue(request, waiting, person):
    with pytest.raises(NotAllowed):
        vouchers.issue(waiting, by=request.getfixturevalue(person), received_on=timezone.localdate())


def test_a_holder_does_not_confirm_its_own_payment(waiting, finance):
    MembershipFactory(enterprise=waiting.enterprise, user=finance)

    with pytest.raises(NotAllowed, match="someone else must confirm"):
        vouchers.issue(waiting, by=finance, received_on=timezone.localdate())


@pytest.mark.parametrize("state", sorted(set(VoucherState) - {"awaiting_contribution"}))
def test_issue_refuses_other_states(issued, finance, state):
    Voucher.objects.update(state=state)

    with pytest.raises(Refused, match="is now"):
        vouchers.issue(issued, by=finance, received_on=timezone.localdate())
    assert OutboxMessage.objects.filter(template="vouchers/issued").count() == 1


@pytest.mark.django_db(transaction=True)
def test_issued_once_though_asked_twice_at_once(waiting, finance, manager, together):
    today = timezone.localdate()

    results = together(
        lambda: vouchers.issue(Voucher.objects.get(), by=finance, received_on=today),
        lambda: vouchers.issue(Voucher.objects.get(), by=manager, received_on=today),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert OutboxMessage.objects.filter(template="vouchers/issued").count() == 1


# --- Ended ---------------------------------------------------------------------------------------------
def test_a_released_award_cancels_its_voucher(issued, finance):
    decisions.release(issued.award.application, by=finance, reason="The provider closed.")

    issued.refresh_from_db()
    assert (issued.state, Envelope.objects.get().committed) == ("cancelled", 0)


def test_cancel_releases_the_award_too(waiting, finance):
    vouchers.cancel(waiting, by=finance, reason="The enterprise gives it up.")

    waiting.award.refresh_from_db()
    assert (waiting.state, waiting.award.state) == ("cancelled", "released")
    assert Envelope.objects.get().committed == 0
    with pytest.raises(Refused):
        vouchers.cancel(waiting, by=finance, reason="again")


def test_cancel_wants_a_reason_and_the_right_person(waiting, officer, finance):
    with pytest.raises(Refused, match="why"):
        vouchers.cancel(waiting, by=finance, reason=" ")
    with pytest.raises(NotAllowed):
        vouchers.cancel(waiting, by=officer, reason="x")
    assert (Voucher.objects.get().state, Award.objects.get().state) == ("awaiting_contribution", "approved")


def test_the_daily_task_ends_what_has_expired_and_nothing_else(issued, officer, manager):
    other = award_one(officer, manager, own_share_first=False).award.voucher
    yesterday = timezone.localdate() - timedelta(days=1)
    Voucher.objects.filter(pk=issued.pk).update(expires_on=yesterday)
    Voucher.objects.filter(pk=other.pk).update(expires_on=timezone.localdate())

    tasks.expire_vouchers(timestamp=0)
    tasks.expire_vouchers(timestamp=0)

    issued.refresh_from_db()
    other.refresh_from_db()
    assert (issued.state, issued.award.state) == ("expired", "released")
    assert issued.award.envelope.committed == 0
    assert other.state == "issued"
    entry = JournalEntry.objects.get(verb="vouchers.voucher.expire")
    assert entry.actor.is_system
    assert OutboxMessage.objects.filter(template="calls/decisions_released").count() == 1


def test_the_last_day_still_counts(issued, system):
    with pytest.raises(Refused, match="has not expired"):
        vouchers.expire(issued, by=system)


def test_problem_says_why_a_provider_must_not_accept_it(waiting, finance):
    assert "own share" in vouchers.problem(waiting)
    vouchers.issue(waiting, by=finance, received_on=timezone.localdate())
    assert vouchers.problem(waiting) == ""
    assert vouchers.problem(waiting, waiting.expires_on) == ""
    assert "expired" in vouchers.problem(waiting, waiting.expires_on + timedelta(days=1))
    awards.release(waiting.award, by=finance, reason="x")
    waiting.refresh_from_db()
    assert "cancelled" in vouchers.problem(waiting)


@pytest.mark.django_db(transaction=True)
def test_expiry_and_release_at_once_free_the_money_once(issued, finance, system, together):
    Voucher.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    voucher, application = Voucher.objects.get(), issued.award.application

    together(
        lambda: vouchers.expire(voucher, by=system),
        lambda: decisions.release(application, by=finance, reason="x"),
    )

    voucher.refresh_from_db()
    assert voucher.state in ("expired", "cancelled")
    assert Envelope.objects.get().committed == 0
    assert JournalEntry.objects.filter(verb="grants.award.release").count() == 1
