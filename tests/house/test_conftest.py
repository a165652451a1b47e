"""The tests' own house: rows of migrations survive, the queue runs, threads are separate."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import User
from grants.models import DeMinimisCeiling


def migration_rows():
    return (
        sorted(Group.objects.values_list("name", flat=True)),
        User.objects.filter(is_system=True).count(),
        DeMinimisCeiling.objects.count(),
    )


WANTED = (
    ["auditor", "communication", "finance", "hub_manager", "manager", "officer", "partner_editor"],
    1,
    1,
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_rows_of_migrations_survive_tests_that_commit(time, officer):
    assert migration_rows() == WANTED
    assert User.objects.count() == 2
    Group.objects.create(name="left behind")
    DeMinimisCeiling.objects.all().delete()


@pytest.mark.django_db
def test_rows_of_migrations_are_there_in_ordinary_tests():
    assert migration_rows() == WANTED


@pytest.mark.django_db(transaction=True)
def test_rows_put_back_keep_their_triggers(officer):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_together_gives_each_function_its_own_connection(together):
    def backend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    assert len(set(together(*[backend] * 50))) == 50


@pytest.mark.django_db(transaction=True)
def test_together_returns_exceptions(together):
    def fail():
        raise ValueError("no")

    assert [type(result) for result in together(fail, lambda: 1)] == [ValueError, int]


def test_people_have_their_roles(officer, officer2, manager, finance, auditor, entrepreneur, system):
    names = [person.role_names for person in (officer, officer2, manager, finance, auditor, entrepreneur)]
    assert names == [{"officer"}, {"officer"}, {"manager"}, {"finance"}, {"auditor"}, set()]
    assert not any(p.is_superuser for p in (officer, manager, finance, auditor))
    assert list(entrepreneur.enterprise_roles.values()) == ["owner"]
    assert system.is_system


def test_run_jobs_runs_what_is_queued(run_jobs, mailoutbox, officer):
    from wecd.common.models import OutboxMessage
    from wecd.common.tasks import send_message

    message = OutboxMessage.objects.create(
        template="t", language="fr", to="a@example.org", subject="s", body="b"
    )
    send_message.defer(message_id=str(message.pk))

    assert run_jobs() == ["wecd.common.tasks.send_message"]
    assert [mail.to for mail in mailoutbox] == [["a@example.org"]]
    assert run_jobs() == []
