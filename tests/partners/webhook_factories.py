"""Webhook endpoints, and what is on its way to them."""

import base64
import os

import factory
from django.utils import timezone

from partners.models import WebhookDelivery, WebhookEndpoint, WebhookMessage, WebhookSecret
from tests.accounts.factories import UserFactory
from tests.partners.factories import PartnerFactory
from wecd.common.models.base import uuid7


def new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


class EndpointFactory(factory.django.DjangoModelFactory):
    """An active endpoint that asks for everything. Give ``secret`` to know it."""

    class Meta:
        model = WebhookEndpoint
        skip_postgeneration_save = True

    partner = factory.SubFactory(PartnerFactory)
    url = "https://example.org/webhooks"
    events = factory.LazyFunction(lambda: ["*"])
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def secret(self, create, extracted, **kwargs):
        WebhookSecret.objects.create(endpoint=self, secret=extracted or new_secret())


class MessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WebhookMessage

    type = "application.updated"
    payload = factory.LazyAttribute(
        lambda message: {
            "type": message.type,
            "timestamp": "2026-12-01T08:00:00Z",
            "data": {"resource": "applications", "id": str(uuid7()), "url": "https://portail.example/…"},
        }
    )
    at = factory.LazyFunction(timezone.now)


class DeliveryFactory(factory.django.DjangoModelFactory):
    """A delivery that waits and is due."""

    class Meta:
        model = WebhookDelivery

    message = factory.SubFactory(MessageFactory)
    endpoint = factory.SubFactory(EndpointFactory)


def waiting(receiver, secret="", **kwargs) -> WebhookDelivery:
    """A delivery that is due, to this receiver."""
    endpoint = EndpointFactory(url=receiver.url, secret=secret or None)
    return DeliveryFactory(endpoint=endpoint, **kwargs)
