"""Dull vouchers."""

import factory

from tests.grants.factories import AwardFactory
from vouchers.models import Voucher


class VoucherFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Voucher

    award = factory.SubFactory(AwardFactory, approved=True)
    enterprise = factory.SelfAttribute("award.enterprise")
    code = factory.SelfAttribute("award.reference")
    amount = 6000
    own_share = 2000
    project_months = 12
