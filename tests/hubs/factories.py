"""Dull hubs."""

import factory

from hubs.models import Hub
from tests.actions.factories import ProgrammeFactory


class HubFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hub

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"hub-{n}")
    name = factory.Sequence(lambda n: f"Hub {n}")
    city = "Namur"
