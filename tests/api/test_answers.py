"""What the API answers is what its schema says: every resource, every form, every error."""

import csv
import io
import json

import pytest
from django.test import Client

from tests.api import contract, rows
from tests.api.conftest import Api, in_one_window
from tests.partners.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema():
    return contract.published()


@pytest.fixture
def complies(schema):
    """Asserts that a response has a documented status, type, headers and body."""

    def check(response, path: str, method: str = "get") -> dict:
        operation = schema["paths"][path][method]
        described = contract.resolved(schema, operation["responses"][str(response.status_code)])
        promised = {name for name, header in described["headers"].items() if header.get("required")}
        assert {name for name in promised if name not in response.headers} == set()
        if response.status_code == 304:
            assert not response.content
            return {}
        kind = response["Content-Type"].split(";")[0]
        assert kind in described["content"], (path, response.status_code, kind)
        known = {name.lower() for name in described["headers"]} | UNIVERSAL
        assert {name.lower() for name in response.headers} - known == set()
        if not kind.endswith("json") or kind.endswith("ndjson"):
            return {}
        body = json.loads(response.content)
        assert contract.errors(schema, described["content"][kind]["schema"], body) == []
        return body

    return check


# Of every web server's answer; and of the portal's on every address.
UNIVERSAL = {
    *("content-type", "content-length", "content-language", "content-disposition", "cache-control", "vary"),
    *("x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "x-frame-options", "allow"),
    *("content-security-policy", "permissions-policy", "x-request-id", "cross-origin-resource-policy"),
}


@pytest.mark.parametrize("name", rows.ALL)
def test_lists_and_rows(name, complies, schema, partner, action, officer, manager):
    made = rows.make(name, action, officer, manager)
    rows.make(name, action, officer, manager)
    path = f"/api/v1/{name}"
    page = complies(partner.get(name, page_size=1, count="exact"), path)
    assert len(page["results"]) == 1
    complies(partner.get(page["next"]), path)
    row = complies(partner.get(f"{name}/{made.pk}"), f"{path}/{{id}}")
    assert row["id"] == str(made.pk)
    for each in partner.get(name, format="ndjson").content.splitlines():
        assert contract.errors(schema, _row(schema, path), json.loads(each)) == []
    tag = partner.get(name)["ETag"]
    response = partner.client.get(path, headers={"If-None-Match": tag})
    assert response.status_code == 304
    complies(response, path)


@pytest.mark.parametrize("name", rows.ALL)
def test_the_columns_of_a_table_are_those_of_the_example(
    name, complies, schema, partner, action, officer, manager
):
    rows.make(name, action, officer, manager)
    response = partner.get(name, format="csv")
    complies(response, f"/api/v1/{name}")
    example = schema["paths"][f"/api/v1/{name}"]["get"]["responses"]["200"]["content"]["text/csv"]["example"]
    found, described = (next(csv.reader(io.StringIO(each))) for each in (response.content.decode(), example))
    assert found == described


@pytest.mark.parametrize("name", rows.ALL)
def test_errors(name, complies, anonymous, partner, settings):
    path = f"/api/v1/{name}"
    for one in ("", "/{id}"):
        address = path + one.replace("{id}", "019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71")
        assert complies(partner.get(address, colour="red"), path + one)["errors"][0]["field"] == "colour"
        wrong = Client(headers={"Authorization": "Bearer wecd_nobody"}).get(address)
        assert wrong.status_code == 401
        complies(wrong, path + one)
    complies(partner.get(f"{path}/019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"), f"{path}/{{id}}")


def test_a_scope_that_is_missing(complies, wd):
    ApiKeyFactory(partner=wd, raw="wecd_without", scopes=[])
    for name in rows.KEYED:
        for path in (f"/api/v1/{name}", f"/api/v1/exports/{name}.csv"):
            response = Api("wecd_without").get(path)
            assert response.status_code == 403
            complies(response, path)
    complies(Api("wecd_without").get("changes", resources="applications"), "/api/v1/changes")


def test_every_address_refuses_a_key_that_is_none_or_used_from_elsewhere(complies, schema, wd):
    ApiKeyFactory(partner=wd, raw="wecd_at_home", networks=["192.0.2.0/24"])
    for path in schema["paths"]:
        address = path.replace("{id}", "019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71")
        for raw, status in (("wecd_at_home", 403), ("wecd_nobody", 401)):
            response = Api(raw).get(address)
            assert response.status_code == status, path
            complies(response, path)


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 401), ("Bearer wecd_nobody", 401), ("Basic x", 401), ("Bearer wecd_home", 403)],
)
@pytest.mark.parametrize(
    "path", ["applications", "applications/x", "exports/vouchers.csv", "changes", "schema"]
)
def test_keys_are_not_tried_without_end(path, header, status, complies, wd, settings):
    """What is refused at the door counts as a read of the address, until it says 429 with its headers."""
    settings.API_REQUESTS_PER_MINUTE = 2
    ApiKeyFactory(partner=wd, raw="wecd_home", networks=["192.0.2.0/24"])
    path = path.replace("/x", "/019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71")
    if not header and path in ("changes", "schema"):
        return  # open
    in_one_window()
    for left in (1, 0):
        response = Client(headers={"Authorization": header}).get(f"/api/v1/{path}")
        assert response.status_code == status
        assert response["RateLimit"].startswith(f'"minute";r={left};')
    refused = Client(headers={"Authorization": header}).get(f"/api/v1/{path}")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert refused["RateLimit-Policy"] == '"minute";q=2;w=60'
    ApiKeyFactory(partner=wd, raw="wecd_right")  # a key that is right is not kept out by its neighbours
    assert Api("wecd_right").get("applications").status_code == 200


def test_a_scope_that_is_missing_counts_for_the_key(wd, settings):
    settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 1
    in_one_window()
    ApiKeyFactory(partner=wd, raw="wecd_without", scopes=[])
    assert [Api("wecd_without").get("applications").status_code for _ in range(2)] == [403, 429]


def test_too_many_requests(complies, anonymous, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    anonymous.get("calls")
    response = anonymous.get("calls")
    assert response.status_code == 429
    complies(response, "/api/v1/calls")


def test_a_fault_of_ours(complies, anonymous, monkeypatch):
    from wecd.common.rest import pages

    monkeypatch.setattr(pages.Pages, "read", lambda *args, **values: 1 / 0)
    anonymous.client.raise_request_exception = False
    complies(anonymous.get("calls"), "/api/v1/calls")


def test_a_method_that_writes(schema, partner):
    response = partner.client.post("/api/v1/calls")
    described = schema["components"]["responses"]["MethodNotAllowed"]
    assert response.status_code == 405
    content = described["content"]["application/problem+json"]
    assert contract.errors(schema, content["schema"], json.loads(response.content)) == []
    assert content["example"] == json.loads(response.content)
    assert response["Allow"] == described["headers"]["Allow"]["schema"]["examples"][0]


def test_the_feed(complies, partner, action, officer, manager):
    path = "/api/v1/changes"
    for name in rows.ALL:
        rows.make(name, action, officer, manager)
    page = complies(partner.get("changes"), path)
    assert {"results", "cursor", "has_more"} == page.keys()
    assert complies(partner.get("changes", after="nonsense"), path)["status"] == 400
    assert complies(partner.get("changes", colour="red"), path)["status"] == 400


def _row(schema: dict, path: str) -> dict:
    page = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return contract.resolved(schema, page)["properties"]["results"]["items"]
