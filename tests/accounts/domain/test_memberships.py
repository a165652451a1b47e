import re

import pytest
from django.db import IntegrityError

from accounts.domain import memberships
from accounts.enums import MEMBERSHIP_MOVES, MembershipState
from accounts.models import Membership
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from wecd.common import journal
from wecd.common.models import OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def mails():
    return list(OutboxMessage.objects.order_by("id").values_list("template", "to"))


def asked(enterprise):
    return MembershipFactory(enterprise=enterprise, role="editor", state="asked")


def invited(enterprise, by, email="new@example.org", **kwargs):
    """(membership, token) of an invitation; the token is read from its mail."""
    row = memberships.invite(enterprise, by=by, email=email, **kwargs)
    body = OutboxMessage.objects.filter(template="accounts/membership_invited").latest("id").body
    return row, re.search(r"/invitations/([\w-]+)/", body)[1]


def test_every_move_names_a_permission():
    assert MEMBERSHIP_MOVES.keys() <= Membership._meta.rules_permissions.keys()


# --- ask ---------------------------------------------------------------------------------------
def test_ask_tells_the_owners_and_gives_nothing_yet(entrepreneur, enterprise):
    MembershipFactory(enterprise=enterprise, role="reader")
    person = UserFactory(name="Marc Hodister")

    row = memberships.ask(enterprise, by=person, message="I keep the books.")

    assert row.state == "asked"
    assert person.enterprise_roles == {}
    assert mails() == [("accounts/membership_asked", entrepreneur.email)]
    assert "I keep the books." in OutboxMessage.objects.get().body
    assert journal.entries_about(row).get().verb == "accounts.membership.ask"


@pytest.mark.parametrize("state", ["asked", "active"])
def test_ask_twice_is_refused(enterprise, state):
    person = MembershipFactory(enterprise=enterprise, state=state).user
    with pytest.raises(Refused, match="already"):
        memberships.ask(enterprise, by=person)
    assert mails() == []


@pytest.mark.parametrize("state", ["refused", "ended"])
def test_ask_again_after_an_end(enterprise, state):
    person = MembershipFactory(enterprise=enterprise, state=state).user
    assert memberships.ask(enterprise, by=person).state == "asked"


