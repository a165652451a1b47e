"""Past aid follows its enterprise when staff link or part enterprises."""

import pytest
from django.utils import timezone

from accounts.domain import undertakings
from grants.domain import awards, deminimis
from tests.accounts.factories import EnterpriseFactory
from tests.grants.factories import AwardFactory
from wecd.common.workflow import Refused

pytestmark = pytest.mark.django_db


def test_linking_brings_past_aid_into_the_groups_total(manager):
    award = awards.approve(AwardFactory(), by=manager)
    mother = EnterpriseFactory()

    undertakings.link(award.enterprise, mother.undertaking, by=manager, reason="Bought in March.")

    assert deminimis.total_for(mother.undertaking) == 6000
    undertakings.separate(award.enterprise, by=manager, reason="Sold again.")
    assert deminimis.total_for(mother.undertaking) == 0


def test_an_aid_is_refused_once_the_group_has_had_its_share(manager, officer):
    mother, daughter = EnterpriseFactory(), EnterpriseFactory()
    deminimis.declare(
        mother, amount=298_000, granted_on=timezone.localdate(), granting_authority="SPW", by=officer
    )
    award = AwardFactory(enterprise=daughter)
    undertakings.link(daughter, mother.undertaking, by=manager, reason="Bought.")

    with pytest.raises(Refused, match="298"):
        awards.approve(award, by=manager)


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_merger_at_once_never_pass_the_ceiling_unseen(manager, finance, officer, together):
    mother, daughter = EnterpriseFactory(), EnterpriseFactory()
    deminimis.declare(
        mother, amount=298_000, granted_on=timezone.localdate(), granting_authority="SPW", by=officer
    )
    award = AwardFactory(enterprise=daughter)

    together(
        lambda: awards.approve(award, by=finance),
        lambda: undertakings.link(daughter, mother.undertaking, by=manager, reason="Bought."),
    )

    award.refresh_from_db()
    aid = getattr(award, "aid", None)
    # either refused, or granted first and then counted in the group it joined: never lost in the old one
    assert (award.state, aid) == ("proposed", None) or aid.undertaking == mother.undertaking
