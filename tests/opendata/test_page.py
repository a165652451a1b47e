"""The page of the open data, and its dictionary."""

import json
import re

import pytest
from django.utils import translation

from tests.hubs.factories import HubFactory
from tests.opendata.rows import MARKERS, award, marked_person, person
from wecd.catalogue import RESOURCES
from wecd.common.rest.fields import Many, Object
from wecd.common.rest.reader import ANYONE
from wecd.opendata import dictionary, editions
from wecd.opendata.datasets import DATASETS, TEXTS

pytestmark = pytest.mark.django_db
ADDRESS = "/en/open-data/"


def text_of(client, address=ADDRESS) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_every_open_resource_is_a_dataset_with_words_of_its_own():
    assert {each.name for each in DATASETS} == {resource.name for resource in RESOURCES if resource.open}
    assert {each.name for each in DATASETS} <= TEXTS.keys()
    assert DATASETS[0].name == "awards"


def test_who_got_the_money_comes_first(client):
    award()
    person()
    text = text_of(client)
    assert "2 awards, €12,000 in all" in text
    assert text.index("Who got the money") < text.index("How the money comes about")


def test_without_an_award_it_says_so_and_offers_no_360giving(client):
    text = text_of(client)
    assert "No award is in force yet" in text
    assert "360giving.json" not in text


@pytest.mark.parametrize("language", ["fr", "de", "nl", "en"])
def test_it_speaks_every_language(client, language):
    with translation.override(language):
        assert f'lang="{language}"' in text_of(client, f"/{language}/open-data/")


def test_every_link_leads_somewhere(client):
    award()
    HubFactory()
    editions.publish()
    found = set(re.findall(r'href="(/[^"#?]+)', text_of(client)))
    assert {"/open-data/awards.parquet", "/api/v1/awards", "/open-data/wecd-open-data.zip"} <= found
    for address in sorted(found):
        if address.startswith("/static/"):
            continue
        response = client.get(address, follow=True)
        assert response.status_code == 200, address
        assert b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize("count", [1, 3])
def test_the_same_queries_whatever_there_is(client, count, django_assert_num_queries):
    for _ in range(count):
        award()
        HubFactory()
    with django_assert_num_queries(5):
        text_of(client)


def test_who_comes_back_gets_304_until_something_changes(client):
    HubFactory()
    etag = client.get(ADDRESS)["ETag"]
    assert client.get(ADDRESS, headers={"If-None-Match": etag}).status_code == 304
    HubFactory()
    assert client.get(ADDRESS, headers={"If-None-Match": etag}).status_code == 200


def test_it_points_programs_to_the_catalogue(client):
    response = client.get(ADDRESS)
    assert '/open-data/catalog.ttl>; rel="alternate"; type="text/turtle"' in response["Link"]
    assert '/open-data/catalog.jsonld>; rel="alternate"; type="application/ld+json"' in response["Link"]
    assert (
        '<link rel="alternate" type="text/turtle" href="/open-data/catalog.ttl"' in response.content.decode()
    )


def test_search_engines_are_told_of_each_dataset(client, settings):
    award()
    editions.publish()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text_of(client))
    catalog = next(block for block in map(json.loads, blocks) if block["@type"] == "DataCatalog")
    assert [each["@id"].rpartition("#")[2] for each in catalog["dataset"]] == [each.name for each in DATASETS]
    first = catalog["dataset"][0]
    assert 50 <= len(first["description"]) <= 5000
    assert first["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert first["dateModified"]
    for each in first["distribution"]:
        assert each["contentUrl"].startswith(f"{settings.SITE_URL}/")
    assert len(first["distribution"]) == 5


def test_people_are_not_on_it(client):
    marked_person()
    editions.publish()
    assert not [marker for marker in MARKERS if marker in text_of(client)]


def test_the_rule_for_small_numbers_is_said_as_it_is_set(client, settings):
    settings.OPEN_DATA_SMALLEST_GROUP = 7
    assert "fewer than 7 of them" in text_of(client)


def test_other_pages_lead_to_it(client):
    award()
    for address in ("/en/results/", "/en/contact/"):
        assert 'href="/en/open-data/"' in text_of(client, address)
    assert "/en/open-data/" in client.get("/sitemap.xml").content.decode()


# --- The dictionary -----------------------------------------------------------------------------------
def members(fields, prefix=""):
    for name, field in fields.items():
        yield f"{prefix}{name}"
        if isinstance(field, Object | Many):
            inside = f"{prefix}{name}[]." if isinstance(field, Many) else f"{prefix}{name}."
            yield from members(field.fields, inside)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda each: each.name)
def test_the_dictionary_has_every_member_with_its_meaning(dataset):
    entries = dictionary.entries(dataset.resource)
    assert [entry.path for entry in entries] == list(members(dataset.resource.fields_for(ANYONE, one=True)))
    assert all(entry.meaning and entry.kind for entry in entries)


def test_the_dictionary_says_types_units_and_words_of_a_list():
    awards = next(each for each in DATASETS if each.name == "awards")
    found = {entry.path: entry for entry in dictionary.entries(awards.resource)}
    assert (found["amount"].kind, found["amount"].unit) == ("Sum of money", "EUR")
    assert found["rate"].unit == "percent"
    assert ("gber_28", "Innovation aid for SMEs, GBER art. 28") in found["legal_basis"].choices
    assert found["reasons"].optional
    assert found["enterprise.number"].depth == 1
    assert not found["title"].only_alone


def test_what_needs_a_scope_is_not_in_it():
    for each in DATASETS:
        shown = each.resource.fields_for(ANYONE, one=True)
        hidden = each.resource.all_fields.keys() - shown.keys()
        assert not hidden & {entry.path for entry in dictionary.entries(each.resource)}
