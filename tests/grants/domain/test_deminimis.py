"""What an undertaking had, and what follows whom."""

from datetime import date

import pytest

from accounts.models import Enterprise
from grants.domain import deminimis
from grants.models import DeMinimisAid
from tests.accounts.factories import EnterpriseFactory, UndertakingFactory
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed

pytestmark = pytest.mark.django_db


def declare(officer, enterprise, amount, day):
    return deminimis.declare(
        enterprise, amount=amount, granted_on=day, granting_authority="Hub.brussels", by=officer
    )


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2026, 12, 1), 3, date(2023, 12, 1)),
        (date(2028, 2, 29), 3, date(2025, 2, 28)),
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
    ],
)
def test_years_before(day, years, expected):
    assert deminimis.years_before(day, years) == expected


def test_a_declared_aid_is_kept_above_the_ceiling_and_counts(officer):
    enterprise = EnterpriseFactory()

    declare(officer, enterprise, 310_000, date(2026, 3, 1))

    room = deminimis.room_for(enterprise.undertaking, date(2026, 12, 1))
    assert (room.total, room.ceiling, room.left) == (310_000, 300_000, 0)
    assert JournalEntry.objects.get().verb == "grants.deminimisaid.declare"


@pytest.mark.parametrize("person", ["auditor", "entrepreneur"])
def test_others_declare_nothing(request, person):
    with pytest.raises(NotAllowed):
        declare(request.getfixturevalue(person), EnterpriseFactory(), 1000, date(2026, 3, 1))
    assert not DeMinimisAid.objects.exists()


def test_the_total_rolls_and_leaves_out_what_was_cancelled(officer):
    enterprise = EnterpriseFactory()
    declare(officer, enterprise, 1_000, date(2023, 12, 1))  # three years ago to the day: out
    declare(officer, enterprise, 20_000, date(2023, 12, 2))
    declare(officer, enterprise, 300_000, date(2026, 12, 2))  # later
    DeMinimisAid.objects.filter(pk=declare(officer, enterprise, 4_000, date(2026, 1, 1)).pk).update(
        cancelled_on=date(2026, 2, 1)
    )

    assert deminimis.total_for(enterprise.undertaking, date(2026, 12, 1)) == 20_000


def test_past_aid_follows_its_enterprise_even_over_the_ceiling(officer):
    one, other = EnterpriseFactory(), EnterpriseFactory()
    group = UndertakingFactory()
    for enterprise in (one, other):
        DeMinimisAid.objects.create(
            enterprise=enterprise,
            undertaking=enterprise.undertaking,
            amount=200_000,
            granted_on=date(2026, 3, 1),
            granting_authority="SPW",
        )
    Enterprise.objects.update(undertaking=group)

    for enterprise in Enterprise.objects.all():
        assert deminimis.follow(enterprise) == 1

    assert deminimis.total_for(group, date(2026, 12, 1)) == 400_000
    assert deminimis.follow(Enterprise.objects.first()) == 0
