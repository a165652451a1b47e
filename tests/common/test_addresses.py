"""Whose address counts, without a proxy and behind one."""

import pytest
from django.test import RequestFactory

from accounts.adapters import AccountAdapter
from wecd.common import addresses


@pytest.mark.parametrize(
    ("behind", "header", "sent", "seen"),
    [
        (False, "X-Forwarded-For", {"X-Forwarded-For": "192.0.2.1"}, "10.0.0.1"),
        (True, "X-Forwarded-For", {"X-Forwarded-For": "192.0.2.1, 198.51.100.7"}, "198.51.100.7"),
        (True, "X-Forwarded-For", {}, "10.0.0.1"),
        (
            True,
            "Clientaddress",
            {"X-Forwarded-For": "192.0.2.1", "Clientaddress": "198.51.100.7"},
            "198.51.100.7",
        ),
        (True, "X-Real-IP", {"X-Forwarded-For": "192.0.2.1", "X-Real-IP": "198.51.100.7"}, "198.51.100.7"),
        (False, "Clientaddress", {"Clientaddress": "192.0.2.1"}, "10.0.0.1"),
    ],
)
def test_the_address_is_the_proxys_word(behind, header, sent, seen, settings):
    settings.BEHIND_PROXY, settings.CLIENT_ADDRESS_HEADER = behind, header
    request = RequestFactory().get("/", headers=sent, REMOTE_ADDR="10.0.0.1")
    assert addresses.of_client(request) == seen
    assert AccountAdapter(request).get_client_ip(request) == seen
