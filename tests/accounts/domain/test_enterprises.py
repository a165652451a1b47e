from decimal import Decimal

import pytest
from django.db import connection

from accounts.domain import enterprises
from accounts.models import Enterprise, Membership, Undertaking
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory, enterprise_number
from wecd.common import journal
from wecd.common.models import JournalEntry
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
IBAN = "BE68539007547034"
OFFICE = {"is_registered_office": True, "street": "Rue de Fer 1", "postal_code": "5000", "municipality": ""}


def create(by, **changes):
    facts = {"name": "Tissages Hodister", "number": "BE 0403.019.261", "legal_form": "srl", "sites": [OFFICE]}
    return enterprises.create(by=by, **facts | changes)


def test_create_makes_the_person_owner_of_an_enterprise_alone_in_its_undertaking():
    person = UserFactory()

    row = create(
        person,
        headcount=8,
        turnover=Decimal(900_000),
        iban="BE68 5390 0754 7034",
        activities=[{"code": "74.120", "revision": "2025"}],
    )

    assert (row.number, row.size_class, row.iban) == ("0403019261", "micro", IBAN)
    assert str(row.registered_office) == "5000 Namur"
    assert row.registered_office.refnis == "92094"
    assert [a.code for a in row.activities.all()] == ["74120"]
    assert person.enterprise_roles == {row.pk: "owner"}
    assert list(row.undertaking.enterprises.all()) == [row]


def test_create_writes_the_journal_without_the_bank_account():
    row = create(UserFactory(), iban=IBAN)

    (entry,) = journal.entries_about(row)
    assert (entry.verb, entry.facts["number"]) == ("accounts.enterprise.create", "0403019261")
    assert entry.facts["iban"] == "BE68 •••• •••• 7034"
    assert JournalEntry.objects.filter(verb="accounts.membership.create").count() == 1
    assert not any(IBAN in str(e.facts) for e in JournalEntry.objects.all())


def test_bank_account_is_encrypted_at_rest():
    row = create(UserFactory(), iban=IBAN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT iban FROM accounts_enterprise WHERE id = %s", [row.pk])
        stored = cursor.fetchone()[0]
        cursor.execute(
            "SELECT string_agg(iban, '') FROM accounts_enterprisehistory WHERE pgh_obj_id = %s", [row.pk]
        )
        kept = cursor.fetchone()[0]
    assert stored
    assert "7034" not in stored
    assert "7034" not in kept


def test_second_person_is_offered_to_join():
    first = create(UserFactory())
    with pytest.raises(enterprises.NumberTaken, match="Ask to join") as refusal:
        create(UserFactory(), number="403019261")
    assert refusal.value.enterprise == first
    assert Undertaking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_number_give_one_enterprise(together):
    people = UserFactory.create_batch(2)

    results = together(*(lambda person=person: create(person) for person in people))

    assert sorted(type(result).__name__ for result in results) == ["Enterprise", "NumberTaken"]
    assert (Enterprise.objects.count(), Membership.objects.count(), Undertaking.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": "0403019200"}, "not a Belgian enterprise number"),
        ({"iban": "BE00539007547034"}, "not a bank account"),
        ({"sites": []}, "registered office"),
        ({"sites": [OFFICE, OFFICE]}, "registered office"),
        ({"sites": [OFFICE | {"municipality": "Dinant"}]}, "belongs to Namur"),
        ({"activities": [{"code": "7"}]}, "NACE"),
    ],
)
def test_create_refuses_what_is_wrong_and_leaves_nothing(changes, sentence):
    with pytest.raises(Refused, match=sentence):
        create(UserFactory(), **changes)
    assert not Enterprise.objects.exists()
    assert not Undertaking.objects.exists()
    assert not JournalEntry.objects.exists()


def test_auditor_registers_nothing(auditor):
    with pytest.raises(NotAllowed, match="registers none"):
        create(auditor)


def test_staff_register_without_becoming_members(officer):
    row = create(officer)
    assert not row.memberships.exists()


