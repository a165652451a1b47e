"""The programme in the back office, in four languages."""

import pytest

from actions.models import Action
from tests.actions.factories import ActionFactory, IndicatorFactory
from tests.back_office import as_posted
from tests.hubs.factories import HubFactory

pytestmark = pytest.mark.django_db
LISTS = [
    "actions/programme",
    "actions/axis",
    "actions/action",
    "actions/indicator",
    "hubs/hub",
    "partners/partner",
]
QUERIES = {
    "actions/programme": 5,
    "actions/axis": 6,
    "actions/action": 8,
    "actions/indicator": 7,
    "hubs/hub": 6,
    "partners/partner": 5,
}


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same(name, rows, as_manager, django_assert_num_queries):
    for _ in range(rows):
        action = ActionFactory()
        HubFactory(programme=action.axis.programme)
        IndicatorFactory(programme=action.axis.programme, action=action)
    as_manager.get(f"/admin/{name}/")
    with django_assert_num_queries(QUERIES[name]):
        assert as_manager.get(f"/admin/{name}/").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_officers_and_auditors_read_only(name, client, officer, auditor):
    ActionFactory(), HubFactory(), IndicatorFactory()
    for person in (officer, auditor):
        client.force_login(person)
        assert client.get(f"/admin/{name}/").status_code == 200
        assert client.get(f"/admin/{name}/add/").status_code == 403


def form_of(page) -> dict:
    """What the change form would send back unchanged."""
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "")}
    for formset in page.context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


def test_staff_write_an_action_in_each_language(as_manager):
    action = ActionFactory()
    address = f"/admin/actions/action/{action.pk}/change/"
    data = form_of(as_manager.get(address)) | {
        "name_fr": "Chèques créativité",
        "name_de": "Kreativitätsschecks",
        "summary_fr": "Un chèque.",
    }
    answer = as_manager.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    action = Action.objects.get()
    assert (action.name_fr, action.name_de, action.name_nl) == (
        "Chèques créativité",
        "Kreativitätsschecks",
        None,
    )
    assert action.summary_fr == "Un chèque."


def test_the_main_language_is_required(as_manager):
    action = ActionFactory()
    address = f"/admin/actions/action/{action.pk}/change/"
    answer = as_manager.post(
        address, form_of(as_manager.get(address)) | {"name_fr": "", "name_de": "Schecks"}
    )
    assert answer.status_code == 200
    assert "name_fr" in answer.context["adminform"].form.errors


@pytest.fixture
def result():
    """A result, and an output of its programme."""
    output = IndicatorFactory(code="RCO01")
    return IndicatorFactory(programme=output.programme, code="RCR01", kind="result")


def change(row) -> str:
    return f"/admin/actions/indicator/{row.pk}/change/"


def test_staff_say_what_an_indicator_is_to_reach_and_what_it_follows_from(as_manager, result):
    output = result.programme.indicators.get(kind="output")
    data = as_posted(as_manager.get(change(result))) | {
        "unit_de": "Arbeitsplätze",
        "target": "45.5",
        "target_on": "2029-12-31",
        "outputs": [output.pk],
    }
    answer = as_manager.post(change(result), data)
    assert answer.status_code == 302, answer.context["errors"]
    result.refresh_from_db()
    assert (result.unit_de, str(result.target), str(result.target_on)) == (
        "Arbeitsplätze",
        "45.50",
        "2029-12-31",
    )
    assert list(result.outputs.all()) == [output]
    history = as_manager.get(f"/admin/actions/indicator/{result.pk}/history/").content.decode()
    assert "Arbeitsplätze" in history
    assert "45.5" in history


def test_what_makes_no_sense_is_said_and_not_saved(as_manager, result):
    data = as_posted(as_manager.get(change(result))) | {"baseline": "5", "target": "-1", "unit_fr": ""}
    answer = as_manager.post(change(result), data)
    form = answer.context["adminform"].form
    assert {"target", "unit_fr"} <= form.errors.keys()
    data |= {"target": "1", "unit_fr": "emplois"}
    answer = as_manager.post(change(result), data)
    assert "A baseline needs its base year." in answer.content.decode()
    result.refresh_from_db()
    assert (result.baseline, result.target) == (None, None)


def test_communication_writes_its_texts_alone(client, communication, result):
    client.force_login(communication)
    data = as_posted(client.get(change(result))) | {
        "definition_fr": "Les emplois créés.",
        "target": "1",
        "code": "X",
    }
    answer = client.post(change(result), data)
    assert answer.status_code == 302, answer.context["errors"]
    result.refresh_from_db()
    assert (result.definition_fr, result.target, result.code) == ("Les emplois créés.", None, "RCR01")
    assert client.get("/admin/actions/indicator/add/").status_code == 403


def test_a_partner_editor_sees_no_indicator(client, partner_editor, result):
    client.force_login(partner_editor)
    assert client.get("/admin/actions/indicator/").status_code == 403
    assert client.get(change(result)).status_code in (302, 403)
