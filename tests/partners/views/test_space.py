"""The way into a partner's space: whose it is, and how one finds it."""

import pytest
from django.urls import reverse

from tests.accounts.factories import UserFactory
from tests.partners.factories import PartnerFactory, PartnerMemberFactory

pytestmark = pytest.mark.django_db
HOME = "/en/partner/"


@pytest.fixture
def partner():
    return PartnerFactory(code="WD", name="Wallonie Design")


@pytest.fixture
def member(partner):
    """Works for the partner; has no role."""
    return PartnerMemberFactory(partner=partner, user__name="Sophie Renard").user


def test_the_only_space_opens_at_once(client, member):
    client.force_login(member)
    assert client.get(HOME).headers["Location"] == "/en/partner/WD/"
    page = client.get("/en/partner/WD/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert "Wallonie Design" in page.content.decode()


def test_of_several_one_chooses(client, member):
    other = PartnerMemberFactory(user=member).partner
    PartnerFactory(name="Nobody's")
    client.force_login(member)
    page = client.get(HOME).content.decode()
    assert f"/en/partner/{other.code}/" in page
    assert "/en/partner/WD/" in page
    assert "Nobody" not in page


def test_a_manager_enters_every_space(client, manager, partner):
    PartnerFactory()
    client.force_login(manager)
    assert "/en/partner/WD/" in client.get(HOME).content.decode()
    assert client.get("/en/partner/WD/").status_code == 200


@pytest.mark.parametrize("who", ["officer", "auditor", "finance", "entrepreneur", "hub_manager"])
def test_to_others_it_does_not_exist(request, client, partner, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(HOME).status_code == 404
    assert client.get("/en/partner/WD/").status_code == 404


def test_nor_to_members_of_another_partner(client, partner):
    client.force_login(PartnerMemberFactory().user)
    assert client.get("/en/partner/WD/").status_code == 404


def test_visitors_are_asked_to_sign_in(client, partner):
    for address in (HOME, "/en/partner/WD/"):
        assert reverse("account_login") in client.get(address).headers["Location"]


def test_who_left_no_longer_enters(client, member):
    client.force_login(member)
    member.is_active = False
    member.save()
    assert client.get("/en/partner/WD/").status_code == 302


def test_the_menu_and_the_space_show_members_the_way(client, member):
    client.force_login(member)
    assert client.get("/en/calls/").content.decode().count(HOME) == 1
    assert client.get("/en/space/").content.decode().count(HOME) == 2
    client.force_login(UserFactory())
    assert HOME not in client.get("/en/calls/").content.decode()
    assert HOME not in client.get("/en/space/").content.decode()


def test_a_new_member_finds_the_way_in_their_space(client, partner):
    user = UserFactory()
    client.force_login(user)
    PartnerMemberFactory(partner=partner, user=user)
    assert HOME in client.get("/en/space/").content.decode()
    assert HOME in client.get("/en/calls/").content.decode()
