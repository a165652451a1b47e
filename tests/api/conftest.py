"""Partners, their keys, and a client that speaks JSON."""

import json
import time

import pytest
from django.test import Client

from tests.actions.factories import ActionFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory

RAW = "wecd_for_tests"


class Api:
    """A client of the API: ``get`` gives the response, ``json`` the body of one that must be 200."""

    def __init__(self, raw: str = ""):
        self.client = Client(headers={"Authorization": f"Bearer {raw}"} if raw else {})

    def get(self, path: str, **query):
        path = path.removeprefix("http://testserver")
        return self.client.get(path if path.startswith("/") else f"/api/v1/{path}", query)

    def json(self, path: str, **query) -> dict:
        response = self.get(path, **query)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def results(self, path: str, **query) -> list[dict]:
        return self.json(path, **query)["results"]


@pytest.fixture
def anonymous(db):
    return Api()


@pytest.fixture
def wd(db):
    """A partner that leads ``action`` and has a key with every scope."""
    partner = PartnerFactory(code="WD", name="Wallonie Design")
    ApiKeyFactory(partner=partner, raw=RAW)
    return partner


@pytest.fixture
def action(wd):
    return ActionFactory(lead=wd)


@pytest.fixture
def partner(wd):
    return Api(RAW)


def in_one_window() -> None:
    """Wait out the last seconds of a minute, so that the limits of the next do not cut the test in two."""
    left = 60 - time.time() % 60
    if left < 8:
        time.sleep(left + 0.1)
