"""What endpoints are told, and how they say what they want to hear."""

import uuid
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction

from partners.domain import event_types, webhooks
from partners.enums import EndpointState
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from tests.partners.factories import PartnerFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import EndpointFactory

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
State = EndpointState


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
