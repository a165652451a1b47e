"""Whatever anybody writes into an address or a header, the API answers; what it cannot take, it names."""

import json
from urllib.parse import quote

import pytest
from django.test import Client

from tests.api import contract, rows
from tests.api.conftest import RAW

pytestmark = pytest.mark.django_db
NUMBERS = ["1E-20000", "-1E-20000", "1E20000", "1E-999999999999999999999", "9" * 5000, f"0.{'0' * 20000}1"]
NUMBERS += ["NaN", "sNaN", "Infinity", "-0", "1e400", "٣", "²", "1_000", "0x10", "1" + "0" * 9]
INSTANTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "2026-12-01T08:00:00+99:99",
    "2026-12-01T08:00:00+23:59:59",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
]
TEXTS = ["%00", "a%00b", "%ED%A0%80", "%FF%FE", "%F4%90%80%80", "%EF%BF%BF", "%E2%80%AE", "%0A", "%7F"]
TEXTS += [quote(text) for text in ("x" * 200, "x" * 20000, "a " * 99, "% " * 99, "\\" * 199, "_%' OR 1=1 --")]
TEXTS += [
    quote(text) for text in ("🧶" * 50, "{}", "[]", "null", "../..", "${x}", "%s%(x)s", ",", "a," * 2000)
]
IDS = ["urn:uuid:019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71", "0" * 32, "f" * 5000, "{019aa2c4}"]
VALUES = [*map(quote, NUMBERS + INSTANTS + IDS), *TEXTS]


@pytest.fixture
def world(action, officer, manager, settings):
    for name in (
        "API_REQUESTS_PER_MINUTE_WITH_KEY",
        "API_EXPORTS_PER_HOUR_WITH_KEY",
        "API_FEED_PER_MINUTE_WITH_KEY",
    ):
        setattr(settings, name, 1_000_000)
    for name in rows.ALL:
        rows.make(name, action, officer, manager)


@pytest.fixture
def ask(world):
    """Ask with a raw query; the answer is no fault of ours, and a 400 names the parameter."""
    client = Client(headers={"Authorization": f"Bearer {RAW}"})

    def ask(path: str, name: str, query: str) -> int:
        response = client.generic("GET", path, QUERY_STRING=query)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code < 500, (path, query[:200], body)
        if response.status_code == 400:
            assert {each["field"] for each in json.loads(body)["errors"]} == {name}, (path, query[:200], body)
        return response.status_code

    return ask


def parameters(path: str) -> list[str]:
    """A parameter of the path of each kind of value."""
    operation = contract.published()["paths"][path]["get"]
    asked = [each for each in operation["parameters"] if each["in"] == "query"]
    return list({json.dumps(each["schema"], sort_keys=True): each["name"] for each in asked}.values())


@pytest.mark.parametrize("path", [f"/api/v1/{name}" for name in rows.ALL] + ["/api/v1/changes"])
def test_no_value_of_a_parameter_is_too_much(path, ask):
    statuses = {ask(path, name, f"{name}={value}") for name in parameters(path) for value in VALUES}
    assert {200, 400} <= statuses <= {200, 400, 410}


@pytest.mark.parametrize("name", ["calls", "vouchers"])
def test_nor_of_an_export(name, ask):
    path = f"/api/v1/exports/{name}.csv"
    assert {ask(path, each, f"{each}={value}") for each in parameters(path) for value in VALUES} == {200, 400}


@pytest.mark.parametrize("path", ["/api/v1/calls", "/api/v1/exports/calls.ndjson", "/api/v1/changes"])
@pytest.mark.parametrize("times", [900, 6000])
def test_nor_are_many_parameters(path, times, world):
    """More than Django reads, and as many as it does."""
    for query in ("&".join(["phase=open"] * times), "&".join(f"p{number}=1" for number in range(times))):
        response = Client(QUERY_STRING=query).generic("GET", path, QUERY_STRING=query)
        assert response.status_code in (200, 400)
        if response.status_code == 400:
            assert json.loads(response.content)["detail"]


@pytest.mark.parametrize(
    "name", ["Accept", "Accept-Encoding", "Authorization", "If-None-Match", "Prefer", "Range"]
)
@pytest.mark.parametrize("path", ["calls", "exports/calls.ndjson", "changes"])
def test_nor_is_a_header(name, path, world):
    values = [
        "",
        ",",
        ";q=",
        "x" * 20000,
        "é",
        "\x7f",
        "*",
        '"',
        "W/",
        "wait=٣",
        "wait=99999",
        "wait=" + "9" * 5000,
    ]
    values += [
        "bytes=0-" + "9" * 5000,
        "Bearer " + "x" * 20000,
        "Bearer wecd_\x00",
        "gzip;q=" + "9" * 5000,
        "zstd;q=٣",
    ]
    for value in values:
        response = Client(headers={name: value}).get(f"/api/v1/{path}")
        assert response.status_code in ((401, 429) if name == "Authorization" and value else (200, 304))


@pytest.mark.parametrize(
    "path", ["%00", "calls/%00", "calls/%ED%A0%80", "calls/" + "9" * 5000, "exports/%00.csv", "é"]
)
def test_nor_is_a_path(path, world):
    assert Client().get(f"/api/v1/{path}").status_code == 404
