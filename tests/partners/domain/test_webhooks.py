"""Endpoints: made, changed, paused, their secrets, what they are told, and what is sent again."""

import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from partners.domain import deliveries, event_types, webhooks
from partners.enums import WEBHOOK_MOVES, DeliveryStatus, EndpointState, PauseCause
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookMessage, WebhookSecret
from tests.accounts.factories import UserFactory
from tests.partners.factories import PartnerFactory, PartnerMemberFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import DeliveryFactory, EndpointFactory, MessageFactory
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
State = EndpointState


@pytest.fixture
def member(db):
    return PartnerMemberFactory().user


@pytest.fixture
def partner(member):
    return member.partner_memberships.get().partner


@pytest.fixture
def endpoint(partner):
    return EndpointFactory(partner=partner)


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


# --- Secrets ----------------------------------------------------------------------------------------------
def proves(secret, got) -> bool:
    try:
        Webhook(secret).verify(got["body"], got["headers"])
    except WebhookVerificationError:
        return False
    return True


def test_after_a_rotation_both_secrets_sign_for_a_day(endpoint, member):
    old = endpoint.secrets.get().secret
    with receiving() as receiver, time_machine.travel(NOON, tick=False) as clock:
        WebhookEndpoint.objects.update(url=receiver.url)
        new = webhooks.rotate(endpoint, by=member)
        assert new != old
        webhooks.send_test(endpoint, by=member)
        assert [proves(old, receiver.got[0]), proves(new, receiver.got[0])] == [True, True]
        assert receiver.got[0]["headers"]["webhook-signature"].count("v1,") == 2
        clock.shift(timedelta(hours=24, seconds=1))
        webhooks.send_test(endpoint, by=member)
        assert [proves(old, receiver.got[1]), proves(new, receiver.got[1])] == [False, True]
        assert webhooks.read_secret(endpoint, by=member) == new
    assert verbs() == ["rotate", "test", "test", "read_secret"]


def test_the_overlap_can_be_ended_at_once(endpoint, member):
    old = endpoint.secrets.get().secret
    with receiving() as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        new = webhooks.rotate(endpoint, by=member)
        webhooks.end_overlap(endpoint, by=member)
        webhooks.send_test(endpoint, by=member)
    assert [proves(old, receiver.got[0]), proves(new, receiver.got[0])] == [False, True]
    with pytest.raises(Refused, match="newest"):
        webhooks.end_overlap(endpoint, by=member)


def test_secrets_do_not_pile_up(endpoint, member):
    for _ in range(webhooks.MOST_SECRETS - 1):
        webhooks.rotate(endpoint, by=member)
    with pytest.raises(Refused):
        webhooks.rotate(endpoint, by=member)
    assert endpoint.secrets.filter(expires_at=None).count() == 1


def test_no_secret_is_written_in_the_journal_or_the_log(endpoint, member):
    with receiving() as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        secret = webhooks.rotate(endpoint, by=member)
        delivery = webhooks.send_test(endpoint, by=member)
    kept = str([entry.facts for entry in JournalEntry.objects.all()])
    kept += str(delivery.attempts.get().request_headers)
    assert secret.removeprefix("whsec_") not in kept


# --- By hand ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", [State.ACTIVE, State.PAUSED])
def test_a_test_event_is_answered_at_once(endpoint, member, state):
    with receiving(secret=endpoint.secrets.get().secret) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url, state=state)
        delivery = webhooks.send_test(endpoint, by=member)
        assert receiver.verified()[0]["type"] == "webhook.test"
    assert delivery.status == DeliveryStatus.DELIVERED


def test_a_test_event_that_fails_is_not_tried_again_and_harms_nothing(endpoint, member):
    with receiving(answers=[410]) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        delivery = webhooks.send_test(endpoint, by=member)
    assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.GIVEN_UP, None)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.failing_since) == (State.ACTIVE, None)


def test_a_replay_sends_the_same_message_in_a_new_round(endpoint, member):
    with receiving(answers=[204, 500]) as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        delivery = DeliveryFactory(endpoint=endpoint)
        deliveries.deliver(endpoint.pk)
        webhooks.replay(delivery, by=member)
        deliveries.deliver(endpoint.pk)
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.attempts_made, delivery.status) == (1, 2, DeliveryStatus.FAILED)
    assert receiver.ids == [delivery.message.public_id] * 2
    assert receiver.got[0]["body"] == receiver.got[1]["body"]


def test_a_replay_waits_for_who_is_sending(endpoint, member):
    delivery = DeliveryFactory(endpoint=endpoint)
    deliveries.claim_next(endpoint.pk)
    with pytest.raises(Refused, match="right now"):
        webhooks.replay(delivery, by=member)


@pytest.mark.parametrize("act", ["replay", "replay_failed"])
def test_nothing_is_sent_again_to_a_paused_endpoint(endpoint, member, act):
    WebhookEndpoint.objects.update(state=State.PAUSED)
    with pytest.raises(Refused, match="paused"):
        ACTS[act](endpoint, member)


