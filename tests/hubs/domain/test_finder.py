"""Finding a hub near a place."""

import pytest

from hubs.domain import finder
from hubs.models import Hub
from wecd.common.workflow import Refused

TRAKK = {"name": "TRAKK", "city": "Namur", "latitude": 50.463, "longitude": 4.855}
CLICK = {"name": "CLICK'", "city": "Mons", "latitude": 50.459, "longitude": 3.926}
OPENHUB = {"name": "OpenHub", "city": "Louvain-la-Neuve", "latitude": 50.674, "longitude": 4.614}
GREEN = {
    "name": "Green Hub",
    "city": "Arlon",
    "latitude": 49.683,
    "longitude": 5.812,
    "position": "several",
    "status": "closed",
}
LOST = {"name": "Lost", "city": "Atlantis"}


@pytest.fixture
def hubs():
    return [Hub(slug=row["name"].lower(), **row) for row in (TRAKK, CLICK, OPENHUB, GREEN, LOST)]


def names(found):
    return [each.hub.name for each in found.found]


@pytest.mark.parametrize("near", ["5000", "5000 Namur", "B-5000", "namur", "Namen", "5100"])
def test_nearest_first_numbered_in_that_order(hubs, near):
    found = finder.browse(hubs, near=near)
    assert names(found) == ["TRAKK", "OpenHub", "CLICK'", "Green Hub", "Lost"]
    assert [each.number for each in found.found] == [1, 2, 3, 4, 5]
    assert found.origin.is_exact
    assert found.found[0].is_here
    assert round(found.found[2].km) == 66
    assert found.found[4].km is None


def test_without_a_place_by_name(hubs):
    found = finder.browse(hubs)
    assert names(found) == ["CLICK'", "Green Hub", "Lost", "OpenHub", "TRAKK"]
    assert {each.km for each in found.found} == {None}


def test_a_part_of_a_municipality_that_has_a_hub(hubs):
    assert names(finder.browse(hubs, near="Louvain-la-Neuve"))[0] == "OpenHub"
    assert finder.browse(hubs, near="1348").origin.is_exact


def test_a_place_we_have_no_point_for_puts_its_province_first_and_says_so(hubs):
    """From the middle of the province of Namur, OpenHub could be nearer than a hub at its edge."""
    hubs[0].latitude, hubs[0].longitude = 50.15, 5.0
    found = finder.browse(hubs, near="Philippeville")
    assert not found.origin.is_exact
    assert found.origin.province.nuts2 == "BE35"
    assert names(found)[0] == "TRAKK"
    far = finder.browse(hubs, near="7800")  # Ath: Hainaut
    assert names(far)[0] == "CLICK'"


@pytest.mark.parametrize(
    ("near", "words"),
    [
        ("1000", "not in Wallonia"),
        ("5012", "No municipality has the postal code 5012"),
        ("50", "four digits"),
        ("50000", "four digits"),
        ("Atlantis-sur-Mer", "no municipality of Wallonia called “Atlantis-sur-Mer”"),
        ("--", "no municipality"),
    ],
)
def test_a_place_nobody_knows_is_refused_with_what_to_do(hubs, near, words):
    with pytest.raises(Refused, match=words):
        finder.browse(hubs, near=near)


def test_filters_and_their_counts(hubs):
    found = finder.browse(hubs, province="BE34", status="closed")
    assert names(found) == ["Green Hub"]
    assert found.count(province="") == 1
    assert found.count(province="BE35") == 0
    assert found.count(status="") == 1
    assert names(finder.browse(hubs, province="nonsense", status="nonsense")) == names(finder.browse(hubs))


def test_a_hub_without_coordinates_stands_where_its_municipality_or_province_does(hubs):
    twin, alone = Hub(name="Twin", city="Namur"), Hub(name="Alone", city="Dinant")
    found = {each.hub.name: each for each in finder.browse([*hubs, twin, alone]).found}
    assert found["Twin"].point == (50.463, 4.855)
    assert found["Twin"].is_guessed
    assert found["Alone"].province.nuts2 == "BE35"
    assert found["Alone"].is_guessed
    assert found["Lost"].point is None
    assert found["TRAKK"].is_guessed is False


def test_neighbours_are_the_nearest_that_are_not_closed(hubs):
    near = finder.neighbours(hubs[0], hubs)
    assert [each.hub.name for each in near] == ["OpenHub", "CLICK'"]
    assert finder.neighbours(hubs[4], hubs) == []
