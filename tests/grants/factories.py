"""Dull envelopes and awards."""

import factory
from django.utils import timezone

from grants.models import Award, Envelope
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.actions.factories import ActionFactory


class EnvelopeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Envelope

    action = factory.SubFactory(ActionFactory)
    name = factory.Sequence(lambda n: f"Envelope {n}")
    amount = 240_000


class AwardFactory(factory.django.DjangoModelFactory):
    """A proposed award of 6,000 € at 75 % of 8,000 €."""

    class Meta:
        model = Award

    envelope = factory.SubFactory(EnvelopeFactory)
    enterprise = factory.SubFactory(EnterpriseFactory)
    reference = factory.Sequence(lambda n: f"CC-{n:04d}")
    title = "A new blanket"
    eligible_cost = 8000
    rate = 75
    amount = 6000
    proposed_by = factory.SubFactory(UserFactory, roles=["officer"])

    class Params:
        approved = factory.Trait(
            state="approved",
            approved_by=factory.SubFactory(UserFactory, roles=["manager"]),
            approved_at=factory.LazyFunction(timezone.now),
        )
