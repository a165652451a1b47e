"""Keys in their partner's hands: replaced with overlap, renamed, limited to networks, warned of."""

from datetime import timedelta

import pytest
from django.utils import timezone

from partners import forms
from partners.domain import keys, networks, oauth
from partners.enums import KeyState
from partners.models import ApiKey
from partners.tasks import warn_of_keys
from tests.partners.factories import AgreementFactory, ApiKeyFactory, PartnerMemberFactory, key_of
from wecd.common import journal
from wecd.common.models import OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def member():
    """Works for one partner; has no role."""
    return PartnerMemberFactory().user


@pytest.fixture
def partner(member):
    return member.partner_memberships.get().partner


@pytest.fixture
def key(partner):
    return ApiKeyFactory(partner=partner, name="ETL", networks=["192.0.2.0/24"], scopes=["vouchers:read"])


def verbs(row) -> list[str]:
    return [entry.verb.removeprefix("partners.apikey.") for entry in journal.entries_about(row)]


def mails() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("template", "to"))


# --- Who -------------------------------------------------------------------------------------------
def test_members_do_it_for_their_own_partner_and_no_other(member, partner, key):
    made, _raw = keys.create(partner=partner, name="x", scopes=[], by=member)
    keys.change(made, by=member, name="y", networks=[])
    keys.rotate(made, by=member, overlap=WEEK)
    keys.revoke(made, by=member)
    other = ApiKeyFactory()
    for act in (
        lambda: keys.create(partner=other.partner, name="x", scopes=[], by=member),
        lambda: keys.change(other, by=member, name="y", networks=[]),
        lambda: keys.rotate(other, by=member, overlap=WEEK),
        lambda: keys.revoke(other, by=member),
    ):
        with pytest.raises(NotAllowed, match="member of the partner"):
            act()


@pytest.mark.parametrize("person", ["officer", "auditor", "entrepreneur", "hub_manager"])
def test_nobody_else_rotates_or_changes(person, key, request):
    someone = request.getfixturevalue(person)
    for act in (
        lambda: keys.rotate(key, by=someone, overlap=WEEK),
        lambda: keys.change(key, by=someone, name="y", networks=[]),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert ApiKey.objects.get().name == "ETL"


def test_managers_do_it_for_every_partner(manager, key):
    keys.change(key, by=manager, name="Renamed", networks=["192.0.2.0/24"])
    keys.rotate(key, by=manager, overlap=WEEK)
    keys.revoke(key, by=manager)
    assert verbs(key) == ["change", "rotate", "revoke"]


# --- Create ----------------------------------------------------------------------------------------
def test_every_active_member_is_told_of_a_new_key(member, partner):
    PartnerMemberFactory(partner=partner, user__email="other@example.org", user__language="en")
    PartnerMemberFactory(partner=partner, user__is_active=False)
    PartnerMemberFactory()
    keys.create(partner=partner, name="Warehouse", scopes=["vouchers:read"], by=member)
    assert sorted(mails()) == sorted(
        [("partners/key_created", member.email), ("partners/key_created", "other@example.org")]
    )
    mail = OutboxMessage.objects.get(to="other@example.org")
    assert "Warehouse" in mail.subject
    assert f"/en/partner/{partner.code}/keys/" in mail.body
    assert "wecd_" in mail.body
    assert len(keys.SHAPE.findall(mail.body)) == 0


def test_a_partner_has_so_many_usable_keys_at_most(member, partner, monkeypatch):
    monkeypatch.setattr(keys, "MOST", 2)
    first, _raw = keys.create(partner=partner, name="1", scopes=[], by=member)
    keys.create(partner=partner, name="2", scopes=[], by=member)
    with pytest.raises(Refused, match="at most 2"):
        keys.create(partner=partner, name="3", scopes=[], by=member)
    keys.revoke(first, by=member)
    keys.create(partner=partner, name="3", scopes=[], by=member)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["192.0.2.7"], ["192.0.2.7/32"]),
        (["192.0.2.9/24", " 192.0.2.0/24 ", ""], ["192.0.2.0/24"]),
        (["2001:DB8::1/64"], ["2001:db8::/64"]),
    ],
)
def test_networks_are_kept_in_their_shortest_form(member, partner, given, kept):
    made, _raw = keys.create(partner=partner, name="x", scopes=[], by=member, networks=given)
    assert ApiKey.objects.get().networks == kept
    assert journal.entries_about(made).get().facts["networks"] == kept


