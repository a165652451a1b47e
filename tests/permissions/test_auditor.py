"""An auditor posts to every address of the back office: nothing in the database is other than before.

Looking at a masked field is an act the journal keeps, and one's own saved views are one's own: only those may
be written.
"""

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.permissions import routes
from tests.permissions.world import World

OWN = {"django_session", "django_admin_log", "common_savedview"}  # signing in, and what is theirs alone
BODY = {
    "action": "approve_selected",
    "reason": "Because.",
    "text": "Changed",
    "name": "Changed",
    "title_fr": "Changed",
    "subject": "Changed",
    "body": "Changed",
    "message": "Changed",
    "confirm": "on",
    "post": "yes",
    "amount": "1000",
}
# What they look at or take with them is written down: nothing else changes.
LOOKED = {
    "/admin/accounts/enterprise/<path:object_id>/reveal/<slug:field>/": {"common_journalentry"},
    "/admin/calls/application/export/<slug:kind>/": {"common_journalentry"},
}


def fingerprint() -> dict[str, str]:
    """{table: a digest of all its rows}."""
    names = [name for name in connection.introspection.table_names() if name not in OWN]
    one = "SELECT '{0}', md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM \"{0}\" t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(name) for name in names))
        return dict(cursor.fetchall())


def changed_by(role: str) -> dict[str, set[str]]:
    """{address: the tables that a POST by this role to it changed}."""
    world = World()
    client = Client(raise_request_exception=False)
    world.enter(client, role)
    transaction.savepoint_commit(world.savepoint)
    world.savepoint = transaction.savepoint()
    before = fingerprint()
    changed = {}
    for route in routes.all_routes():
        if route.part != "admin" or route.name == "admin:logout":
            continue
        answer = client.post(world.fill(route), BODY | {"_selected_action": world.row(route)})
        assert answer.status_code < 500, f"{route.pattern}: {answer.status_code}"
        after = fingerprint()
        if after != before:
            changed[route.pattern] = {name for name in after if after[name] != before[name]}
            world.rewind()
    return changed


@pytest.mark.django_db
def test_an_auditor_changes_nothing():
    assert changed_by("auditor") == LOOKED


@pytest.mark.django_db
def test_the_same_posts_by_a_manager_do_change_something():
    """The test above can fail: these posts are not refused for being nonsense alone."""
    assert len(changed_by("manager")) > 5
