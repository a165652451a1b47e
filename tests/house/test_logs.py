"""Logs hold no address that lets somebody in, and nothing of what people typed."""

import io
import logging

import pytest
import structlog
from django.conf import settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """What the two loggers that know of addresses write, formatted as in service."""
    facts = settings.LOGGING["formatters"]["structured"]
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(**{key: value for key, value in facts.items() if key != "()"})
    )
    loggers = [logging.getLogger("django_structlog"), logging.getLogger("django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield out
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.mark.parametrize(
    "address",
    [
        "/fr/invitations/SeCrEt123/",
        "/fr/vouchers/verify/SeCrEt123/",
        "/accounts/password/reset/key/4f-SeCrEt123/",
        "/fr/calls/?q=SeCrEt123",
    ],
)
def test_secrets_of_addresses_are_left_out(client, log, address):
    client.get(address)
    written = log.getvalue()
    assert address.partition("SeCrEt123")[0].partition("?")[0].rpartition("/")[0] in written
    assert "SeCrEt123" not in written
