"""The tests' database: migrated once into a template, then copied for each process that tests.

The template's name holds a hash of every migration, so it is made again when one changes and otherwise
reused by the next run: a run starts in a second.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from psycopg import sql

PREFIX = "wecd_template_"
KEPT = ("django_migrations",)  # neither emptied nor refilled between tests


def migrations_hash() -> str:
    """A short hash of every migration file of every installed app."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    """A connection outside the tested database, holding a lock against other test processes."""
    params = connection.get_connection_params() | {"dbname": "postgres"}
    params = {key: value for key, value in params.items() if key not in ("cursor_factory", "context")}
    with psycopg.connect(**params, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext('wecd test databases'))")
        yield server


def create(name: str) -> None:
    """Make database ``name`` a fresh copy of the migrated template and point Django at it."""
    with maintenance() as server:
        template = PREFIX + migrations_hash()
        if not _exists(server, template):
            _drop_older_templates(server)
            _migrate(server, template)
        drop(server, name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    use(name)


def use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _exists(server: psycopg.Connection, name: str) -> bool:
    return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _migrate(server: psycopg.Connection, template: str) -> None:
    building = template + "_building"
    drop(server, building)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    use(building)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
    )


def _drop_older_templates(server: psycopg.Connection) -> None:
    rows = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (name,) in rows.fetchall():
        drop(server, name)


def _never_emptied(cursor) -> list[str]:
    """The tables whose triggers refuse TRUNCATE (the journal, the ledger, …)."""
    cursor.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger "
        "WHERE tgtype & 32 <> 0 AND NOT tgisinternal ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall()]


class Rows:
    """The rows that migrations put into a fresh database, kept to put them back after it was emptied."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self.contents: dict[str, bytes] = {}

    def remember(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            self.tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
            for table in self.tables:
                with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                    content = b"".join(bytes(block) for block in copy)
                if content:
                    self.contents[table] = content

    def restore(self) -> None:
        """Empty every table, then put the migrations' rows back without firing triggers.

        A page's last request may still be at work in the server's thread: after a deadlock, once more.
        """
        for patience in (0.5, 1, 2, None):
            try:
                self._restore()
                return
            except OperationalError as error:
                if patience is None or not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                    raise
                time.sleep(patience)

    def _restore(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")  # a test left a connection open: say so
            names = sql.SQL(", ").join(map(sql.Identifier, self.tables))
            guarded = _never_emptied(cursor)
            for table in guarded:
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
            for table in guarded:
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
            for table, content in self.contents.items():
                name = sql.Identifier(table)
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy:
                    copy.write(content)
            for table in self.contents:
                # The deferred foreign keys are checked now: a table with pending ones cannot be altered.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))


rows = Rows()
