"""The schema is valid OpenAPI 3.1, documents everything it names, and its page asks nobody else."""

import re

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api import rows
from tests.api.contract import EVERY_SCHEMA_KEY, resolved, validator, walk
from wecd.api.urls import RESOURCES

SCALARS = {"string", "integer", "number", "boolean"}
READ = {"200", "304", "400", "401", "403", "429", "500"}  # 403: a key has networks, wherever it is used


@pytest.fixture(scope="module")
def schema():
    from tests.api.contract import published

    return published()


def test_valid(schema):
    assert schema["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(schema).validate()


def test_what_is_served_is_what_is_published(schema, anonymous):
    assert anonymous.json("schema", format="json") == schema
    answer = anonymous.get("schema")
    assert "yaml" in answer["Content-Type"] or "openapi" in answer["Content-Type"]
    assert yaml.safe_load(answer.content) == schema


def test_every_resource_is_in_it_and_says_who_may_read(schema):
    assert {f"/api/v1/{name}{one}" for name in rows.ALL for one in ("", "/{id}")} <= set(schema["paths"])
    for name in rows.KEYED:
        for one in ("", "/{id}"):
            operation = schema["paths"][f"/api/v1/{name}{one}"]["get"]
            scopes = [f"{name}:read"]
            assert operation["security"] == [{"partnerKey": scopes}, {"partnerOAuth": scopes}]
            assert f"`{name}:read`" in operation["description"]
    for name in rows.OPEN:
        assert {} in schema["paths"][f"/api/v1/{name}"]["get"]["security"]


def test_it_says_what_the_api_is(schema):
    info = schema["info"]
    assert {"title", "version", "description", "contact", "license", "termsOfService"} <= info.keys()
    for word in ("RateLimit", "Retry-After", "CC BY 4.0", "405", "406"):
        assert word in info["description"]
    assert schema["servers"][0]["description"]
    tags = [tag["name"] for tag in schema["tags"]]
    assert tags[: len(rows.ALL)] == rows.ALL  # the catalogue's order
    assert all(tag["description"] for tag in schema["tags"])
    used = {tag for path in schema["paths"].values() for each in path.values() for tag in each["tags"]}
    assert used == set(tags)


def test_every_operation_documents_its_errors_with_an_example(schema):
    for path, item in schema["paths"].items():
        for operation in item.values():
            assert operation["summary"]
            assert operation["description"], path
            expected = READ - {"304"} if "304" not in operation["responses"] else READ
            expected = expected | ({"404"} if "{id}" in path else set())
            assert expected <= operation["responses"].keys(), path
            for status, response in operation["responses"].items():
                response = resolved(schema, response)
                assert response["description"], (path, status)
                assert {"RateLimit", "RateLimit-Policy"} <= response["headers"].keys()
                if int(status) >= 400:
                    problem = response["content"]["application/problem+json"]
                    assert problem["example"]["status"] == int(status)
                    assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "Allow" in schema["components"]["responses"]["MethodNotAllowed"]["headers"]


def test_every_example_is_valid(schema):
    found = 0
    for where, node in walk(schema):
        for example in node.get("examples", []) if isinstance(node.get("examples"), list) else []:
            assert list(validator(schema, node).iter_errors(example)) == [], where
            found += 1
        if "example" in node and "schema" in node:
            assert list(validator(schema, node["schema"]).iter_errors(node["example"])) == [], where
            found += 1
    assert found > 200


def test_every_member_is_described_with_an_example(schema):
    for where, node in walk(schema):
        for name, member in node.get("properties", {}).items() if "type" in node else ():
            assert member.get("description"), f"{where}.{name}"
            kinds = member.get("type", [])
            kinds = {kinds} if isinstance(kinds, str) else set(kinds)
            if kinds & SCALARS:
                assert member.get("examples"), f"{where}.{name} has no example"


def test_every_object_says_that_it_has_no_other_members(schema):
    objects = [(where, node) for where, node in walk(schema) if "object" in _kinds(node)]
    assert len(objects) > 20
    assert [where for where, node in objects if node.get("additionalProperties") is not False] == []


def test_nothing_says_what_the_standard_does_not_know(schema):
    for where, node in walk(schema["components"]["schemas"], under_schemas=True):
        unknown = {key for key in node if key not in EVERY_SCHEMA_KEY and not key.startswith("x-")}
        assert not unknown, (where, unknown)


def test_every_word_of_an_enumeration_is_explained(schema):
    found = 0
    for where, node in walk(schema["components"]["schemas"]):
        for word in node.get("enum", []):
            assert f"`{word}`: " in node["description"], (where, word)
            found += 1
    assert found > 40
    for path, item in schema["paths"].items():
        for parameter in item["get"]["parameters"]:
            words = parameter["schema"].get("enum") or parameter["schema"].get("items", {}).get("enum") or []
            if parameter["name"] in (
                "fields",
                "ordering",
                "nuts2",
                "resources",
            ):  # names of what is described
                continue
            assert [word for word in words if f"`{word}`: " not in parameter["description"]] == [], (
                path,
                parameter["name"],
            )


def test_numbers_name_their_unit(schema):
    """A name that speaks of a rate, a duration or a place on earth has a unit: in words, and for machines."""
    units = {"rate|weight": "percent", "seconds$": "seconds", "months$": "months"}
    units |= {"latitude|longitude": "degrees", "^amount$": "euros"}
    found = 0
    for where, node in walk(schema["components"]["schemas"]):
        for name, member in node.get("properties", {}).items() if "type" in node else ():
            for pattern, unit in units.items():
                if re.search(pattern, name) and "$ref" not in member:
                    assert member.get("x-unit") == unit, f"{where}.{name}"
                    assert unit in member["description"].lower(), f"{where}.{name}"
                    found += 1
            if member.get("format") == "date-time":
                assert "UTC" in member["description"], f"{where}.{name}"
            if member.get("$ref", "").endswith("/Money"):
                assert "In euros." in member["description"]
    assert found > 8


def test_a_member_that_needs_a_scope_says_so(schema):
    for resource in RESOURCES:
        members = schema["components"]["schemas"][resource.model.__name__]["properties"]
        for name, field in resource().all_fields.items():
            assert members[name].get("x-scope", "") == field.scope
            assert (f"`{field.scope}`" in members[name]["description"]) == bool(field.scope)


def test_every_parameter_is_documented(schema):
    for path, item in schema["paths"].items():
        parameters = item["get"]["parameters"]
        assert [each["name"] for each in parameters if not each.get("description")] == [], path


def test_the_checks_of_this_file_can_fail():
    schema = {"components": {"schemas": {"A": {"type": "string", "format": "uuid"}}}}
    reference = {"$ref": "#/components/schemas/A"}
    assert list(validator(schema, reference).iter_errors("x"))
    assert not list(validator(schema, reference).iter_errors("019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"))
    for wrong in ("2026-12-01", "2026-12-01T11:00:00"):
        date_time = {"type": "string", "format": "date-time"}
        assert not Draft202012Validator(date_time, format_checker=FormatChecker()).is_valid(wrong)


def _kinds(node: dict) -> set:
    kinds = node.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def test_the_page_loads_from_here_only(anonymous):
    page = anonymous.get("docs")
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    text = page.content.decode()
    assert "http" not in text.replace("http-equiv", "")
    assert "/api/v1/schema?format=json" in text
