import pytest

from accounts.domain import undertakings
from accounts.models import Enterprise
from accounts.signals import undertaking_changed
from grants.models import DeMinimisAid
from tests.accounts.factories import EnterpriseFactory, UndertakingFactory, UserFactory
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return EnterpriseFactory(name="Mother"), EnterpriseFactory(name="Daughter")


def link(pair, by, reason="Mother holds 60 % of Daughter's votes since 2024."):
    mother, daughter = pair
    return undertakings.link(daughter, mother.undertaking, by=by, reason=reason)


def aid_of(enterprise, **changes):
    facts = {"amount": 40_000, "granted_on": "2025-05-01", "granting_authority": "Commune", "enforced": False}
    return DeMinimisAid.objects.create(
        enterprise=enterprise, undertaking=enterprise.undertaking, **facts | changes
    )


def test_link_counts_both_as_one_and_says_why(pair, manager):
    mother, daughter = pair
    left = daughter.undertaking

    link(pair, manager)

    assert daughter.undertaking == mother.undertaking
    entry = journal.entries_about(daughter).get()
    assert (entry.verb, entry.actor) == ("accounts.enterprise.link", manager)
    assert entry.facts["reason"].startswith("Mother holds")
    assert entry.facts["from"]["id"] == str(left.pk)


def test_past_aid_follows(pair, manager):
    mother, daughter = pair
    before = aid_of(daughter)

    link(pair, manager)
    before.refresh_from_db()
    assert before.undertaking == mother.undertaking

    undertakings.separate(daughter, by=manager, reason="Sold to its staff.")
    before.refresh_from_db()
    assert before.undertaking == daughter.undertaking != mother.undertaking


def test_aid_together_above_the_ceiling_is_a_fact_and_not_a_refusal(pair, manager):
    for enterprise in pair:
        aid_of(enterprise, amount=200_000, enforced=True)
    link(pair, manager)
    assert DeMinimisAid.objects.filter(undertaking=pair[0].undertaking).count() == 2


def test_the_signal_names_both_undertakings(pair, manager):
    heard = []
    left = pair[1].undertaking

    def listen(sender, **facts):
        heard.append((sender, facts["enterprise"].undertaking, facts["previous"], facts["by"]))

    undertaking_changed.connect(listen)
    try:
        link(pair, manager)
    finally:
        undertaking_changed.disconnect(listen)
    assert heard == [(Enterprise, pair[0].undertaking, left, manager)]


def test_a_receiver_that_fails_takes_the_link_back(pair, manager):
    def fail(**facts):
        raise RuntimeError("no")

    undertaking_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            link(pair, manager)
    finally:
        undertaking_changed.disconnect(fail)
    pair[1].refresh_from_db()
    assert pair[1].undertaking != pair[0].undertaking
    assert not journal.entries_about(pair[1]).exists()


def test_only_a_manager_links(pair, officer):
    with pytest.raises(NotAllowed, match="programme manager"):
        link(pair, officer)
    with pytest.raises(NotAllowed):
        link(pair, UserFactory())


def test_link_needs_a_reason_and_another_group(pair, manager):
    with pytest.raises(Refused, match="Say why"):
        link(pair, manager, reason="  ")
    link(pair, manager)
    with pytest.raises(Refused, match="already in"):
        link(pair, manager)


def test_separate_refuses_an_enterprise_alone(pair, manager):
    with pytest.raises(Refused, match="already alone"):
        undertakings.separate(pair[0], by=manager, reason="x")


def test_rename(manager, officer):
    group = UndertakingFactory(name="Daughter")
    undertakings.rename(group, by=manager, name="Groupe Mother")
    assert group.name == "Groupe Mother"
    assert journal.entries_about(group).get().facts == {"from": "Daughter", "to": "Groupe Mother"}
    with pytest.raises(NotAllowed):
        undertakings.rename(group, by=officer, name="x")
