"""The pages of the hubs."""

import json
import re
from datetime import date

import pytest

from actions.models import Action, Axis
from hubs.models import HubOperator
from tests.hubs.factories import HubFactory
from wecd.common import context

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_footer(monkeypatch):
    """The partners in the footer are another app's queries, counted there."""
    monkeypatch.setattr(context, "_footer_partners", None)


@pytest.fixture
def trakk():
    hub = HubFactory(
        slug="trakk",
        name="TRAKK",
        city="Namur",
        latitude="50.463",
        longitude="4.855",
        description_fr="Le hub de Namur : portes ouvertes.",
        former_names="Ancien TRAKK",
        website="https://trakk.be",
        status="open",
        status_on=date(2026, 11, 3),
        source_note="Confidence: B.",
    )
    HubOperator.objects.create(hub=hub, name="BEP", from_date=date(2014, 5, 1))
    return hub


@pytest.fixture
def click():
    return HubFactory(slug="click", name="CLICK'", city="Mons", latitude="50.459", longitude="3.926")


def rows(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<li[^>]* data-hub="(\d+)".*?<a href="([^"]+)"', page, re.DOTALL)


def pins(page: str) -> list[tuple[str, str]]:
    return sorted(
        (number, url) for url, number in re.findall(r'class="pin[^>]* href="([^"]+)" data-hub="(\d+)"', page)
    )


@pytest.mark.parametrize("count", [1, 3])
def test_list_query_count(client, no_footer, count, django_assert_num_queries):
    HubFactory.create_batch(count)
    with django_assert_num_queries(2):
        page = client.get("/en/hubs/").content.decode()
    assert len(rows(page)) == count


@pytest.mark.parametrize("count", [1, 3])
def test_page_query_count(client, no_footer, trakk, count, django_assert_num_queries):
    HubFactory.create_batch(count, latitude="50.6", longitude="5.5")
    with django_assert_num_queries(3):
        client.get("/en/hubs/trakk/")


def test_list_and_map_share_numbers(client, trakk, click):
    page = client.get("/en/hubs/?near=Mons").content.decode()
    assert rows(page) == [("1", "/en/hubs/click/"), ("2", "/en/hubs/trakk/")]
    assert pins(page) == rows(page)
    assert 'aria-label="2. TRAKK, Namur"' in page
    assert "2 hubs, nearest first" in page
    assert "66\u00a0km" in page
    assert "here" in page
    assert "Two places to make, explore and meet" in page


def test_a_place_without_a_point_of_its_own_claims_no_kilometres_in_its_province(client, trakk, click):
    page = client.get("/en/hubs/?near=7800").content.decode()
    assert "in the province" in page
    assert "about 60 km" in page
    assert "We do not know where in its province 7800 Ath lies" in page


def test_a_bad_postal_code_is_said_and_the_list_stays(client, trakk):
    response = client.get("/en/hubs/?near=1000")
    page = response.content.decode()
    assert response.status_code == 200
    assert "The postal code 1000 is not in Wallonia" in page
    assert 'aria-describedby="near-error"' in page
    assert len(rows(page)) == 1


def test_what_is_typed_is_escaped(client, trakk):
    page = client.get("/en/hubs/", {"near": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_filters(client, trakk, click):
    assert rows(client.get("/en/hubs/?province=BE32").content.decode()) == [("1", "/en/hubs/click/")]
    assert rows(client.get("/en/hubs/?status=open").content.decode()) == [("1", "/en/hubs/trakk/")]
    empty = client.get("/en/hubs/?province=BE34").content.decode()
    assert "No hub fits these filters" in empty


def test_states_are_drawn_the_same_on_map_and_list(client, trakk, click):
    type(click).objects.filter(pk=click.pk).update(status="closed")
    type(trakk).objects.filter(pk=trakk.pk).update(position="several")
    page = client.get("/en/hubs/").content.decode()
    assert page.count('class="hexagon closed"') == 2
    assert page.count('class="hexagon several"') == 2


def test_a_hub_says_what_is_known_and_how_well(client, trakk, click):
    page = client.get("/en/hubs/trakk/").content.decode()
    for words in (
        "checked on 3 November 2026",
        "BEP",
        "since 1 May 2014",
        "Ancien TRAKK",
        "https://trakk.be",
        "On the map: its municipality, to a kilometre or two.",
        "66\u00a0km",
    ):
        assert words in page, words
    assert "Confidence: B" not in page
    assert "nobody has checked yet" in client.get("/en/hubs/click/").content.decode()


def test_french_shown_for_want_of_a_translation_is_marked(client, trakk):
    page = client.get("/de/hubs/trakk/").content.decode()
    assert '<p lang="fr">Le hub de Namur\u00a0: portes ouvertes.</p>' in page
    assert '<p lang="fr">' not in client.get("/fr/hubs/trakk/").content.decode()


def test_a_hub_in_the_words_of_schema_org(client, trakk):
    def place():
        page = client.get("/fr/hubs/trakk/")
        blocks = page.context["seo"].data
        return json.loads(json.dumps(blocks[0]))

    found = place()
    assert (found["@type"], found["name"], found["sameAs"]) == ("Place", "TRAKK", "https://trakk.be")
    assert found["address"]["addressRegion"] == "Namur"
    assert "geo" not in found  # the municipality's coordinates are not the hub's
    type(trakk).objects.filter(pk=trakk.pk).update(position="address")
    assert place()["geo"]["latitude"] == 50.463


def test_the_axis_of_networks_is_one_step_away(client, trakk):
    axis = Axis.objects.create(programme=trakk.programme, slug="networks", mark="networks", name_fr="Réseaux")
    Action.objects.create(axis=axis, slug="cross", name_fr="Croisements", summary_fr="Se croiser.")
    page = client.get("/fr/hubs/trakk/").content.decode()
    assert "Croisements" in page
    assert "/fr/calls/?axis=networks" in page


def test_no_such_hub(client):
    assert client.get("/fr/hubs/nowhere/").status_code == 404
