"""Endpoints: made, changed, paused, resumed, deleted."""

import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from partners.domain import deliveries, webhooks
from partners.enums import WEBHOOK_MOVES, EndpointState, PauseCause
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookSecret
from tests.accounts.factories import UserFactory
from tests.partners.factories import PartnerMemberFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
State = EndpointState


def create(partner, by, **kwargs):
    given = {"url": "https://example.org/hooks", "events": ["application.created"]} | kwargs
    return webhooks.create(partner=partner, by=by, **given)


def verbs():
    return [
        entry.verb.removeprefix("partners.webhookendpoint.") for entry in JournalEntry.objects.order_by("at")
    ]


# --- Made and changed -------------------------------------------------------------------------------------
def test_a_new_endpoint_is_active_and_has_a_secret_kept_encrypted(partner, member):
    endpoint, secret = create(partner, member, description=" Stock ")
    assert (endpoint.state, endpoint.description) == (State.ACTIVE, "Stock")
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM partners_webhooksecret")
        assert secret not in cursor.fetchone()[0]
    assert endpoint.secrets.get().secret == secret
    entry = JournalEntry.objects.get()
    assert (entry.verb, entry.facts["url"]) == ("partners.webhookendpoint.create", endpoint.url)
    assert secret not in str(entry.facts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://example.org/"},
        {"url": "https://10.0.0.1/"},
        {"url": "not an address"},
        {"events": []},
        {"events": ["application.created", "invented.created"]},
        {"events": ["application.eaten"]},
    ],
)
def test_what_cannot_work_is_refused(partner, member, wrong):
    with pytest.raises(Refused):
        create(partner, member, **wrong)
    assert not WebhookEndpoint.objects.exists()


def test_a_partner_has_so_many_endpoints_and_no_more(partner, member, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_ENDPOINTS", 2)
    first, _secret = create(partner, member)
    create(partner, member)
    with pytest.raises(Refused, match="at most 2"):
        create(partner, member)
    webhooks.delete(first, by=member)
    create(partner, member)


def test_a_manager_may_and_others_may_not(partner, member, manager, officer, auditor, entrepreneur):
    create(partner, manager)
    for person in (officer, auditor, entrepreneur, PartnerMemberFactory().user, UserFactory()):
        with pytest.raises(NotAllowed):
            create(partner, person)


ACTS = {
    "change": lambda endpoint, by: webhooks.change(endpoint, by=by, url="https://e.org/", events=["*"]),
    "pause": lambda endpoint, by: webhooks.pause(endpoint, by=by),
    "delete": lambda endpoint, by: webhooks.delete(endpoint, by=by),
    "rotate": lambda endpoint, by: webhooks.rotate(endpoint, by=by),
    "end_overlap": lambda endpoint, by: webhooks.end_overlap(endpoint, by=by),
    "read_secret": lambda endpoint, by: webhooks.read_secret(endpoint, by=by),
    "test": lambda endpoint, by: webhooks.send_test(endpoint, by=by),
    "replay": lambda endpoint, by: webhooks.replay(DeliveryFactory(endpoint=endpoint), by=by),
    "replay_failed": lambda endpoint, by: webhooks.replay_failed(endpoint, since=NOON, by=by),
    "give_up": lambda endpoint, by: deliveries.give_up(endpoint, cause=PauseCause.GONE, by=by),
}


@pytest.mark.parametrize("act", ACTS)
def test_others_may_do_nothing_with_it(endpoint, act, officer):
    for person in (PartnerMemberFactory().user, officer):
        with pytest.raises(NotAllowed):
            ACTS[act](endpoint, person)
    assert not JournalEntry.objects.exists()


def test_a_member_may_not_do_what_the_portal_does(endpoint, member):
    with pytest.raises(NotAllowed):
        deliveries.give_up(endpoint, cause=PauseCause.GONE, by=member)


def test_a_change_says_what_changed_and_what_waits_goes_to_the_new_address(endpoint, member):
    with receiving() as receiver:
        DeliveryFactory(endpoint=endpoint)
        webhooks.change(endpoint, by=member, url=receiver.url, events=["call.created"], description="New")
        deliveries.deliver(endpoint.pk)
    assert len(receiver.got) == 1
    facts = JournalEntry.objects.get().facts
    assert facts["events"] == {"from": ["*"], "to": ["call.created"]}
    webhooks.change(endpoint, by=member, url=receiver.url, events=["call.created"], description="New")
    assert JournalEntry.objects.count() == 1


# --- Moves ------------------------------------------------------------------------------------------------
MOVES = {
    "pause": webhooks.pause,
    "resume": webhooks.resume,
    "delete": webhooks.delete,
}


@pytest.mark.parametrize("verb", MOVES)
def test_moves(endpoint, member, verb):
    sources, target = WEBHOOK_MOVES[verb]
    for state in State:
        WebhookEndpoint.objects.update(state=state)
        if state in sources:
            MOVES[verb](endpoint, by=member)
            assert endpoint.state == target
        else:
            with pytest.raises(Refused):
                MOVES[verb](endpoint, by=member)
    assert set(verbs()) == {verb}


@pytest.mark.parametrize("verb", MOVES)
def test_a_rollback_leaves_nothing(endpoint, member, verb):
    state = next(iter(WEBHOOK_MOVES[verb][0]))
    WebhookEndpoint.objects.update(state=state)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        MOVES[verb](endpoint, by=member)
        _ = 1 / 0
    assert WebhookEndpoint.objects.get().state == state
    assert not JournalEntry.objects.exists()
    assert WebhookSecret.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", MOVES)
def test_two_at_once_do_it_once(together, verb):
    member = PartnerMemberFactory()
    endpoint = EndpointFactory(partner=member.partner, state=next(iter(WEBHOOK_MOVES[verb][0])))
    outcomes = together(*[lambda: MOVES[verb](endpoint, by=member.user)] * 2)
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "Refused"]
    assert JournalEntry.objects.count() == 1


def test_a_paused_endpoint_keeps_what_waits_and_is_told_nothing_new(endpoint, member, settings):
    with receiving() as receiver:
        webhooks.change(endpoint, by=member, url=receiver.url, events=["*"])
        waits = DeliveryFactory(endpoint=endpoint, next_attempt_at=timezone.now() + timedelta(days=1))
        webhooks.pause(endpoint, by=member)
        assert webhooks.announce([(None, "calls", uuid.uuid4(), "updated")]) == 0
        assert not endpoint.gave_up
        webhooks.resume(endpoint, by=member)
        assert deliveries.deliver(endpoint.pk) == 1
    assert receiver.ids == [waits.message.public_id]
    assert (endpoint.paused_at, endpoint.pause_cause) == (None, "")


def test_a_deleted_endpoint_leaves_the_journal_and_nothing_else(endpoint, member):
    DeliveryFactory(endpoint=endpoint).attempts.create(number=1, started_at=NOON, url="https://example.org/")
    webhooks.delete(endpoint, by=member)
    assert not WebhookSecret.objects.exists()
    assert not WebhookDelivery.objects.exists()
    assert not WebhookEndpoint.objects.visible_to(member).exists()
    for act in ("change", "rotate", "read_secret", "test"):
        with pytest.raises(Refused, match="deleted"):
            ACTS[act](endpoint, member)