@pytest.mark.parametrize(
    "wrong", ["example.org", "192.0.2.300", "192.0.2.0/33", "0.0.0.0/0", "::/0", "10.0.0"]
)
def test_what_is_no_network_is_named(member, partner, wrong):
    with pytest.raises(Refused, match=wrong.replace(".", r"\.")):
        keys.create(partner=partner, name="x", scopes=[], by=member, networks=["192.0.2.0/24", wrong])
    with pytest.raises(Refused, match="at most 20"):
        networks.clean_networks(f"192.0.2.{n}" for n in range(21))
    assert not ApiKey.objects.exists()


def test_an_address_is_in_a_network_or_not():
    assert networks.is_from([], "203.0.113.9")
    assert networks.is_from(["192.0.2.0/24", "2001:db8::/32"], "192.0.2.200")
    assert networks.is_from(["192.0.2.0/24"], "::ffff:192.0.2.200")
    assert not networks.is_from(["192.0.2.0/24", "2001:db8::/32"], "192.0.3.1")
    assert not networks.is_from(["192.0.2.0/24"], "")


@pytest.mark.parametrize("who", ["member", "manager"])
def test_personal_data_can_be_chosen_under_an_agreement_only(who, request, partner):
    person = request.getfixturevalue(who)
    today = timezone.localdate()
    facts = {"partner": partner, "name": "x", "scopes": ["personal:read"], "by": person}
    agreement = AgreementFactory(partner=partner, signed_on=today - WEEK, ends_on=today - timedelta(days=1))
    AgreementFactory()
    with pytest.raises(Refused, match="processing agreement"):
        keys.create(**facts)
    agreement.ends_on = today
    agreement.save()
    assert keys.create(**facts)[0].scopes == ["personal:read"]


# --- How long --------------------------------------------------------------------------------------
def _make(partner, member, ends):
    return keys.create(partner=partner, name="x", scopes=[], by=member, expires_at=ends)


def _make_client(partner, member, ends):
    return oauth.create(partner=partner, name="x", scopes=[], by=member, expires_at=ends)


def _rotate(partner, member, ends):
    return keys.rotate(ApiKeyFactory(partner=partner), by=member, overlap=WEEK, expires_at=ends)


def _renew(partner, member, ends):
    return oauth.renew(_make_client(partner, member, None)[0], by=member, expires_at=ends)


def _second_client(partner, member, ends):
    return oauth.rotate(_make_client(partner, member, None)[0], by=member, overlap=WEEK, expires_at=ends)


@pytest.mark.parametrize("act", [_make, _make_client, _rotate, _renew, _second_client])
def test_no_door_makes_a_key_for_longer_than_two_years(partner, member, act):
    today = timezone.localdate()
    last = forms.end_of(today + keys.LONGEST)
    assert act(partner, member, last)[0].expires_at == last
    for wrong, why in ((last + timedelta(seconds=1), "two years"), (timezone.now(), "later date")):
        with pytest.raises(Refused, match=why):
            act(partner, member, wrong)
    usual = act(partner, member, None)[0].expires_at
    assert abs(usual - timezone.now() - keys.A_YEAR) < timedelta(minutes=1)


# --- Rotate ----------------------------------------------------------------------------------------
def test_a_replaced_key_works_until_the_overlap_ends(key, member):
    until = timezone.now() + timedelta(days=300)
    new, raw = keys.rotate(key, by=member, overlap=WEEK, expires_at=until)
    key.refresh_from_db()
    assert key_of(raw) == new
    assert (new.name, new.scopes, new.networks, new.expires_at) == ("ETL", key.scopes, key.networks, until)
    assert (new.replaces, key.replaced_by) == (key, new)
    assert abs(key.expires_at - timezone.now() - WEEK) < timedelta(minutes=1)
    assert (key.state, new.state) == (KeyState.ENDING, KeyState.USABLE)
    assert (verbs(key), verbs(new)) == (["rotate"], ["create", "first_use"])
    assert journal.entries_about(key).get().facts["replaced_by"] == str(new.pk)
    assert mails() == [("partners/key_created", member.email)]
    assert key.prefix in OutboxMessage.objects.get().body


def test_without_overlap_the_old_key_ends_at_once(key, member):
    keys.rotate(key, by=member, overlap=timedelta(0))
    key.refresh_from_db()
    assert not key.is_usable
    assert key.state == KeyState.REPLACED


