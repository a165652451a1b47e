"""A dull programme."""

import factory

from actions.models import Action, Axis, Indicator, Programme
from tests.partners.factories import PartnerFactory


class ProgrammeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Programme

    code = factory.Sequence(lambda n: f"programme-{n}")
    name = factory.Sequence(lambda n: f"Programme {n}")
    name_fr = factory.SelfAttribute("name")  # whatever the language of the test


class AxisFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Axis

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"axis-{n}")
    mark = "business"
    name = "Accompagnement"
    name_fr = factory.SelfAttribute("name")


class ActionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Action

    axis = factory.SubFactory(AxisFactory)
    slug = factory.Sequence(lambda n: f"action-{n}")
    name = factory.Sequence(lambda n: f"Action {n}")
    name_fr = factory.SelfAttribute("name")
    lead = factory.SubFactory(PartnerFactory)


class IndicatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Indicator

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"RCO{n:02}")
    kind = "output"
    name = factory.Sequence(lambda n: f"Indicator {n}")
    name_fr = factory.SelfAttribute("name")
    unit = "entreprises"
    unit_fr = factory.SelfAttribute("unit")