def test_update_journals_what_changed_with_bank_accounts_masked(entrepreneur, enterprise):
    enterprises.update(enterprise, by=entrepreneur, name="Ardenne Laine", iban="BE71 0961 2345 6769")

    (entry,) = journal.entries_about(enterprise)
    assert entry.verb == "accounts.enterprise.update"
    assert entry.facts["changed"]["name"] == {"from": "Ardenne Textiles", "to": "Ardenne Laine"}
    assert entry.facts["changed"]["iban"]["to"] == "BE71 •••• •••• 6769"
    assert enterprise.iban == "BE71096123456769"


def test_update_without_a_difference_writes_nothing(entrepreneur, enterprise):
    sites = [
        {"id": s.pk, "is_registered_office": True, "street": s.street, "postal_code": s.postal_code,
         "municipality": "Namur"}
        for s in enterprise.sites.all()
    ]  # fmt: skip
    enterprises.update(enterprise, by=entrepreneur, name=enterprise.name, sites=sites)
    assert not JournalEntry.objects.exists()


def test_update_works_the_size_out_again(entrepreneur, enterprise):
    enterprises.update(enterprise, by=entrepreneur, headcount=60)
    assert enterprise.size_class == "medium"


def test_update_replaces_sites_and_activities(entrepreneur, enterprise):
    old = enterprise.registered_office
    enterprises.update(
        enterprise,
        by=entrepreneur,
        sites=[
            {"is_registered_office": True, "street": "Quai 2", "postal_code": "4000", "municipality": "Luik"},
            {"id": old.pk, "is_registered_office": False, "street": old.street, "postal_code": "5000"},
        ],
        activities=[{"code": "13.921", "revision": "2008"}],
    )
    assert [str(site) for site in enterprise.sites.all()] == ["4000 Luik", "5000 Namur"]
    assert enterprise.sites.filter(pk=old.pk, is_registered_office=False).exists()
    assert [str(a) for a in enterprise.activities.all()] == ["13921 (2008)"]
    changed = journal.entries_about(enterprise).get().facts["changed"]
    assert changed.keys() == {"sites", "activities"}


def test_members_cannot_change_the_number(entrepreneur, enterprise):
    before = enterprise.number
    with pytest.raises(Refused, match="programme team"):
        enterprises.update(enterprise, by=entrepreneur, number=enterprise_number(999))
    enterprise.refresh_from_db()
    assert enterprise.number == before


def test_staff_change_the_number_but_not_to_one_taken(officer, enterprise):
    enterprises.update(enterprise, by=officer, number=enterprise_number(999))
    assert enterprise.number == enterprise_number(999)
    other = EnterpriseFactory()
    with pytest.raises(enterprises.NumberTaken):
        enterprises.update(enterprise, by=officer, number=other.number)


@pytest.mark.parametrize("role", ["reader", None])
def test_update_is_for_owners_and_editors(enterprise, role):
    person = UserFactory()
    if role:
        MembershipFactory(enterprise=enterprise, user=person, role=role)
    with pytest.raises(NotAllowed):
        enterprises.update(enterprise, by=person, name="Mine now")
    enterprise.refresh_from_db()
    assert enterprise.name == "Ardenne Textiles"


def test_update_rolls_back_whole(entrepreneur, enterprise):
    with pytest.raises(Refused):
        enterprises.update(enterprise, by=entrepreneur, name="New name", sites=[])
    enterprise.refresh_from_db()
    assert enterprise.name == "Ardenne Textiles"
    assert enterprise.sites.count() == 1


@pytest.mark.parametrize(
    ("code", "typed", "expected"),
    [("5000", "", ("Namur", "92094")), ("4000", "luik", ("luik", "62063")), ("5012", "Namur", ("Namur", ""))],
)
def test_municipality_of(code, typed, expected):
    assert enterprises.municipality_of(code, typed) == expected


def test_a_misspelt_field_is_a_programming_error(entrepreneur, enterprise):
    with pytest.raises(TypeError, match="nmae"):
        enterprises.update(enterprise, by=entrepreneur, nmae="x")