def test_all_that_was_given_up_since_then_is_sent_again(endpoint, member):
    def one(hours, status, **kwargs):
        message = MessageFactory(at=NOON - timedelta(hours=hours), **kwargs)
        return DeliveryFactory(endpoint=endpoint, message=message, status=status, next_attempt_at=None)

    wanted = {one(1, "given_up").pk, one(2, "given_up").pk}
    one(3, "given_up")
    one(1, "delivered")
    one(1, "given_up", type="webhook.test")
    DeliveryFactory(status="given_up", next_attempt_at=None, message__at=NOON)
    since = NOON - timedelta(hours=2)
    assert webhooks.replay_failed(endpoint, since=since, by=member) == 2
    assert set(WebhookDelivery.objects.filter(status="waiting").values_list("pk", flat=True)) == wanted
    with pytest.raises(Refused, match="Nothing"):
        webhooks.replay_failed(endpoint, since=since, by=member)


# --- What endpoints are told ------------------------------------------------------------------------------
def told(endpoint) -> list[str]:
    return sorted(endpoint.deliveries.values_list("message__type", flat=True))


def test_each_endpoint_hears_what_it_asks_for_and_its_partner_may_see(partner, endpoint):
    other = PartnerFactory()
    some = EndpointFactory(partner=partner, events=["application.deleted", "call.*"])
    theirs = EndpointFactory(partner=other)
    row = uuid.uuid4()
    made = webhooks.announce(
        [
            (partner.pk, "applications", row, "created"),
            (partner.pk, "applications", uuid.uuid4(), "deleted"),
            (other.pk, "applications", row, "deleted"),
            (None, "calls", uuid.uuid4(), "updated"),
        ]
    )
    assert told(endpoint) == ["application.created", "application.deleted", "call.updated"]
    assert told(some) == ["application.deleted", "call.updated"]
    assert told(theirs) == ["application.deleted", "call.updated"]
    assert made == 7
    assert WebhookMessage.objects.count() == 4


def test_the_payload_says_that_a_row_changed_and_never_what_is_in_it(partner, endpoint, settings):
    row = uuid.uuid4()
    with time_machine.travel(NOON, tick=False):
        webhooks.announce([(partner.pk, "applications", row, "created")])
    assert WebhookMessage.objects.get().payload == {
        "type": "application.created",
        "timestamp": "2026-12-01T11:00:00Z",
        "data": {
            "resource": "applications",
            "id": str(row),
            "url": f"{settings.SITE_URL}/api/v1/applications/{row}",
        },
    }


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_however_many_changes_the_statements_are_few(endpoint, rows, django_assert_num_queries):
    EndpointFactory.create_batch(2)
    changes = [(None, "calls", uuid.uuid4(), "updated") for _ in range(rows)]
    with django_assert_num_queries(3):
        assert webhooks.announce(changes) == rows * 3


def test_when_nobody_listens_one_question_is_asked(db, django_assert_num_queries):
    EndpointFactory(state=State.PAUSED)
    with django_assert_num_queries(1):
        assert webhooks.announce([(None, "calls", uuid.uuid4(), "updated")]) == 0
    assert not webhooks.anyone_listens()


def test_a_thousand_changes_are_one_job_an_endpoint(endpoint, django_capture_on_commit_callbacks, run_jobs):
    with receiving() as receiver:
        WebhookEndpoint.objects.update(url=receiver.url)
        with django_capture_on_commit_callbacks(execute=True):
            webhooks.announce([(None, "calls", uuid.uuid4(), "updated") for _ in range(60)])
        assert run_jobs() == ["partners.tasks.deliver_webhooks"]
    assert len(set(receiver.ids)) == 60


def test_a_rollback_tells_nobody(endpoint, run_jobs):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        webhooks.announce([(None, "calls", uuid.uuid4(), "updated")])
        _ = 1 / 0
    assert not WebhookMessage.objects.exists()
    assert run_jobs() == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_touches_the_endpoint_does_not_disturb_a_reader_of_one_snapshot(together):
    """The feed announces under REPEATABLE READ; a foreign key of the database would fail it here."""
    endpoint = EndpointFactory()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert webhooks.anyone_listens()
        together(lambda: WebhookEndpoint.objects.update(failing_since=NOON))
        webhooks.announce([(endpoint.partner_id, "applications", uuid.uuid4(), "updated")])
    assert WebhookDelivery.objects.count() == 1


# --- Types of events --------------------------------------------------------------------------------------
def test_every_resource_of_the_api_has_its_three_events():
    from wecd.catalogue import RESOURCES

    assert list(event_types.groups()) == [each.name for each in RESOURCES]
    names = [group.singular for group in event_types.groups().values()]
    assert len(set(names)) == len(names)
    assert {"application", "axis", "call", "award", "programme"} <= set(names)
    assert all(name.replace("_", "").isalnum() for name in names)
    assert all(group.address(uuid.uuid4()).startswith("http") for group in event_types.groups().values())


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (["call.created", "call.deleted", "call.updated"], ["call.*"]),
        (["call.created", "*"], ["*"]),
        (["voucher.created", "call.*", "call.created"], ["call.*", "voucher.created"]),
    ],
)
def test_a_wish_is_kept_in_the_fewest_words(asked, kept):
    assert event_types.shortest(asked) == kept
    assert event_types.spelled_out(kept) >= event_types.spelled_out(asked)


@pytest.mark.parametrize(
    ("name", "one"), [("axes", "axis"), ("indicator-values", "indicator_value"), ("agencies", "agency")]
)
def test_the_singular_of_a_resource(name, one):
    assert event_types.singular(name) == one
