"""An indicator stands to its action and to other indicators as it should, or the form says why not."""

import pytest
from django.forms import modelform_factory

from actions.forms import IndicatorForm
from actions.models import Indicator
from tests.actions.factories import ActionFactory, IndicatorFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db
Form = modelform_factory(
    Indicator, IndicatorForm, fields=["programme", "code", "kind", "action", "outputs", "name_fr", "unit_fr"]
)


def errors(indicator=None, *, form=Form, **changes) -> dict:
    data = {"code": "RCR01", "kind": "result", "name_fr": "Emplois", "unit_fr": "emplois"}
    return form({**data, **changes}, instance=indicator).errors


@pytest.fixture
def programme():
    return ProgrammeFactory()


def test_a_result_follows_from_outputs_of_its_programme(programme):
    outputs = [IndicatorFactory(programme=programme) for _ in range(2)]
    assert errors(programme=programme.pk, outputs=[output.pk for output in outputs]) == {}


def test_an_output_follows_from_nothing(programme):
    output = IndicatorFactory(programme=programme)
    said = errors(programme=programme.pk, kind="output", outputs=[output.pk])
    assert said == {"outputs": ["Only a result follows from outputs."]}


def test_neither_results_nor_outputs_of_another_programme_can_be_its_outputs(programme):
    result = IndicatorFactory(programme=programme, kind="result", code="RCR03")
    foreign = IndicatorFactory(code="RCO09")
    said = errors(programme=programme.pk, outputs=[result.pk, foreign.pk])
    assert set(said) == {"outputs"}
    assert "RCR03" in said["outputs"][0]
    assert "RCO09" in said["outputs"][0]


def test_the_action_is_of_the_same_programme(programme):
    assert errors(programme=programme.pk, action=ActionFactory(axis__programme=programme).pk) == {}
    said = errors(programme=programme.pk, action=ActionFactory().pk)
    assert said == {"action": ["This action belongs to another programme."]}


@pytest.fixture
def output(programme):
    """An output from which a result follows."""
    output = IndicatorFactory(programme=programme, code="RCO01")
    IndicatorFactory(programme=programme, code="RCR01", kind="result").outputs.add(output)
    return output


def test_an_output_results_follow_from_stays_one(programme, output):
    assert errors(output, programme=programme.pk, code="RCO01", kind="output") == {}
    said = errors(output, programme=programme.pk, code="RCO01", kind="result")
    assert set(said) == {"kind"}


def test_it_stays_in_its_programme(output):
    said = errors(output, programme=ProgrammeFactory().pk, code="RCO01", kind="output")
    assert set(said) == {"programme"}


def test_who_writes_texts_alone_is_not_asked_about_the_rest(output):
    Indicator.objects.filter(pk=output.pk).update(kind="result")  # wrong already, and not theirs to mend
    output.refresh_from_db()
    texts = modelform_factory(Indicator, IndicatorForm, fields=["name_fr", "unit_fr"])
    assert errors(output, form=texts) == {}
