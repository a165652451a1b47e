"""A hub's manager in the back office: their hub, and nothing else."""

import pytest

from hubs.models import HubManager
from tests.actions.factories import ActionFactory
from tests.back_office import as_posted, sidebar
from tests.hubs.factories import HubFactory

pytestmark = pytest.mark.django_db
HUBS = "/admin/hubs/hub/"


@pytest.fixture
def hub(hub_manager):
    return hub_manager.hubs_managed.get().hub


@pytest.fixture
def as_hub_manager(client, hub_manager):
    client.force_login(hub_manager)
    return client


def rows(client, **query):
    return list(client.get(HUBS, query).context["cl"].result_list)


def test_the_list_and_its_search_hold_their_own_hub(as_hub_manager, hub):
    other = HubFactory(name="Other hub", programme=hub.programme)
    assert rows(as_hub_manager) == [hub]
    assert rows(as_hub_manager, q="Other") == []
    assert rows(as_hub_manager, programme__id__exact=other.programme_id) == [hub]


@pytest.mark.parametrize("part", ["change", "history", "delete"])
def test_no_page_of_another_opens(as_hub_manager, part):
    other = HubFactory(name="Other hub")
    answer = as_hub_manager.get(f"{HUBS}{other.pk}/{part}/")
    assert answer.status_code in (302, 403)
    assert "Other hub" not in answer.content.decode()


def test_they_write_their_page_and_not_its_facts(as_hub_manager, hub):
    address = f"{HUBS}{hub.pk}/change/"
    data = as_posted(as_hub_manager.get(address))
    data |= {"description_fr": "Un lieu ouvert.", "status": "closed", "city": "Paris"}
    answer = as_hub_manager.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    hub.refresh_from_db()
    assert hub.description_fr == "Un lieu ouvert."
    assert (hub.status, hub.city) == ("unverified", "Namur")


def test_another_hub_is_not_written(as_hub_manager):
    other = HubFactory()
    answer = as_hub_manager.post(f"{HUBS}{other.pk}/change/", {"description_fr": "Hacked"})
    assert answer.status_code in (302, 403)
    other.refresh_from_db()
    assert not other.description_fr


def test_the_sidebar_holds_what_they_can_use(as_hub_manager, hub):
    ActionFactory()
    assert sidebar(as_hub_manager.get(HUBS)) == ["/admin/", "/admin/hubs/hub/"]


ELSEWHERE = ["calls/call", "calls/application", "actions/action", "partners/partner", "accounts/enterprise"]


@pytest.mark.parametrize("address", [*ELSEWHERE, "accounts/user", "common/journalentry"])
def test_nothing_else_opens(as_hub_manager, hub, address):
    assert as_hub_manager.get(f"/admin/{address}/").status_code == 403


def test_a_manager_says_who_keeps_a_hub(client, manager, hub, hub_manager, officer):
    client.force_login(manager)
    address = f"{HUBS}{hub.pk}/change/"
    data = as_posted(client.get(address))
    place = hub.managers.get()
    data |= {"managers-TOTAL_FORMS": 2, "managers-INITIAL_FORMS": 1, "managers-0-id": place.pk,
             "managers-0-hub": hub.pk, "managers-0-user": hub_manager.pk,
             "managers-1-id": "", "managers-1-hub": hub.pk, "managers-1-user": officer.pk}  # fmt: skip
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert HubManager.objects.filter(hub=hub).count() == 2


def test_communication_writes_texts_of_every_hub(client, communication):
    hub = HubFactory()
    client.force_login(communication)
    address = f"{HUBS}{hub.pk}/change/"
    data = as_posted(client.get(address)) | {"description_fr": "Ouvert à tous.", "slug": "elsewhere"}
    assert client.post(address, data).status_code == 302
    hub.refresh_from_db()
    assert (hub.description_fr, hub.slug != "elsewhere") == ("Ouvert à tous.", True)
