"""The programme in the back office, in four languages."""

import pytest

from actions.models import Action
from tests.actions.factories import ActionFactory
from tests.hubs.factories import HubFactory

pytestmark = pytest.mark.django_db
LISTS = ["actions/programme", "actions/axis", "actions/action", "hubs/hub", "partners/partner"]
QUERIES = {
    "actions/programme": 5,
    "actions/axis": 6,
    "actions/action": 8,
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
        HubFactory(programme=ActionFactory().axis.programme)
    as_manager.get(f"/admin/{name}/")
    with django_assert_num_queries(QUERIES[name]):
        assert as_manager.get(f"/admin/{name}/").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_officers_and_auditors_read_only(name, client, officer, auditor):
    ActionFactory(), HubFactory()
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
