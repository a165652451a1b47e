import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wecd.common import places


def test_5000_is_namur():
    (place,) = places.find("5000")
    with translation.override("fr"):
        assert (place.name, place.refnis, place.nuts2) == ("Namur", "92094", "BE35")
    with translation.override("nl"):
        assert (place.name, place.province_name) == ("Namen", "Provincie Namen")


def test_a_municipality_has_several_codes():
    assert {places.find(code)[0].refnis for code in ("5000", "5100", "5101")} == {"92094"}


@pytest.mark.parametrize("typed", ["B-5000", " 5000 ", "5 000"])
def test_postal_code_as_people_type_it(typed):
    assert places.find(typed)[0].refnis == "92094"


@pytest.mark.parametrize(
    ("code", "walloon"),
    [
        ("1300", True), ("1299", False), ("1499", True), ("1500", False), ("3790", False),
        ("3999", False), ("4000", True), ("5012", True), ("7999", True), ("8000", False), ("1000", False),
        ("", False), ("Namur", False), ("50000", False), ("L-1234", False),
    ],
)  # fmt: skip
def test_is_walloon(code, walloon):
    assert places.is_walloon(code) is walloon


def test_every_code_of_the_table_is_walloon_and_has_a_province():
    codes = list(places._places())
    assert len(codes) == 606
    assert all(places.is_walloon(code) and places.province_of(code) for code in codes)


def test_names_fall_back_to_french_and_german_ones_exist():
    with translation.override("de"):
        assert places.find("4780")[0].name == "Sankt Vith"
        assert places.find("5500")[0].name == "Dinant"
        assert places.province_of("4000") == "Provinz Lüttich"


def test_unknown_code_has_no_place():
    assert places.find("9999") == []
    assert places.province_of("9999") == ""


@pytest.mark.parametrize("typed", ["liège", "LIEGE", "Luik", "lüttich"])
def test_is_called_in_any_language(typed):
    assert places.find("4000")[0].is_called(typed)


def test_search_offers_codes_and_names():
    assert [p.postal_code for p in places.search("5000")] == ["5000"]
    assert {p.refnis for p in places.search("namu")} == {"92094"}
    assert len(places.search("5")) == 10
    assert places.search("") == []


@given(st.text(max_size=30))
def test_search_and_find_survive_any_text(text):
    assert len(places.search(text)) <= 10
    assert isinstance(places.find(text), list)
