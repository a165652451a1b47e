"""What breaks the API's clients is caught, each kind of it; what does not, passes."""

import copy
import json

import pytest
from django.conf import settings

from scripts import check_api
from scripts.api_changes import breaking
from tests.api import contract

BASE = {
    "paths": {
        "/calls": {
            "get": {
                "operationId": "list_calls",
                "security": [{"key": ["a"]}, {}],
                "parameters": [
                    {
                        "name": "size",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5},
                    },
                    {
                        "name": "kind",
                        "in": "query",
                        "explode": True,
                        "schema": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}},
                    },
                    {"name": "text", "in": "query", "schema": {"type": "string", "maxLength": 20}},
                    {"name": "fields", "in": "query", "schema": {"type": "string", "x-names": ["a", "b"]}},
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Call"}},
                            "text/csv": {"schema": {"type": "string"}},
                        },
                    },
                    "404": {"$ref": "#/components/responses/NotThere"},
                },
            },
            "head": {"operationId": "head", "responses": {}},
        },
        "/hubs": {"get": {"operationId": "hubs", "security": [{"key": ["a"]}], "responses": {}}},
    },
    "components": {
        "responses": {"NotThere": {"headers": {"Limit": {}}}},
        "schemas": {
            "State": {"type": "string", "enum": ["open", "closed"]},
            "Call": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "state": {"oneOf": [{"$ref": "#/components/schemas/State"}, {"type": "null"}]},
                    "rate": {"type": "string", "pattern": "^[0-9]+$", "x-unit": "percent"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    "change": {
                        "oneOf": [
                            {
                                "type": "object",
                                "properties": {"of": {"const": "a"}, "n": {"type": "integer"}},
                            },
                            {"type": "object", "properties": {"of": {"const": "b"}}},
                        ]
                    },
                },
                "required": ["id"],
                "additionalProperties": False,
            },
            "Part": {
                "type": "object",
                "properties": {
                    "name": {"type": ["string", "null"]},
                    "part": {"$ref": "#/components/schemas/Part"},
                },
            },
        },
    },
}


def get(schema):
    return schema["paths"]["/calls"]["get"]


def parameter(schema, name):
    return next(each for each in get(schema)["parameters"] if each["name"] == name)


def call(schema):
    return schema["components"]["schemas"]["Call"]


def member(schema, name):
    return call(schema)["properties"][name]


def answer(schema):
    return get(schema)["responses"]["200"]


