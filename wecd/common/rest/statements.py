"""SQL that is built once, prepared once a connection, and run many times.

Django's ORM takes milliseconds to build and compile a page's SQL, and PostgreSQL as long to plan it. Here a
queryset with holes becomes a text in which everything is a literal but the holes; each connection prepares it
once, under one generic plan (``plan_cache_mode`` in the settings), and a request only sends what fills them.

Runs on Django's own connection, so a statement sees what the transaction around it did, and tests count it.
The result is libpq's: bytes as PostgreSQL wrote them, never decoded where they only pass through.
"""

import itertools
import re
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections, models
from psycopg import Connection, Error, errors, sql
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from wecd.common.rest.holes import PLACEHOLDER, Hole, compiled

MOST_PREPARED = 200  # statements a connection keeps ready
# Of a statement the connection has no more, or that a migration made stale.
FORGOTTEN = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)

_numbers = itertools.count(1)
_prepared: WeakKeyDictionary[Connection, OrderedDict[int, bytes]] = WeakKeyDictionary()


class Ready:
    """A statement whose only parameters are holes, by name."""

    def __init__(self, text: str, names: tuple[str, ...]):
        self.text, self.names = text.encode(), names
        self.number = next(_numbers)
        self.uses = 0

    @classmethod
    def of(cls, rows: models.QuerySet) -> "Ready":
        """Build it from a queryset with holes."""
        statement = compiled(rows)
        return cls.from_sql(statement.sql, statement.params)

    @classmethod
    def from_sql(cls, text: str, params: tuple) -> "Ready":
        """``text`` has psycopg's placeholders. Values become quoted literals, holes ``$1``, ``$2`` and so on.

        A hole that stands in several places is one parameter.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        connection.ensure_connection()
        raw, names, waiting = connection.connection, [], iter(params)

        def fill(found: re.Match) -> str:
            if found[0] == "%%":
                return "%"
            value = next(waiting)
            if not isinstance(value, Hole):
                return sql.Literal(value).as_string(raw)
            if value.name not in names:
                names.append(value.name)
            return f"${names.index(value.name) + 1}"

        text = PLACEHOLDER.sub(fill, text)
        return cls(text, tuple(names))

    def run(self, values: Mapping[str, str | None]) -> PGresult:
        """Run it. ``values`` are texts as PostgreSQL reads them; a hole without one is a ``KeyError``.

        The second run on prepares. A connection that was lost is opened again once, as Django does between
        requests; inside a transaction the error stands.
        """
        self.uses += 1
        connection = connections[DEFAULT_DB_ALIAS]
        given = [None if values[name] is None else values[name].encode() for name in self.names]
        started = time.monotonic()
        with connection.wrap_database_errors:
            try:
                result = self._run(connection, given)
            except Error as error:
                if connection.in_atomic_block:
                    raise
                if isinstance(error, FORGOTTEN):
                    _prepared.pop(connection.connection, None)
                elif connection.connection is not None and connection.connection.closed:
                    connection.close()
                else:
                    raise
                result = self._run(connection, given)
        if connection.queries_logged:
            connection.queries_log.append(
                {"sql": self.text.decode(), "time": f"{time.monotonic() - started:.3f}"}
            )
        return result

    def _run(self, connection, given: list[bytes | None]) -> PGresult:
        connection.ensure_connection()
        raw = connection.connection
        libpq = raw.pgconn
        if not raw.autocommit and libpq.transaction_status == TransactionStatus.IDLE:
            raw.execute("")  # psycopg begins a transaction with its first statement, and only with that
        if self.uses == 1:
            result = libpq.exec_params(self.text, given)
        else:
            result = libpq.exec_prepared(self._name(raw), given)
        return _checked(result, raw)

    def _name(self, raw: Connection) -> bytes:
        """Its name on this connection, prepared now if it is not yet; the one unused longest makes room."""
        known = _prepared.setdefault(raw, OrderedDict())
        name = known.get(self.number)
        if name is not None:
            known.move_to_end(self.number)
            return name
        while len(known) >= MOST_PREPARED:
            _number, oldest = known.popitem(last=False)
            _checked(raw.pgconn.exec_(b"DEALLOCATE " + oldest), raw)
        name = b"wecd_%d" % self.number
        _checked(raw.pgconn.prepare(name, self.text), raw)
        known[self.number] = name
        return name


def _checked(result: PGresult, raw: Connection) -> PGresult:
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise errors.error_from_result(result, encoding=raw.info.encoding)
    return result


class Kept:
    """The things made last, by what they were made for; the one unused longest makes room."""

    def __init__(self, most: int):
        self.most, self.lock = most, Lock()
        self.things: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable):
        with self.lock:
            thing = self.things.get(key)
            if thing is not None:
                self.things.move_to_end(key)
            return thing

    def clear(self) -> None:
        with self.lock:
            self.things.clear()

    def put(self, key: Hashable, thing) -> None:
        with self.lock:
            self.things[key] = thing
            while len(self.things) > self.most:
                self.things.popitem(last=False)
