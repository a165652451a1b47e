"""Each navigation of a back office page has a name of its own: one goes from one to another by ear."""

import re

import pytest
from django.urls import reverse

from tests.calls.factories import CallFactory
from tests.grants.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db
# Menus that open from a button and are hidden until then.
MENUS = re.compile(r"x-show=|x-anchor")


def names(html: str) -> list[str]:
    """The name of each navigation that is not a closed menu; "" of one without."""
    found = re.findall(r"<nav\b[^>]*>", re.sub(r"<template\b.*?</template>", "", html, flags=re.DOTALL))
    label = re.compile(r'aria-label="([^"]+)"')
    return [(label.search(nav) or ["", ""])[1] for nav in found if not MENUS.search(nav)]


@pytest.mark.parametrize("what", ["enterprise", "person", "call", "envelope"])
def test_navigations_have_names_of_their_own(client, manager, entrepreneur, enterprise, what):
    rows = {
        "enterprise": ("accounts_enterprise", lambda: enterprise),
        "person": ("accounts_user", lambda: entrepreneur),
        "call": ("calls_call", CallFactory),
        "envelope": ("grants_envelope", EnvelopeFactory),
    }
    name, row = rows[what]
    client.force_login(manager)
    response = client.get(reverse(f"admin:{name}_change", args=[row().pk]))
    assert response.status_code == 200
    found = names(response.content.decode())
    assert "" not in found
    assert len(found) == len(set(found)) > 1
