"""The 360Giving package: valid, complete, and silent about people."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from tests.calls.factories import CallFactory
from tests.opendata.rows import MARKERS, award, marked_person, person
from wecd.opendata import giving

pytestmark = pytest.mark.django_db
SHAPES = Path(giving.__file__).parent / "shapes" / "360giving"
ADDRESS = "/open-data/360giving.json"
GRANTS = "https://raw.githubusercontent.com/ThreeSixtyGiving/standard/1.4.2/schema/360-giving-schema.json"


def schema(name) -> dict:
    """A schema as published; its dialect is named with http, where the world now says https."""
    found = json.loads((SHAPES / f"{name}.json").read_text())
    return found | {"$schema": found["$schema"].replace("http:", "https:")}


@pytest.fixture(scope="module")
def validator():
    grant = Resource.from_contents(schema("360-giving-schema"))
    registry = Registry().with_resources([(GRANTS, grant), (grant.id(), grant)])
    package = schema("360-giving-package-schema")
    return Draft202012Validator(package, registry=registry, format_checker=FormatChecker())


def read(client, **headers):
    response = client.get(ADDRESS, headers=headers)
    assert response.status_code == 200
    return json.loads(b"".join(response.streaming_content))


def grant_of(package, row):
    return next(each for each in package["grants"] if each["id"].endswith(str(row.pk)))


def test_the_package_is_valid(client, validator):
    award()
    person()
    award(postal_code="1000")  # outside Wallonia
    package = read(client)
    assert [error.message for error in validator.iter_errors(package)] == []
    assert len(package["grants"]) == 3


def test_the_schema_would_find_a_fault(client, validator):
    award()
    package = read(client)
    package["grants"][0].pop("awardDate")
    assert not validator.is_valid(package)


def test_the_head_says_who_when_and_under_which_licence(client, settings):
    settings.OPEN_DATA_PUBLISHER_NUMBER = "0316381138"
    row = award()
    head = read(client)
    assert head["version"] == "1.4"
    assert head["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert head["publisher"]["identifier"] == "BE-BCE_KBO-0316381138"
    assert head["publisher"]["name"] == settings.OPEN_DATA_PUBLISHER
    assert head["modified"] == head["issued"] == giving._instant(row.updated_at)
    assert head["downloadURL"] == f"{settings.SITE_URL}{ADDRESS}"


def test_a_firm_is_named_by_its_number_and_the_rest_is_there(client, settings):
    call = CallFactory(code="CC-2026", title_fr="Chèque créativité", slug="cheque", project_months=12)
    row = award(call, postal_code="4000")
    grant = grant_of(read(client), row)
    assert grant["id"] == f"360G-wecd-{row.pk}"
    assert grant["recipientOrganization"] == [
        {
            "id": f"BE-BCE_KBO-{row.enterprise.number}",
            "name": row.enterprise.name,
            "addressLocality": "Namur",
            "postalCode": "4000",
            "addressCountry": "BE",
        }
    ]
    assert (grant["amountAwarded"], grant["currency"]) == (6000.0, "EUR")
    assert grant["awardDate"] == "2026-11-13"
    assert grant["plannedDates"] == [{"startDate": "2026-11-13", "endDate": "2027-11-12", "duration": 12}]
    assert grant["beneficiaryLocation"] == [
        {"name": "Liège", "countryCode": "BE", "geoCode": "BE33", "geoCodeType": "NUTS2"}
    ]
    assert grant["grantProgramme"][0] == {
        "code": "CC-2026",
        "title": "Chèque créativité",
        "url": f"{settings.SITE_URL}/fr/calls/cheque/",
    }
    assert grant["description"] == "A new market."
    assert grant["fromOpenCall"] == "Yes"
    assert grant["url"] == f"{settings.SITE_URL}/fr/results/{row.pk}/"
    assert client.get(f"/fr/results/{row.pk}/").status_code == 200
    assert grant["fundingOrganization"][0]["id"] == "360G-wecd-publisher"


def test_titles_stay_under_140_characters(client):
    row = award(title="é" * 200)
    assert len(grant_of(read(client), row)["title"]) == 139


def test_people_are_anonymous(client):
    row = marked_person()
    text = b"".join(client.get(ADDRESS).streaming_content).decode()
    for marker in MARKERS:
        assert marker not in text
    assert "5537" not in text
    grant = grant_of(json.loads(text), row)
    assert grant["recipientIndividual"] == {"id": f"{grant['id']}-recipient", "name": "Individual Recipient"}
    assert "recipientOrganization" not in grant
    assert str(row.enterprise.pk) not in text


def test_what_tells_who_somebody_is_does_not_leave_the_database():
    row = marked_person()
    read = str(list(giving.rows().values_list(*giving.COLUMNS)))
    assert str(row.pk) in read
    assert not [marker for marker in (*MARKERS, "5537") if marker in read]


def test_codes_come_from_the_codelists(client):
    def codes(name):
        with (SHAPES / "codelists" / f"{name}.csv").open() as lines:
            return {line["Code"] for line in csv.DictReader(lines)}

    row = person()
    grant = grant_of(read(client), row)
    details = grant["toIndividualsDetails"]
    assert details["primaryGrantReason"] in codes("grantToIndividualsReason")
    assert set(details["grantPurpose"]) <= codes("grantToIndividualsPurpose")
    assert grant["locationScope"] in codes("locationScope")


def places(client, rows):
    package = read(client)
    return {grant_of(package, row).get("beneficiaryLocation", [{}])[0].get("geoCode") for row in rows}


def test_small_numbers_of_people_are_not_placed_in_their_province(client):
    call = CallFactory()
    few = [person(call) for _ in range(4)]
    for _ in range(3):
        award(call)  # firms hide nobody
    person()  # nor does another call
    assert places(client, few) == {"BE3"}
    assert places(client, [*few, person(call)]) == {"BE35"}


def test_the_smallest_group_is_a_setting(client, settings):
    settings.OPEN_DATA_SMALLEST_GROUP = 2
    call = CallFactory()
    assert places(client, [person(call), person(call)]) == {"BE35"}


def test_a_firm_alone_in_its_province_is_placed(client):
    assert places(client, [award()]) == {"BE35"}


def test_outside_wallonia_there_is_no_place(client):
    assert places(client, [award(postal_code="1000"), person(postal_code="1000")]) == {None}


@pytest.mark.parametrize("state", ["proposed", "declined", "released", "reserve"])
def test_only_awards_in_force(client, state):
    award()
    row = award(state=state)
    assert str(row.pk) not in json.dumps(read(client))


def test_without_an_award_there_is_no_package(client):
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_two_queries_whatever_there_is(client, count, django_assert_num_queries):
    for _ in range(count):
        person()
    with django_assert_num_queries(2):
        assert len(read(client)["grants"]) == count


def test_parts_join_to_one_document(client, monkeypatch):
    monkeypatch.setattr(giving, "ROWS_A_PART", 2)
    for _ in range(5):
        award()
    assert len({each["id"] for each in read(client)["grants"]}) == 5


def test_who_has_it_gets_304_until_something_said_changes(client, django_assert_num_queries):
    row = award()
    etag = client.get(ADDRESS)["ETag"]
    with django_assert_num_queries(1):
        again = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    row.enterprise.legal_form = "self_employed"
    row.enterprise.save()
    changed = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert row.enterprise.number not in b"".join(changed.streaming_content).decode()


def test_it_says_how_long_it_holds_and_whose_it_is(client):
    award()
    response = client.get(ADDRESS)
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert 'rel="license"' in response["Link"]
    assert not response.cookies


def test_it_is_packed_for_who_can_unpack(client):
    award()
    response = client.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(b"".join(response.streaming_content)))["grants"]) == 1


def test_a_head_request_writes_nothing(client, django_assert_num_queries):
    award()
    with django_assert_num_queries(1):
        response = client.head(ADDRESS)
    assert (response.status_code, response.content) == (200, b"")
