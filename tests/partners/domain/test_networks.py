"""Networks of a key: when they let in more than before, and who is told."""

import pytest

from partners.domain import keys, networks
from tests.partners.factories import ApiKeyFactory, PartnerMemberFactory
from wecd.common.models import OutboxMessage

HALVES = ["192.0.2.0/25", "192.0.2.128/25"]


@pytest.mark.parametrize(
    ("before", "after", "is_wider"),
    [
        ([], [], False),
        ([], ["192.0.2.0/24"], False),
        (["192.0.2.0/24"], [], True),
        (["192.0.2.0/24"], ["192.0.2.0/24"], False),
        (["192.0.2.0/24"], ["192.0.2.7/32"], False),
        (["192.0.2.7/32"], ["192.0.2.0/24"], True),
        (["192.0.2.0/24"], ["192.0.2.0/24", "198.51.100.7/32"], True),
        (["192.0.2.0/24", "198.51.100.7/32"], ["198.51.100.7/32"], False),
        (HALVES, ["192.0.2.0/24"], False),
        (HALVES[:1], ["192.0.2.0/24"], True),
        (["192.0.2.0/24"], ["2001:db8::/48"], True),
        (["192.0.2.0/24", "2001:db8::/32"], ["2001:db8::/48"], False),
    ],
)
def test_what_lets_in_more_than_before(before, after, is_wider):
    assert networks.widen(before, after) is is_wider


@pytest.fixture
def member(db):
    return PartnerMemberFactory(user__language="en", user__name="Sophie Renard").user


@pytest.fixture
def key(member):
    partner = member.partner_memberships.get().partner
    return ApiKeyFactory(partner=partner, name="ETL", networks=["192.0.2.0/24"])


@pytest.mark.parametrize(
    ("after", "said"),
    [([], "- none: it works from anywhere"), (["203.0.113.0/24", "192.0.2.0/24"], "- 203.0.113.0/24")],
)
def test_every_member_is_told_when_a_key_works_from_more_places(key, member, after, said):
    other = PartnerMemberFactory(partner=key.partner, user__language="fr").user
    PartnerMemberFactory(partner=key.partner, user__is_active=False)
    PartnerMemberFactory()
    keys.change(key, by=member, name="ETL", networks=after)
    sent = OutboxMessage.objects.filter(template="partners/key_widened")
    assert sorted(mail.to for mail in sent) == sorted([member.email, other.email])
    mail = sent.get(to=member.email)
    assert mail.subject == "The API key “ETL” works from more places"
    assert said in mail.body
    assert "Sophie Renard" in mail.body
    assert f"/en/partner/{key.partner.code}/keys/" in mail.body
    assert "fonctionne depuis plus d’endroits" in sent.get(to=other.email).subject


def test_nobody_when_it_is_renamed_or_narrowed(key, member):
    keys.change(key, by=member, name="Lake", networks=["192.0.2.7"])
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Lake", ["192.0.2.7/32"])
    assert not OutboxMessage.objects.exists()


def test_nor_when_the_change_fails(key, member):
    with pytest.raises(ZeroDivisionError), keys.transaction.atomic():
        keys.change(key, by=member, name="ETL", networks=[])
        _ = 1 / 0
    assert not OutboxMessage.objects.exists()
