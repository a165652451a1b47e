"""Money in and out of an envelope."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.db.models import Sum

from grants.domain import envelopes
from grants.models import Envelope, LedgerEntry
from tests.grants.factories import AwardFactory, EnvelopeFactory
from wecd.common.workflow import Refused

pytestmark = pytest.mark.django_db


def test_commit_sets_money_aside_and_writes_the_ledger(manager):
    award = AwardFactory(amount=6000)

    envelopes.commit(award.envelope, award=award, by=manager)

    assert Envelope.objects.get().committed == 6000
    assert list(LedgerEntry.objects.values_list("kind", "amount", "by")) == [("commit", 6000, manager.pk)]


def test_commit_takes_the_last_euro_and_not_one_more(manager):
    envelope = EnvelopeFactory(amount=12_000)
    for _ in range(2):
        envelopes.commit(envelope, award=AwardFactory(envelope=envelope, amount=6000), by=manager)

    with pytest.raises(Refused):
        envelopes.commit(envelope, award=AwardFactory(envelope=envelope, amount="0.01"), by=manager)

    envelope.refresh_from_db()
    assert (envelope.committed, LedgerEntry.objects.count()) == (12_000, 2)


def test_refusal_says_what_is_free(manager):
    award = AwardFactory(amount=6000, envelope__amount=5999)

    with pytest.raises(Refused, match="5,999"):
        envelopes.commit(award.envelope, award=award, by=manager)


def test_release_frees_what_was_set_aside_once(manager):
    award = AwardFactory(amount=6000)
    envelopes.commit(award.envelope, award=award, by=manager)

    envelopes.release(award.envelope, award=award, by=manager)

    assert Envelope.objects.get().committed == 0
    assert envelopes.set_aside(award) == 0
    with pytest.raises(Refused):
        envelopes.release(award.envelope, award=award, by=manager)


def test_release_leaves_what_was_paid(manager):
    award = AwardFactory(amount=6000)
    envelopes.commit(award.envelope, award=award, by=manager)
    Envelope.objects.update(paid=2000)
    LedgerEntry.objects.create(
        envelope=award.envelope, award=award, kind="pay", amount=Decimal(2000), by=manager
    )

    assert envelopes.release(award.envelope, award=award, by=manager).amount == 4000
    assert Envelope.objects.values_list("committed", "paid").get() == (2000, 2000)


@pytest.mark.parametrize(
    "statement", ["UPDATE grants_ledgerentry SET amount = 1", "DELETE FROM grants_ledgerentry"]
)
def test_the_ledger_is_append_only_for_raw_sql_too(manager, statement):
    award = AwardFactory()
    envelopes.commit(award.envelope, award=award, by=manager)

    with pytest.raises(DatabaseError, match="Cannot"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "values", [{"committed": 240_001}, {"paid": 1}, {"committed": -1}, {"committed": 10, "paid": 11}]
)
def test_postgres_keeps_paid_committed_amount_in_order(values):
    EnvelopeFactory()

    with pytest.raises(DatabaseError, match="envelope_paid_committed_amount"):
        Envelope.objects.update(**values)


@pytest.mark.django_db(transaction=True)
def test_fifty_commitments_at_once_take_room_for_ten(manager, together):
    envelope = EnvelopeFactory(amount=62_000)  # ten times 6,000 and a rest too small
    awards = [AwardFactory(envelope=envelope, amount=6000, reference=f"A-{n}") for n in range(50)]

    results = together(
        *[lambda award=award: envelopes.commit(award.envelope, award=award, by=manager) for award in awards]
    )

    assert sum(isinstance(result, LedgerEntry) for result in results) == 10
    assert sum(isinstance(result, Refused) for result in results) == 40
    envelope.refresh_from_db()
    assert envelope.committed == 60_000
    assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == 60_000
