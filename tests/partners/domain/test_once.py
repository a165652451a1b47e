"""The same form sent twice at the same moment: PostgreSQL lets one of them act."""

from datetime import timedelta

import pytest

from partners.domain import keys, oauth, webhooks
from partners.models import ApiKey, WebhookEndpoint
from tests.partners.factories import ApiKeyFactory, PartnerFactory, PartnerMemberFactory
from tests.partners.webhook_factories import EndpointFactory
from wecd.common import once
from wecd.common.models import JournalEntry, OutboxMessage
from wecd.common.models.base import uuid7
from wecd.common.once import MadeAlready
from wecd.common.workflow import NotAllowed, Refused

WEEK = timedelta(days=7)


@pytest.fixture
def member(db):
    return PartnerMemberFactory().user


@pytest.fixture
def partner(member):
    return member.partner_memberships.get().partner


def _new_key(partner, member, form):
    return keys.create(partner=partner, name="x", scopes=[], by=member, form=form)


def _new_client(partner, member, form):
    return oauth.create(partner=partner, name="x", scopes=[], by=member, form=form)


def _new_webhook(partner, member, form):
    return webhooks.create(partner=partner, url="https://example.org/", events=["*"], by=member, form=form)


MAKE = {"key": _new_key, "client": _new_client, "webhook": _new_webhook}


def _once_of_two(outcomes):
    """One acted; the other was told of the same row."""
    told = [each for each in outcomes if isinstance(each, MadeAlready)]
    done = [each for each in outcomes if not isinstance(each, Exception)]
    assert (len(told), len(done)) == (1, 1), outcomes
    return told[0].row, done[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", MAKE)
def test_two_at_once_make_one(partner, member, together, what):
    form = uuid7()
    row, (made, _secret) = _once_of_two(together(*[lambda: MAKE[what](partner, member, form)] * 2))
    assert row.pk == made.pk == form
    assert ApiKey.objects.count() + WebhookEndpoint.objects.count() == JournalEntry.objects.count() == 1
    assert OutboxMessage.objects.count() == (0 if what == "webhook" else 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("overlap", [timedelta(0), WEEK])
@pytest.mark.parametrize("kind", ["key", "client"])
def test_two_at_once_replace_once(partner, member, together, kind, overlap):
    old = (
        ApiKeyFactory(partner=partner)
        if kind == "key"
        else oauth.create(partner=partner, name="CRM", scopes=[], by=member)[0]
    )
    mails, form = OutboxMessage.objects.count(), uuid7()
    row, (new, _secret) = _once_of_two(
        together(*[lambda: oauth.replace(old, by=member, overlap=overlap, form=form)] * 2)
    )
    assert row.pk == new.pk
    assert ApiKey.objects.filter(replaces=old).count() == (0 if kind == "client" and not overlap else 1)
    assert OutboxMessage.objects.count() == mails + 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_new_secret(partner, member, together):
    endpoint, form = EndpointFactory(partner=partner), uuid7()
    _row, secret = _once_of_two(together(*[lambda: webhooks.rotate(endpoint, by=member, form=form)] * 2))
    assert endpoint.secrets.count() == 2
    assert endpoint.secrets.get(expires_at=None).secret == secret


@pytest.mark.parametrize("what", MAKE)
def test_a_key_that_another_partner_has_is_not_theirs_to_meet(partner, member, what):
    """No page lets it come to this: the UUID is signed. The domain keeps them apart all the same."""
    form, stranger = uuid7(), PartnerMemberFactory()
    MAKE[what](stranger.partner, stranger.user, form)
    with pytest.raises(Refused, match="This was not done") as refused:
        MAKE[what](partner, member, form)
    assert not isinstance(refused.value, MadeAlready)
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("what", MAKE)
def test_who_may_not_learns_nothing_of_what_was_made(partner, member, what):
    form = uuid7()
    MAKE[what](partner, member, form)
    with pytest.raises(NotAllowed):
        MAKE[what](partner, PartnerMemberFactory().user, form)


def test_what_made_another_key_replaced_this_one_not(partner, member):
    """A form of one key sent for another is no second time."""
    first, second, form = ApiKeyFactory(partner=partner), ApiKeyFactory(partner=partner), uuid7()
    keys.rotate(first, by=member, overlap=WEEK, form=form)
    with pytest.raises(Refused, match="This was not done"):
        keys.rotate(second, by=member, overlap=WEEK, form=form)
    second.refresh_from_db()
    assert second.expires_at is None


def test_a_token_is_its_persons_own(member):
    token = once.token(member)
    assert once.key_of(member, token)
    assert once.token(member, token) == token
    other = PartnerMemberFactory().user
    assert once.key_of(other, token) is None
    assert once.token(other, token) != token
    assert [once.key_of(member, sent) for sent in (None, "", "x", str(uuid7()), token + "x")] == [None] * 5


@pytest.mark.django_db
def test_without_a_form_nothing_is_held_back():
    member = PartnerMemberFactory(partner=PartnerFactory())
    for make in MAKE.values():
        made = {make(member.partner, member.user, None)[0].pk for _ in range(2)}
        assert len(made) == 2
