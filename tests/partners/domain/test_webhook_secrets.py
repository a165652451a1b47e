"""Secrets of an endpoint: two sign after a rotation, and none is written anywhere in clear."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from partners.domain import webhooks
from partners.enums import EndpointState
from partners.models import WebhookEndpoint
from tests.partners.receiver import receiving
from wecd.common.models import JournalEntry
from wecd.common.workflow import Refused

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
State = EndpointState


def verbs():
    return [
        entry.verb.removeprefix("partners.webhookendpoint.") for entry in JournalEntry.objects.order_by("at")
    ]


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
