"""What the public writes: received, answered once, forgotten in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.accounts.factories import UserFactory
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused
from wecd.contact import domain, tasks
from wecd.contact.models import Enquiry

pytestmark = pytest.mark.django_db


@pytest.fixture
def enquiry(system):
    return domain.receive(
        by=system, kind="question", text="Quand ouvre le prochain appel ?", email="ana@example.org"
    )


def test_the_journal_says_that_it_came_not_what_it_says(enquiry):
    entry = JournalEntry.objects.get()
    assert entry.verb == "contact.enquiry.receive"
    assert "appel" not in str(entry.facts) + entry.about_label
    assert "ana@" not in str(entry.facts) + entry.about_label


def test_answer_leaves_by_mail_in_their_language(enquiry, officer):
    domain.answer(enquiry, by=officer, text="En janvier.")
    assert (enquiry.state, enquiry.settled_by) == ("answered", officer)
    mail = OutboxMessage.objects.get()
    assert mail.to == "ana@example.org"
    assert "En janvier." in mail.body
    assert "Quand ouvre le prochain appel" in mail.body


def test_close_needs_a_reason_and_sends_nothing(enquiry, officer):
    with pytest.raises(Refused):
        domain.close(enquiry, by=officer, reason=" ")
    domain.close(enquiry, by=officer, reason="Publicité")
    assert enquiry.state == "closed"
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("verb", ["answer", "close"])
@pytest.mark.parametrize("state", ["answered", "closed"])
def test_settled_is_settled(enquiry, officer, verb, state):
    Enquiry.objects.filter(pk=enquiry.pk).update(state=state)
    with pytest.raises(Refused):
        _do(verb, enquiry, officer)


@pytest.mark.parametrize("verb", ["answer", "close"])
@pytest.mark.parametrize("role", ["finance", "auditor", "partner_editor", "hub_manager"])
def test_only_those_who_answer_the_public(enquiry, verb, role):
    with pytest.raises(NotAllowed):
        _do(verb, enquiry, UserFactory(roles=[role]))
    enquiry.refresh_from_db()
    assert enquiry.state == "new"


def test_no_address_no_answer(system, officer):
    enquiry = domain.receive(by=system, kind="barrier", text="Le menu")
    with pytest.raises(Refused, match="no address"):
        domain.answer(enquiry, by=officer, text="Merci")


def test_a_rollback_answers_nobody(enquiry, officer, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(domain, "_settle", fail)
    with pytest.raises(RuntimeError):
        domain.answer(enquiry, by=officer, text="En janvier.")
    assert not OutboxMessage.objects.exists()
    assert Enquiry.objects.get().state == "new"


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_send_one(system, officer, manager, together):
    enquiry = domain.receive(by=system, kind="question", text="?", email="ana@example.org")
    found = together(
        lambda: domain.answer(enquiry, by=officer, text="Oui"),
        lambda: domain.answer(Enquiry.objects.get(), by=manager, text="Non"),
    )
    assert sum(isinstance(one, Refused) for one in found) == 1
    assert OutboxMessage.objects.count() == 1


def test_it_is_forgotten_a_year_after_it_is_settled(enquiry, officer, system, settings):
    waiting = domain.receive(by=system, kind="question", text="Et moi ?")
    domain.answer(enquiry, by=officer, text="En janvier.")
    at = timezone.now() + timedelta(days=settings.ENQUIRY_KEEP_DAYS)
    assert domain.forget(at - timedelta(minutes=1)) == 0
    assert domain.forget(at + timedelta(minutes=1)) == 1
    assert list(Enquiry.objects.all()) == [waiting]
    tasks.forget_enquiries.func(0)


def _do(verb, enquiry, by):
    return (
        domain.answer(enquiry, by=by, text="Oui")
        if verb == "answer"
        else domain.close(enquiry, by=by, reason="x")
    )
