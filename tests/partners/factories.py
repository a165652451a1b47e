"""Dull partners."""

import factory
from django.utils import timezone

from partners.domain import recognition
from partners.domain.keys import digest, new_secret
from partners.models import ApiKey, Partner, PartnerMember, ProcessingAgreement
from tests.accounts.factories import UserFactory


class PartnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Partner

    code = factory.Sequence(lambda n: f"partner-{n}")
    name = factory.Sequence(lambda n: f"Partner {n}")


class PartnerMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PartnerMember

    partner = factory.SubFactory(PartnerFactory)
    user = factory.SubFactory(UserFactory)


class ApiKeyFactory(factory.django.DjangoModelFactory):
    """A usable key with every scope. Give ``raw`` to know its secret."""

    class Meta:
        model = ApiKey
        exclude = ["raw"]
        skip_postgeneration_save = True

    raw = factory.LazyFunction(new_secret)
    partner = factory.SubFactory(PartnerFactory)
    name = "Data warehouse"
    prefix = factory.LazyAttribute(lambda key: key.raw[:12])
    hash = factory.LazyAttribute(lambda key: digest(key.raw))
    scopes = factory.LazyFunction(lambda: ["applications:read", "vouchers:read"])
    created_by = factory.SubFactory(UserFactory)


class AgreementFactory(factory.django.DjangoModelFactory):
    """In force from today, without an end."""

    class Meta:
        model = ProcessingAgreement

    partner = factory.SubFactory(PartnerFactory)
    reference = factory.Sequence(lambda n: f"DPA-{n}")
    purpose = "Follow-up of the actions"
    signed_on = factory.LazyFunction(timezone.localdate)


def key_of(secret: str, address: str = "192.0.2.1") -> ApiKey | None:
    """The key that the API recognises by this secret, sent from this address."""
    reader = recognition.recognise(secret, address)
    return ApiKey.objects.get(pk=reader.key) if reader else None
