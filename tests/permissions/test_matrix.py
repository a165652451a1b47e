"""Every role × every address: what each person gets, as tables one can read (``*.txt``).

Routes are enumerated from the URLconf. A route that is not in its table fails, and so does any answer
that differs: nothing is open by accident. After a deliberate change, write the tables anew with
``WRITE_MATRIX=1 pytest tests/permissions`` and read the difference line by line before committing it.
"""

import os
from pathlib import Path

import pytest
from django.template.response import SimpleTemplateResponse
from django.test import Client

from tests.permissions import routes
from tests.permissions.world import ROLES, World

TABLES = Path(__file__).parent


def word(response) -> str:
    """What an answer means for the person who asked."""
    place = response.headers.get("Location", "")
    if response.status_code in (301, 302, 303) and ("/login" in place or "/reauthenticate" in place):
        return "sign-in"
    if response.status_code in (301, 302, 303):
        return "hidden" if place == "/admin/" else "elsewhere"  # the admin says so of a row that is not there
    return {
        401: "key",
        403: "refused",
        404: "hidden",
        405: "refused",
    }.get(response.status_code, "yes" if response.status_code < 500 else "BROKEN")


def found(world: World, part: str) -> dict[str, list[str]]:
    """{"METHOD address": [word per role]} for every route of one part of the portal.

    A partner's key opens the API and nothing else, so only there is it tried.
    """
    table: dict[str, list[str]] = {}
    for route in routes.all_routes():
        if route.part != part:
            continue
        row = []
        for role in ROLES:
            if "key" in role and part != "api":
                continue
            client = Client(raise_request_exception=False)
            headers = world.enter(client, role)
            row.append(word(client.generic(route.method, world.fill(route), headers=headers, **route.body)))
            world.rewind()
        table[f"{route.method} {route.pattern}"] = row
    return table


def written(table: dict[str, list[str]]) -> str:
    width = max(map(len, table))
    wide = {role: max(10, len(role) + 1) for role in ROLES}
    head = " " * width + "  " + "".join(f"{role:<{wide[role]}}" for role in ROLES)
    lines = [
        f"{name:<{width}}  "
        + "".join(f"{word:<{wide[role]}}" for role, word in zip(ROLES, row, strict=False))
        for name, row in sorted(table.items())
    ]
    return "\n".join(line.rstrip() for line in [head, *lines]) + "\n"


@pytest.mark.parametrize("part", routes.PARTS)
@pytest.mark.django_db
def test_every_role_and_every_address(part, monkeypatch):
    # who gets in is asked here; what the pages show is rendered, and tested, elsewhere
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    actual, table = written(found(World(), part)), TABLES / f"{part}.txt"
    if os.environ.get("WRITE_MATRIX"):
        table.write_text(actual)
    expected = table.read_text()
    assert "BROKEN" not in actual
    differences = sorted(set(actual.splitlines()) ^ set(expected.splitlines()))
    assert actual == expected, f"Differs from {table.name}:\n" + "\n".join(differences)


@pytest.mark.django_db
def test_the_table_would_notice_an_open_door(monkeypatch):
    """Taking one check away changes the table: the test above can fail."""
    from calls.querysets import ApplicationQuerySet

    monkeypatch.setattr(ApplicationQuerySet, "in_full_to", lambda self, user: self)
    world = World()
    client = Client()
    headers = world.enter(client, "stranger")
    route = next(route for route in routes.all_routes() if route.name == "application")
    assert word(client.get(world.fill(route), headers=headers)) != "hidden"
