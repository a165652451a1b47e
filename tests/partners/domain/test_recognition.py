"""One statement says who a key is; nothing is remembered between requests."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partners.domain import keys, recognition
from partners.models import ApiKey
from tests.partners.factories import AgreementFactory, ApiKeyFactory
from wecd.common import journal
from wecd.common.rest.reader import PERSONAL

pytestmark = pytest.mark.django_db
HERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def _nothing_noted():
    keys._noted.clear()


@pytest.fixture
def raw():
    return keys.new_secret()


@pytest.fixture
def key(raw):
    return ApiKeyFactory(raw=raw, scopes=["applications:read", PERSONAL])


def test_a_key_is_its_partner_and_its_scopes(key, raw):
    reader = recognition.recognise(raw, HERE)
    assert reader
    assert (reader.key, reader.partner) == (key.pk, key.partner_id)
    assert reader.scopes == {"applications:read"}  # no agreement on file
    AgreementFactory(partner=key.partner)
    assert recognition.recognise(raw, HERE).scopes == {"applications:read", PERSONAL}
    key.partner.agreements.update(signed_on=timezone.localdate() + timedelta(days=1))
    assert PERSONAL not in recognition.recognise(raw, HERE).scopes


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_what_ends_ends_at_once(change, key, raw):
    for _prepared in range(3):
        assert recognition.recognise(raw, HERE)
    ApiKey.objects.update(**change)
    assert recognition.recognise(raw, HERE) is None


@pytest.mark.parametrize("wrong", ["", "wecd_", "nonsense", "wecd_' OR 1=1 --", "x" * 5000])
def test_what_is_no_key_is_nobody(wrong, key):
    assert recognition.recognise(wrong, HERE) is None
    assert recognition.recognise(keys.new_secret(), HERE) is None


def test_it_costs_one_statement_and_notes_the_use_once_a_minute(key, raw, django_assert_num_queries):
    recognition.recognise(raw, HERE)  # the first use, which the journal tells of
    key.refresh_from_db()
    assert key.last_used_at
    with django_assert_num_queries(1):
        recognition.recognise(raw, HERE)
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        recognition.recognise(raw, HERE)


@pytest.mark.parametrize(
    ("networks", "address", "opens"),
    [
        ([], HERE, True),
        (["192.0.2.0/24"], HERE, True),
        (["192.0.2.0/24"], "::ffff:192.0.2.7", True),
        (["198.51.100.0/24", "192.0.2.7/32"], HERE, True),
        (["198.51.100.0/24"], HERE, False),
        (["2001:db8::/32"], "2001:db8::5", True),
        (["2001:db8::/32"], HERE, False),
        (["192.0.2.0/24"], "unix:", False),
    ],
)
def test_networks(networks, address, opens, key, raw):
    ApiKey.objects.update(networks=networks)
    if opens:
        assert recognition.recognise(raw, address)
    else:
        with pytest.raises(recognition.Elsewhere):
            recognition.recognise(raw, address)
        key.refresh_from_db()
        assert key.last_used_at is None


def test_from_elsewhere_is_a_403_that_names_the_address(key, raw):
    ApiKey.objects.update(networks=["192.0.2.0/24"])
    client = Client(headers={"Authorization": f"Bearer {raw}"}, REMOTE_ADDR="203.0.113.5")
    for path in ("applications", "calls", "changes", "schema"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 403
        assert "203.0.113.5" in answer.json()["detail"]
    assert client.get("/api/v1/applications", REMOTE_ADDR=HERE).status_code == 200


def entries(key, verb: str) -> list:
    return list(journal.entries_about(key).filter(verb=f"partners.apikey.{verb}"))


def test_the_journal_tells_of_a_keys_first_use_and_of_no_other(key, raw, system):
    recognition.recognise(raw, HERE)
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(days=2))
    recognition.recognise(raw, HERE)
    (entry,) = entries(key, "first_use")
    assert entry.actor == system
    assert entry.facts == {"partner": key.partner.code, "prefix": key.prefix}
    assert list(journal.verify()) == []


def test_what_is_refused_is_no_use(key, raw):
    ApiKey.objects.update(expires_at=timezone.now())
    assert recognition.recognise(raw, HERE) is None
    assert entries(key, "first_use") == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.0/24"),
        ("::ffff:203.0.113.5", "203.0.113.0/24"),
        ("2001:db8:7:8::5", "2001:db8:7::/48"),
        ("unix:", ""),
    ],
)
def test_the_journal_tells_once_a_day_of_use_from_elsewhere(
    address, network, key, raw, django_assert_num_queries, django_capture_on_commit_callbacks
):
    ApiKey.objects.update(networks=["192.0.2.0/24"])

    def knock():
        with pytest.raises(recognition.Elsewhere):
            recognition.recognise(raw, address)

    knock()
    keys._noted.clear()  # another process
    knock()
    with django_capture_on_commit_callbacks(execute=True):
        knock()
    (entry,) = entries(key, "use_elsewhere")
    assert entry.facts["network"] == network
    with django_assert_num_queries(1):
        knock()
    keys._noted.clear()
    ApiKey.objects.update(refused_on=timezone.now().date() - timedelta(days=1))
    knock()
    assert len(entries(key, "use_elsewhere")) == 2
    assert entries(key, "first_use") == []
    assert recognition.recognise(raw, HERE)
    assert len(entries(key, "first_use")) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_first_uses_at_once_the_journal_tells_one(key, raw, together):
    readers = together(lambda: recognition.recognise(raw, HERE), lambda: recognition.recognise(raw, HERE))
    assert [reader.key for reader in readers] == [key.pk] * 2
    assert len(entries(key, "first_use")) == 1
