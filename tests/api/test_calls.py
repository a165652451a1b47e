"""What is particular to calls."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.calls.factories import CallFactory, CriterionFactory, StrandFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MOMENTS = {
    "to_come": {"opens_at": HOUR, "closes_at": 90 * 24 * HOUR},
    "open": {"opens_at": -HOUR, "closes_at": 73 * HOUR},
    "closing": {"opens_at": -HOUR, "closes_at": 71 * HOUR},
    "closed": {"opens_at": -2 * HOUR, "closes_at": -HOUR},
}


def call_in(phase):
    now = timezone.now()
    if phase == "results":
        return CallFactory(state="closed")
    if phase == "cancelled":
        return CallFactory(state="cancelled")
    return CallFactory(**{name: now + shift for name, shift in MOMENTS[phase].items()})


@pytest.mark.parametrize("phase", [*MOMENTS, "results", "cancelled"])
def test_the_phase_is_the_one_of_the_pages(phase, anonymous):
    call = call_in(phase)
    assert call.phase() == phase
    assert anonymous.json(f"calls/{call.pk}")["phase"] == phase
    assert [row["id"] for row in anonymous.results("calls", phase=phase)] == [str(call.pk)]
    other = "open" if phase != "open" else "closed"
    assert anonymous.results("calls", phase=other) == []


def test_several_phases(anonymous):
    for phase in ("open", "closed", "results"):
        call_in(phase)
    found = anonymous.results("calls", phase=["open", "results"], fields="phase")
    assert sorted(row["phase"] for row in found) == ["open", "results"]


def test_a_call_with_its_parts(anonymous):
    call = CallFactory(parts=False, title_de="Kreativitätsscheck")
    call.envelope.committed = Decimal("12000.5")
    call.envelope.save()
    StrandFactory(call=call, position=2, code="b", funding_rate=50)
    StrandFactory(call=call, position=1, code="a")
    CriterionFactory(call=call, weight=40)
    found = anonymous.json(f"calls/{call.pk}")
    assert found["title"] == {"fr": call.title, "de": "Kreativitätsscheck", "nl": None, "en": None}
    assert found["url"].endswith(f"/fr/calls/{call.slug}/")
    assert found["budget"] == {"amount": "240000.00", "currency": "EUR"}
    assert found["committed"] == {"amount": "12000.50", "currency": "EUR"}
    assert [strand["code"] for strand in found["strands"]] == ["a", "b"]
    assert found["strands"][1]["funding_rate"] == "50.00"
    assert found["strands"][0]["ceiling"] == {"amount": "6000.00", "currency": "EUR"}
    assert [criterion["weight"] for criterion in found["criteria"]] == [40]
    assert found["extensions"] == []
    assert found["closes_at"] == call.closes_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_cancelled_call_that_lost_its_dates_is_listed_last(anonymous):
    bare = CallFactory(
        state="cancelled", opens_at=None, closes_at=None, envelope=None, published_at=timezone.now()
    )
    CallFactory()
    found = anonymous.results("calls")
    assert [row["id"] for row in found][-1] == str(bare.pk)
    assert found[-1]["closes_at"] is None
    assert found[-1]["budget"] is None


def test_filters_by_instant(anonymous):
    call = CallFactory()
    edge = call.closes_at.isoformat()
    assert len(anonymous.results("calls", closes_after=edge)) == 1
    assert anonymous.results("calls", closes_before=edge) == []
    assert (
        len(anonymous.results("calls", axis=call.action.axis.slug, programme=call.action.axis.programme.code))
        == 1
    )
    assert anonymous.results("calls", axis="other") == []
