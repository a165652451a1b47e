"""The drawing of the provinces, and places on it."""

import pytest

from wecd.common import provinces

TOWNS = {  # from the programme's file
    "Namur": (50.463, 4.855, "BE35"),
    "Mons": (50.459, 3.926, "BE32"),
    "Tournai": (50.606, 3.388, "BE32"),
    "Liège": (50.645, 5.573, "BE33"),
    "Louvain-la-Neuve": (50.674, 4.614, "BE31"),
    "Arlon": (49.683, 5.812, "BE34"),
}


def test_the_outlines_fit_a_page():
    assert [row.nuts2 for row in provinces.provinces()] == ["BE31", "BE32", "BE33", "BE34", "BE35"]
    assert sum(len(row.path) for row in provinces.provinces()) <= 6000


@pytest.mark.parametrize("town", TOWNS)
def test_a_town_lies_in_its_province(town):
    latitude, longitude, nuts2 = TOWNS[town]
    assert provinces.province_at(latitude, longitude).nuts2 == nuts2


def test_every_middle_lies_in_its_province_and_brussels_in_none():
    for row in provinces.provinces():
        assert provinces.province_at(row.latitude, row.longitude) == row
    assert provinces.province_at(50.85, 4.35) is None


def test_positions_are_percentages_north_up():
    namur, arlon = provinces.position(50.463, 4.855), provinces.position(49.683, 5.812)
    assert 0 < namur[0] < arlon[0] < 100
    assert 0 < namur[1] < arlon[1] < 100


def test_distance_is_that_of_the_crow():
    assert provinces.distance((50.463, 4.855), (50.463, 4.855)) == 0
    assert provinces.distance((50.463, 4.855), (50.606, 3.388)) == pytest.approx(105, abs=1)


def test_the_scale_agrees_with_the_drawing():
    here, there = (50.2, 4.5), (50.2, 5.2)
    width = provinces.position(*there)[0] - provinces.position(*here)[0]
    assert provinces.width_of(provinces.distance(here, there)) == pytest.approx(width, rel=0.02)


@pytest.mark.parametrize(("language", "name"), [("fr", "Hainaut"), ("de", "Hennegau"), ("nl", "Henegouwen")])
def test_names_follow_the_language(language, name, settings):
    from django.utils import translation

    with translation.override(language):
        assert provinces.by_code("BE32").name == name
