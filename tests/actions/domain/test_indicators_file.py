"""The indicators of a programme file: as the file says them, and as people left them."""

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from actions.domain import programme_file
from actions.domain.file_format import check, check_texts
from actions.models import Indicator

DATA = Path(settings.BASE_DIR) / "actions" / "data"
OUTPUT = {"code": "O1", "kind": "output", "name": "Entreprises", "unit": "entreprises"}
RESULT = {"code": "R1", "kind": "result", "name": "Emplois", "unit": {"en": "jobs"}, "outputs": ["O1"]}
REGION = {
    "programme": {"code": "KREA", "name": "Kreatives Ostbelgien"},
    "axes": [{"code": "skills", "name": "Handwerk"}],
    "actions": [{"code": "courses", "axis": "skills", "what": "courses"}],
    "indicators": [OUTPUT, RESULT],
}
pytestmark = pytest.mark.django_db


def load(system, content=REGION, **changes):
    """Load it, the changes being of the output."""
    content = copy.deepcopy(content)
    content["indicators"][0] |= changes
    assert check(content) == []
    return programme_file.load(content, by=system)[1]


def test_the_first_programme_measures_by_the_union_s_common_indicators(system):
    content = json.loads((DATA / "wecd_programme.json").read_text())
    texts = json.loads((DATA / "wecd_texts.json").read_text())
    programme_file.load(content, texts, by=system)
    found = list(Indicator.objects.for_list())
    assert [row.code for row in found] == ["RCO01", "RCO02", "RCO04", "RCR01", "RCR03"]
    for row in found:
        # no source gives figures of the real programme, so the file gives none
        assert (row.baseline, row.milestone, row.target, row.target_on) == (None,) * 4
        for language in ("fr", "de", "nl", "en"):
            assert getattr(row, f"definition_{language}")
            assert getattr(row, f"unit_{language}")
            assert "2021/1058" in getattr(row, f"source_note_{language}")
    assert [[output.code for output in row.outputs.all()] for row in found] == [
        [],
        [],
        [],
        ["RCO01"],
        ["RCO01"],
    ]


def test_what_the_file_says_is_in_the_row(system):
    load(
        system,
        action="courses",
        measured="award",
        definition={"de": "Gezählt."},
        source="Annexe I",
        baseline=1.5,
        baseline_year=2025,
        milestone=10,
        milestone_on="2027-06",
        target=20,
        target_on="2029",
    )
    row = Indicator.objects.get(code="O1")
    assert (row.programme.code, row.action.slug, row.measured) == ("KREA", "courses", "award")
    assert (row.name_fr, row.definition_de, row.source_note_fr) == ("Entreprises", "Gezählt.", "Annexe I")
    assert (row.baseline, row.baseline_year) == (Decimal("1.5"), 2025)
    assert (row.milestone, row.milestone_on) == (10, date(2027, 6, 30))
    assert (row.target, row.target_on, row.position) == (20, date(2029, 12, 31), 1)
    result = Indicator.objects.get(code="R1")
    assert (result.unit_en, result.unit_fr, result.position) == ("jobs", "jobs", 2)
    assert list(result.outputs.all()) == [row]


def test_a_second_load_changes_nothing_and_a_newer_file_what_nobody_touched(system):
    load(system, target=20)
    again = load(system, target=20)
    assert (again.created, again.updated) == (0, 0)
    Indicator.objects.filter(code="O1").update(unit_fr="Unités")
    load(system, target=30, unit="firmes")
    row = Indicator.objects.get(code="O1")
    assert (row.target, row.unit_fr) == (30, "Unités")


def test_what_people_did_with_outputs_stays(system):
    load(system)
    result, output = Indicator.objects.get(code="R1"), Indicator.objects.get(code="O1")
    result.outputs.clear()
    load(system)
    assert not result.outputs.exists()
    result.delete()
    output.delete()
    assert set(load(system).removed) == {"KREA/indicators/O1", "KREA/indicators/R1"}


def test_an_output_people_made_a_result_is_nobody_s_output(system):
    Indicator.objects.all().delete()
    load(system, content=REGION | {"indicators": [OUTPUT]})
    Indicator.objects.update(kind="result")
    load(system)
    assert not Indicator.objects.get(code="R1").outputs.exists()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"kind": "impact"}, "kind"),
        ({"measured": "someday"}, "measured"),
        ({"name": None}, "name"),
        ({"unit": {"xx": "x"}}, "unit"),
        ({"baseline": 5}, "baseline_year"),
        ({"baseline": 5, "baseline_year": "2025"}, "baseline_year"),
        ({"baseline_year": 20}, "baseline_year"),
        ({"milestone": 5}, "milestone_on"),
        ({"milestone_on": "2028-06", "target_on": "2028-05"}, "milestone_on"),
        ({"milestone_on": "2028", "target_on": "2028-12-30"}, "milestone_on"),
        ({"target": -5}, "target"),
        ({"target_on": "soon"}, "target_on"),
        ({"action": "elsewhere"}, "action"),
        ({"outputs": ["O2"]}, "outputs"),
        ({"outputs": "O1"}, "outputs"),
        ({"code": "O 1"}, "code"),
    ],
)
def test_each_mistake_is_named_with_its_place(changes, where):
    content = REGION | {"indicators": [OUTPUT | changes]}
    assert [problem.where for problem in check(content)] == [f"indicators[0].{where}"]


def test_a_result_names_outputs_of_the_file_alone():
    for outputs in (["R1"], ["O9"]):
        content = REGION | {"indicators": [OUTPUT, RESULT | {"outputs": outputs}]}
        assert [problem.where for problem in check(content)] == ["indicators[1].outputs"]
    assert check(REGION | {"indicators": [OUTPUT, RESULT | {"outputs": []}]}) == []
    assert [str(problem) for problem in check(REGION | {"indicators": {}})] == ["indicators: must be a list"]


def test_their_texts_are_checked_too():
    assert check_texts({"indicators": {"O1": {"definition": {"fr": "Ce qui compte."}}}}) == []
    wrong = check_texts({"indicators": {"O1": {"target": {"fr": "beaucoup"}}}})
    assert [problem.where for problem in wrong] == ["indicators.O1.target"]
