"""What Postgres refuses, whoever writes; and that every version is kept."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from actions.models import Indicator
from tests.actions.factories import ActionFactory, IndicatorFactory, ProgrammeFactory
from wecd.common import versions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"baseline": 5}, "indicator_baseline_has_year"),
        ({"milestone": 5}, "indicator_milestone_has_day"),
        (
            {"milestone_on": date(2028, 1, 1), "target_on": date(2027, 12, 31)},
            "indicator_milestone_before_target",
        ),
        ({"baseline": -1, "baseline_year": 2025}, "indicator_figures_not_negative"),
        ({"milestone": -1, "milestone_on": date(2027, 1, 1)}, "indicator_figures_not_negative"),
        ({"target": -1}, "indicator_figures_not_negative"),
    ],
)
def test_figures_that_make_no_sense_are_refused(facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        IndicatorFactory(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"baseline": 0, "baseline_year": 2025},
        {"baseline_year": 2025},
        {"milestone": 0, "milestone_on": date(2027, 12, 31), "target_on": date(2027, 12, 31)},
        {"target": 0},
    ],
)
def test_what_is_known_may_be_little(facts):
    assert IndicatorFactory(**facts).pk


def test_a_code_is_there_once_in_a_programme():
    programme = ProgrammeFactory()
    IndicatorFactory(programme=programme, code="RCO01")
    IndicatorFactory(code="RCO01")  # of another programme
    with pytest.raises(IntegrityError, match="indicator_code_once"), transaction.atomic():
        IndicatorFactory(programme=programme, code="RCO01")


def test_every_version_is_kept_also_of_what_was_removed():
    indicator = IndicatorFactory(target=10)
    Indicator.objects.update(target=20, name_de="Unternehmen")  # past save()
    indicator.delete()
    kept = versions.table_of(Indicator).objects.order_by("pgh_id")
    assert [(row.pgh_label, row.target, row.name_de) for row in kept] == [
        ("insert", 10, None),
        ("update", 20, "Unternehmen"),
        ("delete", 20, "Unternehmen"),
    ]


def test_everybody_sees_each_and_a_list_begins_with_the_outputs():
    action = ActionFactory()
    result = IndicatorFactory(kind="result", position=1, action=action)
    late, early = IndicatorFactory(position=3), IndicatorFactory(position=2)
    assert list(Indicator.objects.visible_to(None).for_list()) == [early, late, result]
