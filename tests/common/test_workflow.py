"""Moves, on a real model: an envelope's award, and a membership between two people."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from wecd.common import journal
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused, can, move, why_not


@pytest.fixture
def owner(db):
    return UserFactory(name="Odile Owner")


@pytest.fixture
def asked(owner):
    """Somebody asks to join the owner's enterprise."""
    return MembershipFactory(enterprise=EnterpriseFactory(owner=owner), state="asked", role="reader")


def test_a_move_changes_state_and_writes_the_journal(asked, owner):
    with move(asked, "accept", by=owner, why="a colleague") as row:
        row.role = "editor"
        row.journal_facts["role"] = "editor"

    assert (asked.state, asked.role) == ("active", "editor")  # the caller's own row is fresh
    entry = journal.entries_about(asked).get()
    assert (entry.verb, entry.actor) == ("accounts.membership.accept", owner)
    assert entry.facts == {"from": "asked", "to": "active", "why": "a colleague", "role": "editor"}


@pytest.mark.parametrize("state", ["invited", "active", "refused", "ended"])
def test_a_move_from_another_state_is_refused(asked, owner, state):
    Membership.objects.filter(pk=asked.pk).update(state=state)
    with pytest.raises(Refused, match="can no longer be done"), move(asked, "accept", by=owner):
        raise AssertionError("the body must not run")
    assert not JournalEntry.objects.exists()


def test_a_move_by_another_person_is_refused_with_the_reason(asked):
    with pytest.raises(NotAllowed, match="Only an owner"), move(asked, "accept", by=asked.user):
        raise AssertionError("the body must not run")
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_a_superuser_gets_no_shortcut(asked):
    root = UserFactory(is_superuser=True, is_staff=True)
    with pytest.raises(NotAllowed), move(asked, "accept", by=root):
        pass


def test_a_failing_body_leaves_nothing(asked, owner):
    with pytest.raises(ZeroDivisionError), move(asked, "accept", by=owner) as row:
        row.role = "owner"
        raise ZeroDivisionError
    asked.refresh_from_db()
    assert (asked.state, asked.role) == ("asked", "reader")
    assert not JournalEntry.objects.exists()


def test_a_constraint_stops_the_whole_move(asked, owner):
    with pytest.raises(IntegrityError), transaction.atomic(), move(asked, "accept", by=owner) as row:
        row.user = owner  # already a member
    assert not JournalEntry.objects.exists()


def test_can_and_why_not_agree_with_move(asked, owner):
    assert can(asked, "accept", owner)
    assert why_not(asked, "accept", owner) == ""
    assert not can(asked, "accept", asked.user)
    assert why_not(asked, "accept", asked.user) == "Only an owner of the enterprise can do this."
    asked.state = "ended"
    assert not can(asked, "accept", owner)
    assert "can no longer be done" in why_not(asked, "accept", owner)


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_wins(together):
    owner = UserFactory()
    asked = MembershipFactory(enterprise=EnterpriseFactory(owner=owner), state="asked")

    def accept():
        with move(Membership.objects.get(pk=asked.pk), "accept", by=owner):
            pass
        return "done"

    results = together(accept, accept)

    assert sorted(type(result).__name__ for result in results) == ["Refused", "str"]
    assert JournalEntry.objects.count() == 1
