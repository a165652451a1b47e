"""Dull people and enterprises."""

import factory
from django.contrib.auth.models import Group

from accounts.enums import LegalForm, MemberRole, MembershipState
from accounts.models import Enterprise, EnterpriseActivity, Membership, Site, Undertaking, User


def enterprise_number(n: int) -> str:
    """The n-th valid enterprise number."""
    base = 4_000_000 + n
    return f"{base:08d}{97 - base % 97:02d}"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    language = "en"

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        """``roles=["officer"]`` puts the person in those staff groups."""
        if extracted:
            self.groups.set([Group.objects.get_or_create(name=name)[0] for name in extracted])
            self.is_staff = True
            self.save()


class UndertakingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Undertaking

    name = factory.Sequence(lambda n: f"Undertaking {n}")


class EnterpriseFactory(factory.django.DjangoModelFactory):
    """A small Walloon company with its registered office in Namur and one NACE code."""

    class Meta:
        model = Enterprise
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Enterprise {n}")
    number = factory.Sequence(enterprise_number)
    legal_form = LegalForm.SRL
    founded_on = "2015-03-01"
    undertaking = factory.SubFactory(UndertakingFactory)
    headcount = 8
    turnover = 900_000
    balance_sheet = 400_000
    size_class = "micro"
    iban = "BE68539007547034"

    @factory.post_generation
    def office(self, create, extracted, **kwargs):
        if create:
            SiteFactory(enterprise=self, is_registered_office=True, **kwargs)
            EnterpriseActivity.objects.create(enterprise=self, code="74120", revision="2025")

    @factory.post_generation
    def owner(self, create, extracted, **kwargs):
        """``owner=user`` makes that person an active owner."""
        if extracted:
            MembershipFactory(enterprise=self, user=extracted)


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    enterprise = factory.SubFactory(EnterpriseFactory)
    street = "Rue de Fer 1"
    postal_code = "5000"
    municipality = "Namur"
    refnis = "92094"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    enterprise = factory.SubFactory(EnterpriseFactory)
    user = factory.SubFactory(UserFactory)
    role = MemberRole.OWNER
    state = MembershipState.ACTIVE
