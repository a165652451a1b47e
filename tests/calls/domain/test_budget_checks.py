"""The budget check: a verdict in words for each rule."""

from decimal import Decimal

import pytest

from calls.domain import budget_checks
from calls.domain.dossiers import Dossier
from tests.calls.factories import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(db):
    return ApplicationFactory(submitted=True)


def verdicts(application, **kwargs):
    return [(c.state, c.sentence) for c in budget_checks.of(application, Dossier(application), **kwargs)]


def states(application, **kwargs):
    return [state for state, _sentence in verdicts(application, **kwargs)]


def lines(application, *rows):
    value = {"lines": [dict(zip(("label", "quantity", "unit_price"), row, strict=True)) for row in rows]}
    application.answers.filter(key="budget").update(value=value)


def test_all_in_order(application):
    assert states(application, room=Decimal(6000)) == ["ok"] * 6


def test_no_room_asks_nobody_to_stop(application):
    found = verdicts(application, room=Decimal(-5))
    assert found[-1][0] == "look"
    assert "€0" in found[-1][1].replace("\u00a0", "")


def test_a_price_above_the_ceiling_of_a_unit(application):
    lines(application, ("Design", "1", "900.00"))
    found = verdicts(application)
    assert found[0] == ("stop", "Line 1, price per day: €900 is above the ceiling of €625.")
    assert not any(sentence.startswith("No unit price") for _state, sentence in found)


def test_a_line_without_its_price(application):
    lines(application, ("Design", "1", ""))
    assert states(application)[0] == "stop"


def test_no_line(application):
    lines(application)
    assert verdicts(application)[0] == ("stop", "The budget has no line.")


def test_a_total_that_is_not_what_was_submitted(application):
    application.eligible_cost = 7000
    found = verdicts(application)
    assert "look" in [state for state, sentence in found if "add up" in sentence]
    assert "stop" in [state for state, sentence in found if "requested" in sentence]  # 6,000 of 7,000


@pytest.mark.parametrize(("requested", "state"), [(999, "stop"), (1000, "ok"), (6000, "ok"), (6001, "stop")])
def test_floor_and_ceiling(application, requested, state):
    application.requested = Decimal(requested)
    application.eligible_cost = Decimal(20_000)
    assert states(application)[-1] == state
