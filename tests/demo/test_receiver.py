"""The demonstration's own receiver."""

import json

import pytest
from django.utils import timezone

from partners.domain import deliveries
from tests.partners.webhook_factories import EndpointFactory, MessageFactory, new_secret
from wecd.demo import webhooks

pytestmark = pytest.mark.django_db
ADDRESS = "/demo/receiver/"


@pytest.fixture
def demo(settings):
    settings.WECD_ENV = "demo"


def post(client, secret, body=None):
    message = MessageFactory()
    text = deliveries.body_of(message)
    headers = deliveries.signed(message, text, [secret], timezone.now())
    return client.post(ADDRESS, body or text, content_type="application/json", headers=headers)


def test_it_takes_what_is_signed_and_nothing_else(demo, client):
    endpoint = EndpointFactory(url=webhooks.address())
    secret = endpoint.secrets.get().secret
    assert post(client, secret).status_code == 204
    assert post(client, new_secret()).status_code == 401
    assert post(client, secret, json.dumps({"type": "other"})).status_code == 401
    assert client.post(ADDRESS, "{}", content_type="application/json").status_code == 401


def test_elsewhere_it_does_not_exist(client):
    EndpointFactory(url=webhooks.address())
    assert client.post(ADDRESS, "{}", content_type="application/json").status_code == 404


def test_it_follows_the_demonstration_to_another_port(settings):
    endpoint = EndpointFactory(url="http://127.0.0.1:8000/demo/receiver/")
    other = EndpointFactory()
    settings.SITE_URL = "http://127.0.0.1:8001"
    webhooks.follow_site()
    endpoint.refresh_from_db()
    assert endpoint.url == "http://127.0.0.1:8001/demo/receiver/"
    assert type(other).objects.get(pk=other.pk).url == other.url