SIZE, PART = {"name": "new", "in": "query", "schema": {"type": "string"}}, ["components", "schemas", "Part"]
BREAKING = {
    "/hubs: is gone": lambda s: s["paths"].pop("/hubs"),
    "HEAD /calls: is gone": lambda s: s["paths"]["/calls"].pop("head"),
    "operationId “list_calls” became “calls”": lambda s: get(s).update(operationId="calls"),
    "no key is no longer enough": lambda s: get(s)["security"].pop(),
    "{'key': ['a']} is no longer enough": lambda s: s["paths"]["/hubs"]["get"].update(
        security=[{"key": ["a", "b"]}]
    ),
    "parameter “size” is gone": lambda s: get(s)["parameters"].pop(0),
    "parameter “size” is required now": lambda s: parameter(s, "size").update(required=True),
    "the new parameter “new” is required": lambda s: get(s)["parameters"].append(SIZE | {"required": True}),
    "parameter “kind”: explode changed": lambda s: parameter(s, "kind").update(explode=False),
    "parameter “size”: type integer became string": lambda s: parameter(s, "size")["schema"].update(
        type="string"
    ),
    "parameter “size”: the default 5 became 4": lambda s: parameter(s, "size")["schema"].update(default=4),
    "parameter “size”: maximum 9 became 8": lambda s: parameter(s, "size")["schema"].update(maximum=8),
    "parameter “size”: minimum 1 became 2": lambda s: parameter(s, "size")["schema"].update(minimum=2),
    "parameter “text”: maxLength 20 became 19": lambda s: parameter(s, "text")["schema"].update(maxLength=19),
    "parameter “text”: minLength None became 1": lambda s: parameter(s, "text")["schema"].update(minLength=1),
    "parameter “text”: format None became uuid": lambda s: parameter(s, "text")["schema"].update(
        format="uuid"
    ),
    "parameter “text”: pattern None became ^a": lambda s: parameter(s, "text")["schema"].update(pattern="^a"),
    "parameter “text”: only some words": lambda s: parameter(s, "text")["schema"].update(enum=["a"]),
    "parameter “kind” items: “y” is no longer accepted": lambda s: parameter(s, "kind")["schema"]["items"][
        "enum"
    ].remove("y"),
    "parameter “fields”: “b” is no longer accepted": lambda s: parameter(s, "fields")["schema"][
        "x-names"
    ].pop(),
    "the response 404 is gone": lambda s: get(s)["responses"].pop("404"),
    "200: the header ETag is gone": lambda s: answer(s)["headers"].pop("ETag"),
    "404: the header Limit is gone": lambda s: s["components"]["responses"]["NotThere"].update(headers={}),
    "200: text/csv is gone": lambda s: answer(s)["content"].pop("text/csv"),
    "the member “id” is gone": lambda s: call(s)["properties"].pop("id"),
    "the member “id” may be absent now": lambda s: call(s)["required"].remove("id"),
    "id: type string became integer": lambda s: member(s, "id").update(type="integer"),
    "id: type string became null or string": lambda s: member(s, "id").update(type=["string", "null"]),
    "id: format uuid became None": lambda s: member(s, "id").pop("format"),
    "id: x-scope None became personal:read": lambda s: member(s, "id").update({"x-scope": "personal:read"}),
    "rate: pattern ^[0-9]+$ became ^[0-9]{2}$": lambda s: member(s, "rate").update(pattern="^[0-9]{2}$"),
    "rate: x-unit percent became None": lambda s: member(s, "rate").pop("x-unit"),
    "state: the word “closed” is gone": lambda s: s["components"]["schemas"]["State"]["enum"].remove(
        "closed"
    ),
    "state: type null or string became string": lambda s: member(s, "state")["oneOf"].pop(),
    "parts[] name: type null or string became string": lambda s: s["components"]["schemas"]["Part"][
        "properties"
    ]["name"].update(type="string"),
    "change: the alternative b is gone": lambda s: member(s, "change")["oneOf"].pop(),
    "change a: the member “n” is gone": lambda s: member(s, "change")["oneOf"][0]["properties"].pop("n"),
    "may have members nobody named now": lambda s: call(s).update(additionalProperties=True),
}
HARMLESS = {
    "a path": lambda s: s["paths"].update({"/new": s["paths"]["/hubs"]}),
    "a method": lambda s: s["paths"]["/hubs"].update(head={"responses": {}}),
    "another way in": lambda s: s["paths"]["/hubs"]["get"]["security"].append({"oauth": ["a"]}),
    "fewer scopes": lambda s: s["paths"]["/hubs"]["get"].update(security=[{"key": []}]),
    "no key needed": lambda s: s["paths"]["/hubs"]["get"].update(security=[]),
    "a parameter": lambda s: get(s)["parameters"].append(SIZE),
    "parameters in another order": lambda s: get(s)["parameters"].reverse(),
    "more rows a page": lambda s: parameter(s, "size")["schema"].update(maximum=10, minimum=0),
    "a wider type": lambda s: parameter(s, "size")["schema"].update(type=["integer", "string"]),
    "a word to ask for": lambda s: parameter(s, "kind")["schema"]["items"]["enum"].append("z"),
    "a name to ask for": lambda s: parameter(s, "fields")["schema"]["x-names"].append("c"),
    "longer texts": lambda s: parameter(s, "text")["schema"].pop("maxLength"),
    "a response": lambda s: get(s)["responses"].update({"410": {"description": "Gone."}}),
    "a header": lambda s: answer(s)["headers"].update(Link={}),
    "a form": lambda s: answer(s)["content"].update({"text/html": {"schema": {}}}),
    "a member": lambda s: call(s)["properties"].update(new={"type": "string"}),
    "a member that is always there": lambda s: call(s)["required"].append("state"),
    "a word": lambda s: s["components"]["schemas"]["State"]["enum"].append("archived"),
    "an alternative": lambda s: member(s, "change")["oneOf"].insert(
        0, {"type": "object", "properties": {"of": {"const": "c"}}}
    ),
    "words about it": lambda s: (call(s).update(description="New."), member(s, "id").update(examples=["1"])),
    "the name of a component": lambda s: (
        s["components"]["schemas"].update(Condition=s["components"]["schemas"].pop("State")),
        member(s, "state").update(oneOf=[{"$ref": "#/components/schemas/Condition"}, {"type": "null"}]),
    ),
    "null written the other way": lambda s: member(s, "state").update(
        {"oneOf": [{"type": ["string", "null"], "enum": ["open", "closed"]}, {"type": "null"}]}
    ),
}


@pytest.mark.parametrize("fault", BREAKING)
def test_what_breaks_clients_is_named(fault):
    changed = copy.deepcopy(BASE)
    BREAKING[fault](changed)
    found = breaking(BASE, changed)
    assert len(found) == 1, found
    assert fault in found[0]


@pytest.mark.parametrize("addition", HARMLESS)
def test_what_is_added_passes(addition):
    changed = copy.deepcopy(BASE)
    HARMLESS[addition](changed)
    assert changed != BASE
    assert breaking(BASE, changed) == []


def test_the_checked_in_schema_is_what_the_code_gives_and_breaks_nothing():
    schema = contract.published()
    assert contract.PUBLISHED.read_text(encoding="utf-8") == check_api.written(schema)
    assert check_api.RELEASED.is_file()
    assert check_api.breaks(schema) == []


def test_a_member_lost_from_the_real_schema_is_caught():
    schema = contract.published()
    del schema["components"]["schemas"]["Application"]["properties"]["submitted_at"]
    found = check_api.breaks(schema)
    assert any("the member “submitted_at” is gone" in fault for fault in found)
    assert all("submitted_at" in fault for fault in found)


def test_no_address_of_a_machine_is_in_it():
    text = json.dumps(contract.published())
    assert settings.SITE_URL not in text
    assert "127.0.0.1" not in text
