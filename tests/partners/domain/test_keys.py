"""Keys: shown once, kept as a hash, recognised while they are usable."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.domain import keys
from partners.models import ApiKey
from tests.partners.factories import PartnerFactory, key_of
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
SCOPES = ["applications:read"]


@pytest.fixture
def made(manager):
    return keys.create(partner=PartnerFactory(code="WD"), name="ETL", scopes=SCOPES, by=manager)


def test_create_keeps_the_hash_only(made, manager):
    key, raw = made
    assert re.fullmatch(r"wecd_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}", raw)
    stored = ApiKey.objects.get()
    assert stored.hash == keys.digest(raw)
    assert raw.startswith(stored.prefix)
    assert not [name for name, value in vars(stored).items() if value == raw]
    entry = journal.entries_about(key).get()
    assert (entry.verb, entry.actor) == ("partners.apikey.create", manager)
    assert entry.facts["scopes"] == SCOPES
    assert raw not in str(entry.facts)


def test_two_keys_differ():
    assert len({keys.new_secret() for _ in range(50)}) == 50


@pytest.mark.parametrize("person", ["officer", "auditor", "entrepreneur"])
def test_only_managers_create_and_revoke(person, made, request):
    someone = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        keys.create(partner=PartnerFactory(), name="x", scopes=SCOPES, by=someone)
    with pytest.raises(NotAllowed):
        keys.revoke(made[0], by=someone)
    assert ApiKey.objects.get().revoked_at is None


def test_create_refuses_what_makes_no_sense(manager):
    partner = PartnerFactory()
    with pytest.raises(Refused, match="payments:write"):
        keys.create(partner=partner, name="x", scopes=["payments:write"], by=manager)
    with pytest.raises(Refused, match="expired"):
        keys.create(partner=partner, name="x", scopes=SCOPES, by=manager, expires_at=timezone.now())
    assert not ApiKey.objects.exists()


def test_a_given_secret_is_for_the_demo(manager, settings):
    partner = PartnerFactory()
    key, raw = keys.create(partner=partner, name="x", scopes=SCOPES, by=manager, raw="wecd_demo_partner_key")
    assert key_of(raw) == key
    with pytest.raises(Refused, match="exists already"):
        keys.create(partner=partner, name="x", scopes=SCOPES, by=manager, raw=raw)
    settings.WECD_ENV = "production"
    with pytest.raises(Refused, match="production"):
        keys.create(partner=partner, name="x", scopes=SCOPES, by=manager, raw="wecd_other")


def test_authenticate_knows_usable_keys_only(made, manager):
    key, raw = made
    assert key_of(raw) == key
    assert key_of(keys.new_secret()) is None
    assert key_of("") is None
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert key_of(raw) is None
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert key_of(raw) == key
    keys.revoke(key, by=manager)
    assert key_of(raw) is None


def test_revoke_is_final_and_in_the_journal(made, manager):
    key, _raw = made
    keys.revoke(key, by=manager)
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert not key.is_usable
    assert [entry.verb for entry in journal.entries_about(key)] == [
        "partners.apikey.create",
        "partners.apikey.revoke",
    ]
    with pytest.raises(Refused, match="revoked already"):
        keys.revoke(key, by=manager)


def test_a_failed_journal_leaves_no_key(manager, monkeypatch):
    monkeypatch.setattr(journal, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keys.create(partner=PartnerFactory(), name="x", scopes=SCOPES, by=manager)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_revocations_at_once_write_one_entry(made, manager, together):
    key, _raw = made
    outcomes = together(lambda: keys.revoke(key, by=manager), lambda: keys.revoke(key, by=manager))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ApiKey", "Refused"]
    assert journal.entries_about(key).count() == 2


def test_the_check_for_scanners_in_the_documentation_works(settings):
    page = (settings.BASE_DIR / "docs" / "api" / "keys.md").read_text()
    given: dict = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], given)  # noqa: S102  (our own page)
    for _ in range(200):
        raw = keys.new_secret()
        swapped = raw[:5] + raw[6] + raw[5] + raw[7:]
        assert given["is_wecd_key"](raw)
        assert not given["is_wecd_key"](raw[:-1])
        assert given["is_wecd_key"](swapped) == (raw[5] == raw[6])