@pytest.mark.django_db(transaction=True)
def test_ask_twice_at_once_gives_one_request(together):
    enterprise, person = EnterpriseFactory(), UserFactory()
    results = together(*[lambda: memberships.ask(enterprise, by=person)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Membership", "Refused"]
    assert Membership.objects.count() == 1


def test_auditor_cannot_ask(enterprise, auditor):
    with pytest.raises(NotAllowed):
        memberships.ask(enterprise, by=auditor)


# --- accept, refuse ----------------------------------------------------------------------------
def test_accept_lets_in_with_a_role(entrepreneur, enterprise):
    row = asked(enterprise)
    memberships.accept(row, by=entrepreneur, role="reader")
    row.user.refresh_from_db()
    assert row.user.enterprise_roles == {enterprise.pk: "reader"}
    assert mails() == [("accounts/membership_accepted", row.user.email)]
    assert journal.entries_about(row).get().facts == {"from": "asked", "to": "active", "role": "reader"}


def test_refuse_says_why(entrepreneur, enterprise):
    row = asked(enterprise)
    memberships.refuse(row, by=entrepreneur, reason="We do not know you.")
    assert row.state == "refused"
    assert "We do not know you." in OutboxMessage.objects.get().body


@pytest.mark.parametrize("move", [memberships.accept, memberships.refuse])
@pytest.mark.parametrize("state", sorted(set(MembershipState) - {"asked"}))
def test_only_a_request_is_answered(entrepreneur, enterprise, move, state):
    row = MembershipFactory(enterprise=enterprise, state=state)
    with pytest.raises(Refused):
        move(row, by=entrepreneur)
    assert mails() == []


@pytest.mark.parametrize("move", [memberships.accept, memberships.refuse])
@pytest.mark.parametrize("role", ["editor", "reader", None])
def test_only_an_owner_answers(enterprise, move, role):
    row = asked(enterprise)
    other = MembershipFactory(enterprise=enterprise, role=role).user if role else UserFactory()
    for person in (other, row.user):
        with pytest.raises(NotAllowed):
            move(row, by=person)
    row.refresh_from_db()
    assert row.state == "asked"


def test_a_manager_answers_for_an_enterprise_without_owners(manager):
    row = asked(EnterpriseFactory())
    assert memberships.accept(row, by=manager, role="owner").role == "owner"


# --- invite, join ------------------------------------------------------------------------------
def test_invitation_to_somebody_without_account_is_taken_up_after_signing_up(entrepreneur, enterprise):
    row, token = invited(enterprise, entrepreneur, "New@Example.org", role="reader")
    assert (row.state, row.user, row.email) == ("invited", None, "new@example.org")
    assert token not in row.token  # only its hash is stored
    assert memberships.find_invitation(token) == row

    person = UserFactory(email="new@example.org")
    memberships.join(row, by=person, token=token)

    assert (row.state, row.user, row.token) == ("active", person, "")
    assert person.enterprise_roles == {enterprise.pk: "reader"}
    assert mails()[-1] == ("accounts/membership_joined", entrepreneur.email)
    assert [e.verb.rsplit(".", 1)[1] for e in journal.entries_about(row)] == ["invite", "join"]


def test_invitation_is_in_the_language_of_somebody_known(entrepreneur, enterprise):
    UserFactory(email="known@example.org", language="nl")
    invited(enterprise, entrepreneur, "known@example.org")
    assert OutboxMessage.objects.get().language == "nl"


def test_inviting_again_makes_the_first_link_useless(entrepreneur, enterprise):
    _row, first = invited(enterprise, entrepreneur)
    row, second = invited(enterprise, entrepreneur, role="owner")
    assert memberships.find_invitation(first) is None
    assert memberships.find_invitation(second) == row
    assert (Membership.objects.filter(state="invited").count(), row.role) == (1, "owner")


def test_somebody_elses_invitation_is_not_taken_up(entrepreneur, enterprise):
    row, token = invited(enterprise, entrepreneur)
    with pytest.raises(NotAllowed, match="somebody else"):
        memberships.join(row, by=UserFactory(), token=token)
    with pytest.raises(Refused, match="no longer valid"):
        memberships.join(row, by=UserFactory(email="new@example.org"), token="guess")
    row.refresh_from_db()
    assert row.state == "invited"


@pytest.mark.parametrize("state", ["asked", "active"])
def test_inviting_somebody_who_is_there_is_refused(entrepreneur, enterprise, state):
    there = MembershipFactory(enterprise=enterprise, state=state).user
    with pytest.raises(Refused, match="already"):
        memberships.invite(enterprise, by=entrepreneur, email=there.email)


def test_joining_when_already_in_by_another_way_is_refused(entrepreneur, enterprise):
    row, token = invited(enterprise, entrepreneur)
    person = UserFactory(email="new@example.org")
    memberships.ask(enterprise, by=person)
    with pytest.raises(Refused, match="already asked"):
        memberships.join(row, by=person, token=token)


@pytest.mark.parametrize("role", ["editor", "reader", None])
def test_only_an_owner_invites(enterprise, role):
    person = MembershipFactory(enterprise=enterprise, role=role).user if role else UserFactory()
    with pytest.raises(NotAllowed):
        memberships.invite(enterprise, by=person, email="x@example.org")
    assert mails() == []


@pytest.mark.parametrize("state", sorted(set(MembershipState) - {"invited"}))
def test_join_needs_an_open_invitation(enterprise, state):
    row = MembershipFactory(enterprise=enterprise, state=state, token=memberships.hash_token("t"))
    with pytest.raises(Refused):
        memberships.join(row, by=row.user, token="t")


# --- change_role, end --------------------------------------------------------------------------
def test_change_role_is_journalled(entrepreneur, enterprise):
    row = MembershipFactory(enterprise=enterprise, role="reader")
    memberships.change_role(row, by=entrepreneur, role="owner")
    assert row.role == "owner"
    assert journal.entries_about(row).get().facts["role"] == {"from": "reader", "to": "owner"}


def test_members_do_not_promote_themselves(enterprise):
    row = MembershipFactory(enterprise=enterprise, role="editor")
    with pytest.raises(NotAllowed):
        memberships.change_role(row, by=row.user, role="owner")


@pytest.mark.parametrize("state", sorted(set(MembershipState) - {"active"}))
def test_only_a_member_has_a_role_to_change(entrepreneur, enterprise, state):
    row = MembershipFactory(enterprise=enterprise, state=state)
    with pytest.raises(Refused):
        memberships.change_role(row, by=entrepreneur, role="reader")


def test_the_last_owner_can_neither_leave_nor_step_down(entrepreneur, enterprise):
    row = entrepreneur.memberships.get()
    with pytest.raises(Refused, match="needs an owner"):
        memberships.end(row, by=entrepreneur)
    with pytest.raises(Refused, match="needs an owner"):
        memberships.change_role(row, by=entrepreneur, role="editor")
    row.refresh_from_db()
    assert (row.state, row.role) == ("active", "owner")


@pytest.mark.django_db(transaction=True)
def test_two_last_owners_leaving_at_once_leave_one(together):
    enterprise = EnterpriseFactory()
    rows = [MembershipFactory(enterprise=enterprise) for _ in range(2)]
    results = together(*(lambda row=row: memberships.end(row, by=row.user) for row in rows))
    assert sorted(type(result).__name__ for result in results) == ["Membership", "Refused"]
    assert Membership.objects.active().count() == 1


def test_a_member_leaves_without_a_mail_to_themselves(enterprise):
    row = MembershipFactory(enterprise=enterprise, role="editor")
    memberships.end(row, by=row.user)
    assert row.state == "ended"
    assert mails() == []


def test_an_owner_removes_a_member_who_is_told(entrepreneur, enterprise):
    row = MembershipFactory(enterprise=enterprise, role="editor")
    memberships.end(row, by=entrepreneur, reason="Left the firm.")
    row.user.refresh_from_db()
    assert row.user.enterprise_roles == {}
    assert mails() == [("accounts/membership_ended", row.user.email)]


def test_an_invitation_is_taken_back(entrepreneur, enterprise):
    row, token = invited(enterprise, entrepreneur)
    memberships.end(row, by=entrepreneur)
    assert memberships.find_invitation(token) is None


@pytest.mark.parametrize("state", ["asked", "refused", "ended"])
def test_what_is_not_held_cannot_end(entrepreneur, enterprise, state):
    row = MembershipFactory(enterprise=enterprise, state=state)
    with pytest.raises(Refused):
        memberships.end(row, by=entrepreneur)


def test_members_do_not_remove_each_other(enterprise):
    row, other = (MembershipFactory(enterprise=enterprise, role="editor") for _ in range(2))
    with pytest.raises(NotAllowed):
        memberships.end(row, by=other.user)


def test_a_mail_that_cannot_be_written_takes_the_move_back(entrepreneur, enterprise):
    row = MembershipFactory(enterprise=enterprise, user=None, state="asked")
    with pytest.raises(IntegrityError):
        memberships.accept(row, by=entrepreneur)
    row.refresh_from_db()
    assert row.state == "asked"
    assert not journal.entries_about(row).exists()
