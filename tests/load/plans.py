"""The plan of every list of the API, at a thousand rows and at a million.

    WECD_BENCH_DIR=… .venv/bin/python -m tests.load.plans [ROWS …]      # 1000 and 1000000 by default

Makes a scratch database beside the bench's, fills the table of each resource with copies of one row, prints
what PostgreSQL does for the first page in each ordering, and drops the database. Nobody's data are touched.
"""

import json
import os
import sys

from wecd import embedded

SCRATCH = "plans"


def main(sizes: list[int]) -> None:
    from tests.load.measuring import DATA

    embedded.start(DATA)
    cluster = embedded.Cluster(DATA.resolve())
    for size in sizes:
        _drop(cluster)
        cluster.ensure_database(SCRATCH)
        os.environ["DATABASE_URL"] = cluster.url(SCRATCH)
        command = [sys.executable, "-m", "tests.load.plans", "--here", str(size)]
        os.spawnv(os.P_WAIT, sys.executable, command)
    _drop(cluster)


def _drop(cluster: embedded.Cluster) -> None:
    import psycopg

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{SCRATCH}" WITH (FORCE)')


def here(size: int) -> None:
    """In the database of the environment: make the tables, fill them, print a line a list and ordering."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wecd.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    partner, resources = _one_of_each()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in dict.fromkeys(resource.model for resource in resources):
            _multiply(cursor, model, size)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    print(f"\n{size:,} rows\n\n| list | ordering | ms | buffers | reads | sorts |\n|---|---|---|---|---|---|")
    for resource in resources:
        for ordering in resource.orderings():
            _explain(resource, ordering, partner)


def _one_of_each():
    """One row of every resource, as the tests make them, and the partner who may see them all."""
    from django.contrib.auth.models import Group

    from partners.models import Partner
    from tests.accounts.factories import UserFactory
    from tests.actions.factories import ActionFactory
    from tests.api import rows
    from wecd.catalogue import RESOURCES

    Group.objects.get_or_create(name="officer")
    officer, manager = UserFactory(), UserFactory()
    partner = Partner.objects.create(code="plans", name="Plans")
    action = ActionFactory(lead=partner)
    for name in rows.ALL:
        rows.make(name, action, officer, manager)
    return partner, [resource() for resource in RESOURCES]


def _multiply(cursor, model, size: int) -> None:
    """Copy the newest row until there are so many: unique columns differ, moments lie a minute apart."""
    from django.db.models import UniqueConstraint

    table, names, values = model._meta.db_table, [], []
    rules = [each for each in model._meta.constraints if isinstance(each, UniqueConstraint)]
    unique = {name for rule in rules for name in rule.fields if not model._meta.get_field(name).remote_field}
    for field in model._meta.concrete_fields:
        column = f't."{field.column}"'
        kind = field.get_internal_type()
        if field.primary_key or (field.unique and field.remote_field):
            of = field.remote_field.model._meta.db_table if field.remote_field else table
            value = f"md5('{of}' || i)::uuid"
        elif field.unique or field.name in unique:
            value = {
                "CharField": f"left({column}, 20) || '-' || i",
                "SlugField": f"left({column}, 20) || '-' || i",
            }.get(
                kind,
                f"md5('{field.column}' || i)::uuid"
                if kind == "UUIDField"
                else "i"
                if "Integer" in kind
                else column,
            )
        elif kind == "DateTimeField":
            value = f"{column} - i * interval '1 minute'"
        else:
            value = column
        names.append(f'"{field.column}"')
        values.append(value)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM generate_series(1, %s) i, "  # noqa: S608
        f"(SELECT * FROM {table} ORDER BY created_at DESC LIMIT 1) t ON CONFLICT DO NOTHING",
        [size],
    )


def _explain(resource, ordering: str, partner) -> None:
    from django.db import connection
    from django.http import QueryDict

    from wecd.common.rest.views import Listing

    scopes = frozenset({resource.scope})
    listing = Listing(resource, scopes, QueryDict(f"ordering={ordering}"), "")
    statement = listing._pages("", False).statements[0]
    values = {"partner": str(partner.pk), "since": None}
    given = [f"'{values[name]}'" for name in statement.names]
    with connection.cursor() as cursor:
        raw = connection.connection
        name = statement._name(raw).decode()
        arguments = f"({', '.join(given)})" if given else ""
        for _warm in range(2):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT json) EXECUTE {name}{arguments}")
            plan = cursor.fetchone()[0]
    plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]
    nodes = list(_nodes(plan["Plan"]))
    own = resource.model._meta.db_table
    read = [
        f"{node['Node Type']}{' ' + node['Index Name'] if 'Index Name' in node else ''}"
        for node in nodes
        if node.get("Relation Name") == own
    ]
    sorts = sum(node["Node Type"].endswith("Sort") for node in nodes)
    buffers = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    cells = [
        resource.name,
        ordering,
        f"{plan['Execution Time']:.1f}",
        str(buffers),
        ", ".join(read),
        str(sorts),
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def _nodes(plan: dict):
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        here(int(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or [1_000, 1_000_000])