def test_an_overlap_never_lengthens_a_life(key, member):
    ends = timezone.now() + timedelta(days=2)
    ApiKey.objects.update(expires_at=ends)
    keys.rotate(key, by=member, overlap=WEEK)
    key.refresh_from_db()
    assert key.expires_at == ends


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"revoked_at": timezone.now()}, "revoked already"),
        ({"expires_at": timezone.now() - WEEK}, "expired"),
    ],
)
def test_what_ended_is_not_rotated_or_changed(key, member, facts, why):
    ApiKey.objects.update(**facts)
    with pytest.raises(Refused, match=why):
        keys.rotate(key, by=member, overlap=WEEK)
    with pytest.raises(Refused, match=why):
        keys.change(key, by=member, name="y", networks=[])
    assert verbs(key) == []


def test_rotation_refuses_what_makes_no_sense(key, member):
    for overlap in (timedelta(days=31), timedelta(days=-1)):
        with pytest.raises(Refused, match="30 days"):
            keys.rotate(key, by=member, overlap=overlap)
    with pytest.raises(Refused, match="later date"):
        keys.rotate(key, by=member, overlap=WEEK, expires_at=timezone.now())
    keys.rotate(key, by=member, overlap=WEEK)
    with pytest.raises(Refused, match="replaced already"):
        keys.rotate(key, by=member, overlap=WEEK)
    assert ApiKey.objects.count() == 2


def test_a_failed_journal_replaces_nothing(key, member, monkeypatch):
    record, calls = journal.record, []

    def second_fails(*args, **kwargs):
        calls.append(args)
        return 1 / 0 if len(calls) == 2 else record(*args, **kwargs)

    monkeypatch.setattr(journal, "record", second_fails)
    with pytest.raises(ZeroDivisionError):
        keys.rotate(key, by=member, overlap=timedelta(0))
    key.refresh_from_db()
    assert (key.is_usable, ApiKey.objects.count(), mails()) == (True, 1, [])


@pytest.mark.django_db(transaction=True)
def test_two_rotations_at_once_leave_one_new_key(key, member, together):
    outcomes = together(*[lambda: keys.rotate(key, by=member, overlap=WEEK)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "tuple"]
    assert ApiKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_creations_at_once_keep_to_the_most(partner, member, together, monkeypatch):
    monkeypatch.setattr(keys, "MOST", 1)
    outcomes = together(*[lambda: keys.create(partner=partner, name="x", scopes=[], by=member)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "tuple"]
    assert ApiKey.objects.count() == 1


# --- Change ----------------------------------------------------------------------------------------
def test_a_change_keeps_before_and_after(key, member):
    keys.change(key, by=member, name=" Warehouse ", networks=["198.51.100.0/24"])
    key.refresh_from_db()
    assert (key.name, key.networks) == ("Warehouse", ["198.51.100.0/24"])
    facts = journal.entries_about(key).get().facts
    assert facts["name"] == {"from": "ETL", "to": "Warehouse"}
    assert facts["networks"]["from"] == ["192.0.2.0/24"]


def test_no_change_writes_nothing(key, member):
    keys.change(key, by=member, name="ETL", networks=["192.0.2.1/24"])
    assert verbs(key) == []


# --- Revoke ----------------------------------------------------------------------------------------
def test_members_are_told_when_staff_revoke(key, member, manager):
    keys.revoke(key, by=manager)
    assert mails() == [("partners/key_revoked", member.email)]
    assert "Maud Manager" in OutboxMessage.objects.get().body


def test_not_when_one_of_them_does(key, member):
    keys.revoke(key, by=member)
    assert mails() == []


# --- Warnings --------------------------------------------------------------------------------------
def test_members_are_warned_14_and_3_days_before(key, member):
    now = timezone.now()
    ApiKey.objects.update(expires_at=now + timedelta(days=20))
    days = [keys.warn(now + timedelta(days=day)) for day in range(20)]
    assert [day for day, warned in enumerate(days) if warned] == [6, 17]
    assert mails() == [("partners/key_expires", member.email)] * 2
    assert [entry.facts["days"] for entry in journal.entries_about(key)] == [14, 3]


def test_after_a_pause_only_the_nearer_warning_goes(key, member, run_jobs):
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(days=2))
    warn_of_keys(0)
    warn_of_keys(0)
    assert [entry.facts["days"] for entry in journal.entries_about(key)] == [3]
    assert len(mails()) == 1


def test_what_is_replaced_revoked_or_endless_is_not_warned_of(key, member, partner):
    soon = timezone.now() + timedelta(days=2)
    keys.rotate(key, by=member, overlap=timedelta(days=2), expires_at=timezone.now() + timedelta(days=99))
    ApiKeyFactory(partner=partner, expires_at=soon, revoked_at=timezone.now())
    ApiKeyFactory(partner=partner)
    assert keys.warn() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_warn_once(key, member, together):
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(days=2))
    assert sum(together(keys.warn, keys.warn)) == 1
    assert len(mails()) == 1
