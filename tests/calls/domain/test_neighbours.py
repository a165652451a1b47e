"""Look-alikes: what two enterprises share, and how alike their texts are."""

import pytest

from accounts.models import Enterprise
from calls.domain import neighbours
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, SiteFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common.fields import blind_indexes

pytestmark = pytest.mark.django_db
OTHER_IBAN = "BE71096123456769"


@pytest.fixture
def application(db):
    enterprise = EnterpriseFactory(
        name="Ours", phone="+32 477 12 34 56", iban=OTHER_IBAN, office__street="Rue de la Loi 16"
    )
    return ApplicationFactory(enterprise=enterprise, submitted=True)


def other(**kwargs):
    return EnterpriseFactory(**({"office__street": "Elsewhere 1"} | kwargs))


def reasons(application, **kwargs):
    found, _linked = neighbours.around(application, **kwargs)
    return {neighbour.enterprise.name: neighbour.reasons for neighbour in found}


def test_nothing_in_common(application):
    other()
    assert reasons(application) == {}


def test_the_same_account_is_found_though_it_is_encrypted(application):
    other(name="Twin", iban=OTHER_IBAN)
    assert reasons(application) == {"Twin": ["Same bank account"]}


def test_an_account_changed_or_removed_is_no_longer_the_same(application):
    twin = other(iban=OTHER_IBAN)
    twin.iban = ""
    twin.save()
    assert Enterprise.objects.get(pk=twin.pk).iban_index == ""
    assert reasons(application) == {}


def test_a_new_key_leaves_the_old_indexes_found(application, settings):
    other(name="Twin", iban=OTHER_IBAN)
    old = blind_indexes(OTHER_IBAN)
    settings.FIELD_ENCRYPTION_KEYS = ["a new key, of at least 32 characters", *settings.FIELD_ENCRYPTION_KEYS]

    assert reasons(application) == {"Twin": ["Same bank account"]}
    other(name="Newer", iban=OTHER_IBAN)
    assert set(reasons(application)) == {"Twin", "Newer"}
    assert blind_indexes(OTHER_IBAN)[1:] == old


def test_an_index_says_nothing_without_the_key(settings):
    first = blind_indexes(OTHER_IBAN)
    settings.FIELD_ENCRYPTION_KEYS = ["another key, of at least 32 characters"]
    assert set(first).isdisjoint(blind_indexes(OTHER_IBAN))
    assert OTHER_IBAN not in first[0]


@pytest.mark.parametrize(
    ("phone", "same"),
    [
        ("0477/12.34.56", True),
        ("0032477123456", True),
        ("+32 477 12 34 57", False),
        ("", False),
        ("12", False),
    ],
)
def test_the_same_telephone_however_it_is_written(application, phone, same):
    other(name="Twin", phone=phone)
    assert reasons(application) == ({"Twin": ["Same telephone number"]} if same else {})


def test_the_same_address_of_any_site(application):
    twin = other(name="Twin")
    SiteFactory(enterprise=twin, street="RUE de la Loi 16", postal_code="5000")
    SiteFactory(enterprise=other(), street="Rue de la Loi 16", postal_code="4000")
    SiteFactory(enterprise=other(), street="", postal_code="5000")
    assert reasons(application) == {"Twin": ["Same address: RUE de la Loi 16, 5000 Namur"]}


def test_the_same_people_and_their_names_masked(application):
    person = application.applicant
    person.name = "Clémence Roussel"
    person.save()
    MembershipFactory(enterprise=application.enterprise, user=person)
    MembershipFactory(enterprise=other(name="Twin"), user=person)
    MembershipFactory(enterprise=other(name="Asked"), user=person, state="asked")

    assert reasons(application) == {"Twin": ["Clémence Roussel acts for both"]}
    [words] = reasons(application, names=False)["Twin"]
    assert "Roussel" not in words


def test_alike_texts_of_the_same_call(application):
    twin = ApplicationFactory(call=application.call, submitted=True, enterprise=other(name="Twin"))
    ApplicationFactory(submitted=True, enterprise=other(name="Other call"))
    ApplicationFactory(call=application.call, enterprise=other(name="A draft"))
    different = ApplicationFactory(
        call=application.call, submitted=True, enterprise=other(name="Different"), title="A chair for two"
    )
    different.answers.filter(key="pitch").update(value="We fold plywood into seats that stack by dozens.")

    found = neighbours.of(application)

    assert [n.enterprise.name for n in found] == ["Twin"]
    assert found[0].application == twin
    assert found[0].reasons == [f"A text like this one (100%), {twin.reference}"]


def test_its_own_group_is_linked_and_not_a_neighbour(application):
    other(name="Sister", undertaking=application.enterprise.undertaking, iban=OTHER_IBAN)
    found, linked = neighbours.around(application)
    assert (found, [row.name for row in linked]) == ([], ["Sister"])


def test_most_reasons_first(application):
    other(name="A one", iban=OTHER_IBAN)
    other(name="B two", iban=OTHER_IBAN, phone="0477123456")
    assert list(reasons(application)) == ["B two", "A one"]


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(application, rows, django_assert_num_queries):
    for number in range(rows):
        twin = other(iban=OTHER_IBAN, phone="0477123456", name=f"Twin {number}")
        ApplicationFactory(call=application.call, submitted=True, enterprise=twin)
    application.form.sections.all()
    with django_assert_num_queries(7):
        assert len(neighbours.of(application)) == rows


def test_a_call_with_nobody_else_costs_no_more(django_assert_num_queries):
    lonely = ApplicationFactory(call=CallFactory(), submitted=True)
    with django_assert_num_queries(7):
        assert neighbours.of(lonely) == []
