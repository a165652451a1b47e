"""A partner, somebody who works for it, and its webhook endpoint."""

import pytest

from tests.partners.factories import PartnerMemberFactory
from tests.partners.webhook_factories import EndpointFactory


@pytest.fixture
def member(db):
    return PartnerMemberFactory().user


@pytest.fixture
def partner(member):
    return member.partner_memberships.get().partner


@pytest.fixture
def endpoint(partner):
    return EndpointFactory(partner=partner)
