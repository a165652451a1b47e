"""The schema is valid OpenAPI 3.1, tells the truth, and its page asks nobody else."""

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.specs.openapi.checks import ignored_auth

from tests.api import rows
from tests.api.conftest import RAW
from wecd.api.urls import RESOURCES

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(anonymous):
    return anonymous.json("schema", format="json")


def test_valid(schema):
    assert schema["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(schema).validate()


def test_yaml_and_json_are_the_same(schema, anonymous):
    answer = anonymous.get("schema")
    assert "yaml" in answer["Content-Type"] or "openapi" in answer["Content-Type"]
    assert yaml.safe_load(answer.content) == schema


def test_every_resource_is_in_it_and_says_who_may_read(schema):
    assert set(schema["paths"]) == {f"/api/v1/{name}{one}" for name in rows.ALL for one in ("", "/{id}")}
    for name in rows.KEYED:
        assert schema["paths"][f"/api/v1/{name}"]["get"]["security"] == [{"partnerKey": []}]
    for name in rows.OPEN:
        assert {} in schema["paths"][f"/api/v1/{name}"]["get"]["security"]


def test_every_field_and_parameter_is_documented(schema):
    for resource in RESOURCES:
        members = schema["components"]["schemas"][resource.model.__name__]["properties"]
        assert [name for name, member in members.items() if not member.get("description")] == []
        for path in (f"/api/v1/{resource.name}", f"/api/v1/{resource.name}/{{id}}"):
            parameters = schema["paths"][path]["get"]["parameters"]
            assert [each["name"] for each in parameters if not each.get("description")] == []


@pytest.mark.parametrize("who", ["anonymous", "partner"])
def test_every_route_does_what_it_says(who, schema, partner, action, officer, manager, settings_for_fuzzing):
    """schemathesis: no 5xx, documented statuses and types only, bodies as described, bad values refused."""
    from wecd.wsgi import application

    for name in rows.ALL:
        rows.make(name, action, officer, manager)
    headers = {"Authorization": f"Bearer {RAW}"} if who == "partner" else {}
    for path in schema["paths"].values():  # a cursor cannot be made up
        path["get"]["parameters"] = [each for each in path["get"]["parameters"] if each["name"] != "cursor"]
    fuzzer = schemathesis.openapi.from_dict(schema)
    tried = 0
    for result in fuzzer.get_all_operations():
        operation = result.ok()
        operation.app = application

        @settings(
            max_examples=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case):
            response = case.call(headers=headers, app=application)
            assert response.status_code < 500, response.text
            documented = {int(code) for code in case.operation.definition.raw["responses"]}
            assert response.status_code in documented, (response.status_code, case.path, case.query)
            case.validate_response(response, headers=headers, excluded_checks=[ignored_auth])

        check()
        tried += 1
    assert tried == 2 * len(RESOURCES)


@pytest.fixture
def settings_for_fuzzing(settings):
    """No limits; and the WSGI application stays inside the test's transaction, as Django's client does."""
    settings.API_REQUESTS_PER_MINUTE = settings.API_REQUESTS_PER_MINUTE_WITH_KEY = 1_000_000
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_page_loads_from_here_only(anonymous):
    page = anonymous.get("docs")
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    text = page.content.decode()
    assert "http" not in text.replace("http-equiv", "")
    assert "/api/v1/schema?format=json" in text
