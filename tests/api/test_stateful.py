"""schemathesis over every route and along the links between them, as anyone, a partner and another partner.

No 5xx, no status that is not documented, no body that is not described, and nothing of another partner: rows
marked in every text stand in the way.
"""

import json
import re

import pytest
import schemathesis
from django import conf
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import ignored_auth

from tests.api import contract, rows
from tests.api.conftest import Api
from tests.api.markers import DRAFT, MARKS, PERSON, READERS, World
from wecd.catalogue import BY_NAME
from wecd.wsgi import application

pytestmark = pytest.mark.django_db(transaction=True)
OPTIONS = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
RANDOM = {"derandomize": False}  # by the seed given instead


@pytest.fixture
def world(officer, manager, settings):
    for name in dir(conf.settings):
        if name.startswith("API_") and "_PER_" in name:
            setattr(settings, name, 1_000_000)
    return World(officer, manager)


@pytest.fixture
def checked(world):
    """Asserts that a response tells nothing this reader may not know; counts what was looked at."""
    seen: list[int] = []

    def check(response, case, reader: str) -> None:
        where = (reader, case.path, case.query)
        text = response.content + json.dumps(dict(response.headers)).encode()
        assert response.status_code < 500, (where, response.text)
        documented = {int(code) for code in case.operation.definition.raw["responses"]}
        assert response.status_code in documented, (where, response.status_code)
        found = [mark for mark in world.hidden_from(reader) if mark in text]
        assert not found, (where, found)
        seen.append(response.status_code)

    check.seen = seen
    return check


def test_the_marks_are_where_they_matter(world):
    """And the right key does see them: a mark nobody could ever see would prove nothing."""
    assert {"title", "reference"} <= world.marked["calls.Application"]
    assert {"title", "reasons"} <= world.marked["grants.Award"]
    assert {"code", "token"} <= world.marked["vouchers.Voucher"]
    assert {"name", "email", "phone"} <= world.marked["accounts.User"]
    assert "name" in world.marked["accounts.Enterprise"]
    assert "value" in world.marked["calls.Answer"]
    for side, mark in MARKS.items():
        for name in ("applications", "vouchers"):
            assert mark.encode() in Api(READERS[side]).get(name).content


@pytest.mark.parametrize("reader", READERS)
def test_what_is_hidden_cannot_be_reached_by_id_search_or_filter(reader, world):
    client = Api(READERS[reader])
    for side, resources in world.ids.items():
        for name, ids in resources.items():
            is_open = name in rows.OPEN
            for each in ids:
                status = client.get(f"{name}/{each}").status_code
                if side == "open":
                    assert status == 200
                elif is_open or reader == "anonymous":
                    assert status == (404 if is_open else 401)
                else:
                    assert status == (200 if side == reader else 404)
    hidden = [mark.decode() for mark in world.hidden_from(reader)]
    for name in [*rows.OPEN, "applications", "vouchers"]:
        if reader == "anonymous" and name not in rows.OPEN:
            continue
        for mark in hidden:
            assert client.json(name, search=mark, count="exact")["count"] == 0
        for kind in ("json", "csv", "ndjson"):
            answer = client.get(name, page_size=500, format=kind, fields=_every_field(name, client)).content
            assert [mark for mark in hidden if mark.encode() in answer] == []


def _every_field(name: str, client: Api) -> str:
    """Every member this reader may ask for, those of a single row too."""
    row = client.results(name, page_size=1)[0] if client.results(name, page_size=1) else {}
    return ",".join(client.json(f"{name}/{row['id']}") if row else ["id"])


@pytest.mark.parametrize("reader", READERS)
def test_every_route_does_what_it_says(reader, world, checked):
    schema = _aimed(contract.published(), world)
    headers = _headers(reader)
    tried = 0
    for result in schemathesis.openapi.from_dict(schema).get_all_operations():
        operation = result.ok()
        operation.app = application

        @hypothesis_settings(max_examples=6, **OPTIONS)
        @given(case=operation.as_strategy())
        def check(case):
            response = case.call(headers=headers, app=application)
            checked(response, case, reader)
            case.validate_response(response, headers=headers, excluded_checks=[ignored_auth])

        check()
        tried += 1
    assert tried == len(schema["paths"])
    assert {200, 404} <= set(checked.seen)
    assert 429 not in checked.seen


def _aimed(schema: dict, world: World) -> dict:
    """The schema, its parameters aimed at what is there: ids and texts of hidden rows above all."""
    for path, item in schema["paths"].items():
        given = ("cursor",) if path.endswith("/changes") else ("cursor", "after")  # the API's to give
        parameters = [each for each in item["get"]["parameters"] if each["name"] not in given]
        item["get"]["parameters"] = [each | {"schema": _aim(path, each, world)} for each in parameters]
    return schema


def _aim(path: str, parameter: dict, world: World) -> dict:
    schema, resource = parameter["schema"], re.match(r"/api/v1/(?:exports/)?([a-z-]+)", path)[1]
    if parameter["name"] == "id":
        ids = [each for found in world.ids.values() for each in found.get(resource, [])]
        return schema | {"enum": [*ids, "019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"]}
    if parameter["name"] == "after":
        return {"type": "string", "enum": [""]}  # the beginning; the link gives the others
    if "x-names" in schema:  # without what the reader has no scope for: that is a 400
        members = BY_NAME[resource]().all_fields if resource in BY_NAME else {}
        names = [name for name in schema["x-names"] if name not in members or not members[name].scope]
        one = f"({'|'.join(each for each in names if each not in rows.KEYED)})"
        return {"type": "string", "pattern": f"^{one}(,{one})*$"}
    if parameter["in"] == "query" and schema.get("pattern"):
        return {
            "anyOf": [schema, {"type": "string", "enum": [*MARKS.values(), PERSON, DRAFT, "code-theirs"]}]
        }
    return schema


@pytest.mark.parametrize("reader", READERS)
def test_along_the_links(reader, world, checked):
    """From each list to the row it names and back: every kind of row this reader has is reached so."""
    published = _aimed(contract.published(), world)
    names = [path.split("/")[3] for path in published["paths"] if path.endswith("{id}")]
    assert len(names) >= 10
    for name in names:
        pair = {path: item for path, item in published["paths"].items() if path.split("/")[3] == name}
        rows_there = name in rows.OPEN or reader != "anonymous"
        followed = _walk(published | {"paths": pair}, reader, checked, rounds=40 if rows_there else 2)
        assert rows_there == (f"/api/v1/{name}/{{id}}" in followed), name


def _walk(published: dict, reader: str, checked, rounds: int) -> set[str]:
    """The single rows reached along the links of these paths; rounds differ, and end once one was reached."""
    schema = schemathesis.openapi.from_dict(published)
    for result in schema.get_all_operations():
        result.ok().app = application
    followed: set[str] = set()

    class Walk(schema.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"headers": _headers(reader), "app": application}

        def validate_response(self, response, case, **kwargs):
            checked(response, case, reader)
            case.validate_response(response, headers=_headers(reader), excluded_checks=[ignored_auth])
            if response.status_code == 200 and case.path.endswith("{id}"):
                followed.add(case.path)

    for number in range(rounds):
        seed(number)(Walk).run(
            settings=hypothesis_settings(max_examples=4, stateful_step_count=6, **OPTIONS | RANDOM)
        )
        if followed:
            break
    return followed


def _headers(reader: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {READERS[reader]}"} if READERS[reader] else {}
