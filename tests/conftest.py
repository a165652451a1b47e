"""What every test may ask for: people, a real PostgreSQL, the queue, threads.

- ``officer``, ``officer2``, ``manager``, ``finance``, ``communication``, ``auditor``: staff in their group,
  signed in by nobody. ``partner_editor`` and ``hub_manager`` have one partner, one hub.
- ``entrepreneur`` owns ``enterprise``. ``system`` is the person in whose name jobs act.
- ``run_jobs()`` runs what is queued; ``together(*functions)`` runs functions at once, each on its own
  connection (needs ``@pytest.mark.django_db(transaction=True)``).

Tests with ``transaction=True`` start from the same rows as all others: what migrations put in the database
(roles, the system user, the de minimis ceiling) is put back after each.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation

from tests import database
from wecd.api import limits, usage
from wecd.common import public_cache
from wecd.pages.partners import KEY as FOOTER_PARTNERS

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in the test's thread


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, tmp_path_factory):
    """One database per test process, copied from the migrated template."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    before, name = connection.settings_dict["NAME"], f"wecd_test_{worker}_{os.getpid()}"
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.rows.restore())
    with django_db_blocker.unblock():
        database.create(name)
        database.rows.remember()
    yield
    patch.undo()
    with django_db_blocker.unblock():
        database.use(before)
        with database.maintenance() as server:
            database.drop(server, name)


@pytest.fixture(autouse=True, scope="session")
def _media_in_tmp(tmp_path_factory):
    from django.conf import settings

    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _empty_caches():
    """Nothing kept from the test before; the footer's partners are read once a minute, not in each test."""
    cache.clear()
    limits.forget()
    usage.forget()
    public_cache.forget()
    cache.set(FOOTER_PARTNERS, [], None)


@pytest.fixture(autouse=True)
def _in_english():
    """Every test begins in the language of the code, whatever the test before it spoke."""
    with translation.override("en"):
        yield


# --- People ---------------------------------------------------------------------------------------
def _staff(role: str, **kwargs):
    from tests.accounts.factories import UserFactory

    return UserFactory(roles=[role], email=f"{kwargs.pop('who', role)}@staff.example", **kwargs)


@pytest.fixture
def officer(db):
    return _staff("officer", name="Olivia Officer")


@pytest.fixture
def officer2(db):
    return _staff("officer", who="officer2", name="Otto Officer")


@pytest.fixture
def manager(db):
    return _staff("manager", name="Maud Manager")


@pytest.fixture
def finance(db):
    return _staff("finance", name="Félix Finance")


@pytest.fixture
def auditor(db):
    return _staff("auditor", name="Anna Auditor")


@pytest.fixture
def communication(db):
    return _staff("communication", name="Cora Communication")


@pytest.fixture
def partner_editor(db):
    """An editor of one partner: ``partner_editor.partner_memberships.get().partner``."""
    from tests.partners.factories import PartnerMemberFactory

    return PartnerMemberFactory(user=_staff("partner_editor", name="Pia Partner")).user


@pytest.fixture
def hub_manager(db):
    """The manager of one hub: ``hub_manager.hubs_managed.get().hub``."""
    from hubs.models import HubManager
    from tests.hubs.factories import HubFactory

    return HubManager.objects.create(hub=HubFactory(), user=_staff("hub_manager", name="Hugo Hub")).user


@pytest.fixture
def entrepreneur(db):
    """A person who owns one enterprise (``enterprise``)."""
    from tests.accounts.factories import EnterpriseFactory, UserFactory

    user = UserFactory(email="entrepreneur@example.org", name="Élise Entrepreneur")
    EnterpriseFactory(name="Ardenne Textiles", owner=user)
    return user


@pytest.fixture
def enterprise(entrepreneur):
    return entrepreneur.memberships.get().enterprise


@pytest.fixture
def system(db):
    """The person in whose name jobs act; every database has it from its first migration."""
    from accounts.models import User

    return User.objects.get(is_system=True)


# --- The queue ------------------------------------------------------------------------------------
@pytest.fixture
def run_jobs(db):
    """Run the queued jobs, and those they queue, oldest first; return the names of those that ran.

    A job's exception comes out of the call. ``later=True`` also runs jobs scheduled for the future.
    The jobs run in the test's own transaction, as the worker would have after the commit.
    """

    def run(*, later: bool = False) -> list[str]:
        from procrastinate.contrib.django import app

        due = "" if later else "AND (scheduled_at IS NULL OR scheduled_at <= now())"
        ran: list[str] = []
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, task_name, args FROM procrastinate_jobs "
                    f"WHERE status = 'todo' {due} ORDER BY id LIMIT 1"
                )
                job = cursor.fetchone()
                if job is None:
                    return ran
                identifier, name, arguments = job
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = 'doing', attempts = attempts + 1 WHERE id = %s",
                    [identifier],
                )
                _run_one(app, cursor, identifier, name, arguments)
            ran.append(name)

    return run


def _run_one(app, cursor, identifier, name, arguments):
    import json

    arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    outcome = "failed"
    try:
        app.tasks[name].func(**arguments)
        outcome = "succeeded"
    finally:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [outcome, identifier])


# --- Many at once ---------------------------------------------------------------------------------
@pytest.fixture
def together():
    """Run functions at the same moment in threads; return what each gave, or the exception it raised."""

    def run(*functions):
        barrier = threading.Barrier(len(functions), timeout=30)

        def one(function):
            try:
                connection.ensure_connection()
                barrier.wait()
                return function()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(one, functions))

    return run
