"""Indicators in the API: what a row says, and which rows each filter finds."""

from datetime import date

import pytest

from tests.actions.factories import ActionFactory, IndicatorFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def indicators():
    """Two outputs, one of them of an action, and a result that follows from both."""
    programme = ProgrammeFactory(code="WECD")
    action = ActionFactory(axis__programme=programme, slug="boost-up")
    second = IndicatorFactory(
        programme=programme, code="RCO02", action=action, name_en="By grants", position=1
    )
    first = IndicatorFactory(programme=programme, code="RCO01", position=3)
    result = IndicatorFactory(programme=programme, code="RCR01", kind="result", position=2)
    result.outputs.set([second, first])
    return first, second, result


def codes(client, query="") -> list[str]:
    answer = client.get(f"/api/v1/indicators?{query}")
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["RCO01", "RCO02", "RCR01"]),
        ("ordering=-code", ["RCR01", "RCO02", "RCO01"]),
        ("ordering=position", ["RCO02", "RCR01", "RCO01"]),
        ("programme=WECD&code=RCO02", ["RCO02"]),
        ("programme=KREA", []),
        ("action=boost-up", ["RCO02"]),
        ("kind=result", ["RCR01"]),
        ("kind=result&kind=output", ["RCO01", "RCO02", "RCR01"]),
        ("search=grants", ["RCO02"]),
        ("search=rcr", ["RCR01"]),
    ],
)
def test_lists(client, indicators, query, found):
    assert codes(client, query) == found


def test_a_row_says_what_is_known_and_null_for_the_rest(client, indicators):
    first, second, result = indicators
    result.measured, result.target, result.target_on = "year_after", "12.50", date(2029, 12, 31)
    result.baseline, result.baseline_year = 0, 2025
    result.save()
    row = client.get(f"/api/v1/indicators/{result.pk}").json()
    assert (row["kind"], row["measured"], row["action"]) == ("result", "year_after", None)
    assert (row["baseline"], row["baseline_year"]) == ("0.00", 2025)
    assert (row["milestone"], row["milestone_on"]) == (None, None)
    assert (row["target"], row["target_on"]) == ("12.50", "2029-12-31")
    assert row["outputs"] == [{"id": str(first.pk), "code": "RCO01"}, {"id": str(second.pk), "code": "RCO02"}]
    assert row["programme"]["code"] == "WECD"
    output = client.get(f"/api/v1/indicators/{second.pk}").json()
    assert (output["measured"], output["baseline_year"], output["outputs"]) == (None, None, [])
    assert output["action"]["slug"] == "boost-up"
    assert output["action"]["axis"]["programme"]["code"] == "WECD"
