"""Rows straight from PostgreSQL's COPY: any number of them, in constant memory, from one snapshot.

A snapshot has a connection of its own. Whatever ends it (the last row, an error, a client that went away, a
web process that was killed) ends its query, its transaction and its locks too, for all processes to see.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import errors, sql
from psycopg.pq import ExecStatus

from wecd.common.rest.holes import Statement

CHUNK = 128 * 1024  # bytes at least: a chunk a row triples the time
HEARTBEAT = 1000  # milliseconds without a row until an empty chunk lets the server look for the client
AS_CSV = "FORMAT csv"
# The text format would double backslashes. CSV leaves a line as it is while nothing in it wants quotes, and
# in JSON control characters stand escaped, never raw: with these for signs, nothing ever does.
AS_LINES = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'"


class Snapshot:
    """The database at one moment, read-only. ``begin()`` takes it; ``close()`` ends everything.

    Inside a transaction (tests) it is that transaction, on its connection: what is seen is what it sees.
    """

    def __init__(self, *, seconds: int, memory: str):
        current = connections[DEFAULT_DB_ALIAS]
        self.seconds, self.memory = seconds, memory
        self.borrowed = current.in_atomic_block
        self.wrapper = current if self.borrowed else current.copy()
        self.rows = 0
        self.running = False

    def begin(self, name: str = "") -> None:
        """Take the snapshot: of now, or the one another connection has, by the name it gave it."""
        if self.borrowed:
            return
        if self.wrapper.connection is None:
            self.wrapper.connect()
            self.wrapper.inc_thread_sharing()  # a server may close from another thread
            self.wrapper.set_autocommit(False)
            self.raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self.raw.read_only = True
        self.raw.rollback()
        if name:
            self.raw.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(name)))
        timeout = "transaction_timeout" if self.raw.info.server_version >= 170000 else "statement_timeout"
        for name, value in {
            timeout: f"{self.seconds}s",
            "client_connection_check_interval": "5s",
            "work_mem": self.memory,
            "jit": "off",
        }.items():
            self.raw.execute("SELECT set_config(%s, %s, true)", [name, value])

    @property
    def raw(self) -> psycopg.Connection:
        return self.wrapper.connection

    @contextmanager
    def as_default(self):
        """While inside, Django's queries of this thread go to this snapshot."""
        before = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self.wrapper
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = before

    def lock(self, name: str, slots: int) -> bool:
        """Take one of so many locks of this name, held while the snapshot is; whether one was free."""
        with self.wrapper.cursor() as cursor:
            cursor.execute(
                "SELECT slot FROM generate_series(1, %s) slot"
                " WHERE pg_try_advisory_xact_lock(hashtextextended(%s || slot, 0)) LIMIT 1",
                [slots, f"{name}:"],
            )
            return cursor.fetchone() is not None

    def held(self, name: str, slots: int) -> int:
        """How many of these locks are held now, by this snapshot and by others."""
        with self.wrapper.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM generate_series(1, %s) slot JOIN pg_locks ON locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                " AND objsubid = 1"
                " AND classid::bigint << 32 | objid::bigint = hashtextextended(%s || slot, 0)",
                [slots, f"{name}:"],
            )
            return cursor.fetchone()[0]

    def copy(self, rows: Statement, form: str) -> Iterator[bytes]:
        """The rows as COPY writes them, in chunks; empty ones while there is nothing. Counts ``rows``.

        ``LIMIT ALL`` limits nothing, but with it PostgreSQL sorts columns first and makes text of them after.
        """
        text = psycopg.ClientCursor(self.raw).mogrify(
            f"COPY ({rows.sql} LIMIT ALL) TO STDOUT ({form})", rows.params
        )
        self.running = True
        libpq = self.raw.pgconn
        waiting = select.poll()
        waiting.register(libpq.socket, select.POLLIN)
        libpq.send_query(text.encode())
        while libpq.flush():
            select.select([], [libpq.socket], [])
        while libpq.is_busy():
            if waiting.poll(HEARTBEAT):
                libpq.consume_input()
            else:
                yield b""
        self._check(libpq.get_result(), ExecStatus.COPY_OUT)
        held: list[memoryview] = []
        take = libpq.get_copy_data
        add, room = held.append, CHUNK
        while True:  # once a row: nothing is done here that can be done once a chunk
            size, row = take(1)
            if size > 0:
                add(row)
                room -= size
                if room > 0:
                    continue
            elif size < 0:
                break
            elif waiting.poll(HEARTBEAT):
                libpq.consume_input()
                continue
            yield b"".join(held)
            held.clear()
            room = CHUNK
        result = libpq.get_result()
        self._check(result, ExecStatus.COMMAND_OK)
        self.rows = result.command_tuples or 0
        while libpq.get_result():
            pass
        self.running = False
        if held:
            yield b"".join(held)

    def _check(self, result, expected: ExecStatus) -> None:
        if result is None:
            raise psycopg.OperationalError("The connection to the database was lost.")
        if result.status != expected:
            raise errors.error_from_result(result, encoding=self.raw.info.encoding)

    def close(self) -> None:
        """End the query if it runs, the transaction and the connection. As often as you like."""
        if self.borrowed:
            return
        if self.wrapper.connection is None:
            return
        with suppress(psycopg.Error):
            if self.running:
                self.raw.cancel_safe(timeout=2)  # the database looks for its client only when it has a row
            else:
                self.raw.rollback()  # locks are free when this returns
        self.running = False
        with suppress(psycopg.Error):
            self.raw.close()
        self.wrapper.close()
