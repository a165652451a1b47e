"""Reads whose SQL is written once a process, for what must be quick.

The queryset decides what is read, as everywhere; only its translation into SQL, which costs more than many
an answer, is kept. Values that differ from one time to the next are holes (``wecd.common.rest.holes``).
Nothing else may differ: neither the language (a translated field in ``order_by``) nor the moment.

    ANSWERS = Prepared(lambda: Answer.objects.filter(application=Hole("application", UUIDField())))
    ANSWERS.read(application=row.pk)
"""

from collections.abc import Callable
from functools import cached_property
from typing import Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

from wecd.common.rest.holes import Hole, Statement

Some = TypeVar("Some", bound=models.Model)


def give(row: models.Model, relation: str, found: list) -> None:
    """Make ``row.<relation>.all()`` these rows, as ``prefetch_related`` would."""
    manager = getattr(row, relation)
    rows = manager.get_queryset()
    rows._result_cache, rows._prefetch_done = found, True
    row.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = rows


def by_key(name: str = "pk") -> Hole:
    """A hole for a UUID key."""
    return Hole(name, models.UUIDField())


class Prepared(Generic[Some]):
    """Rows of one model, with what ``select_related`` names; no annotations, prefetches or deferred fields.

    ``queryset`` is called at the first read, not before: models may still be loading. ``lock`` is a locking
    clause Django does not know, such as FOR KEY SHARE.
    """

    def __init__(self, queryset: Callable[[], "models.QuerySet[Some]"], *, lock: str = ""):
        self.queryset, self.lock = queryset, lock

    @cached_property
    def _read(self):
        rows = self.queryset()
        query = rows.query
        if query.annotations or query.deferred_loading[0]:
            raise TypeError("A prepared read has neither annotations nor deferred fields.")
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql(with_col_aliases=False)
        info = compiler.klass_info
        columns = info["select_fields"]
        own = slice(columns[0], columns[-1] + 1)
        names = [column[0].target.attname for column in compiler.select[own]]
        populators = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return Statement(f"{sql} {self.lock}", tuple(params)), rows.model, own, names, populators, converters

    @cached_property
    def locks(self) -> bool:
        return bool(self.lock) or self.queryset().query.select_for_update

    def read(self, **values) -> list[Some]:
        """The rows, with these values in the holes."""
        statement, model, own, names, populators, converters = self._read
        if not connection.in_atomic_block and self.locks:
            raise TransactionManagementError("A row can only be locked inside a transaction.")
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.fill(**values))
            rows = cursor.fetchall()
        if converters:
            rows = [_converted(list(row), converters) for row in rows]
        found = []
        for row in rows:
            instance = model.from_db(DEFAULT_DB_ALIAS, names, row[own])
            for populator in populators:
                populator.populate(row, instance)
            found.append(instance)
        return found

    def first(self, **values) -> Some | None:
        return next(iter(self.read(**values)), None)

    def get(self, **values) -> Some:
        """The one row; ``DoesNotExist`` when it is gone."""
        found = self.first(**values)
        if found is None:
            raise self._read[1].DoesNotExist
        return found


def _converted(row: list, converters: dict) -> list:
    for place, (functions, expression) in converters.items():
        for function in functions:
            row[place] = function(row[place], expression, connection)
    return row
