"""Webhook endpoints in the back office: read by staff, managed nowhere here."""

import pytest

from tests.partners.webhook_factories import EndpointFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/partners/webhookendpoint/"


@pytest.mark.parametrize("who", ["manager", "officer", "finance", "auditor"])
def test_staff_read_and_change_nothing(request, client, who):
    endpoint = EndpointFactory(events=["call.created"])
    client.force_login(request.getfixturevalue(who))
    page = client.get(f"{LIST}{endpoint.pk}/change/").content.decode()
    assert endpoint.url in page
    assert "Calls: new" in page
    assert endpoint.secrets.get().secret not in page
    assert client.post(f"{LIST}{endpoint.pk}/change/", {"url": "https://e.org/"}).status_code == 403
    assert client.post(f"{LIST}{endpoint.pk}/delete/").status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


@pytest.mark.parametrize("who", ["communication", "entrepreneur", "partner_editor", "hub_manager"])
def test_others_see_nothing(request, client, who):
    endpoint = EndpointFactory()
    client.force_login(request.getfixturevalue(who))
    for address in (LIST, f"{LIST}{endpoint.pk}/change/"):
        assert client.get(address).status_code in (302, 403, 404)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(client, manager, rows, django_assert_num_queries):
    EndpointFactory.create_batch(rows)
    client.force_login(manager)
    client.get(LIST)
    with django_assert_num_queries(6):
        page = client.get(LIST)
    assert page.content.decode().count("https://example.org/webhooks") == rows
