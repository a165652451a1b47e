"""Keyset pages: page 10,000 costs what page 1 does, and rows written meanwhile shift nothing."""

import base64
import json
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import BooleanField, Expression, F, UUIDField
from django.db.models.expressions import RawSQL
from psycopg.pq.abc import PGresult

from wecd.common.rest.holes import Hole, Statement, among, compiled
from wecd.common.rest.statements import Ready

LOOKS = 5  # pages a reader's rows are looked for among everybody's before they are looked for by themselves


class BadCursor(ValueError):
    """A cursor that is not one of ours, or is of another ordering."""


@dataclass(frozen=True)
class Cursor:
    """A place between two rows of one ordering, and the direction to read in.

    ``key`` and ``pk`` are texts as PostgreSQL writes them. Opaque to clients, and signed: whatever comes back
    is something this API gave.
    """

    ordering: str
    backwards: bool
    key: str
    pk: str

    def encode(self) -> str:
        parts = [self.ordering, int(self.backwards), self.key, self.pk]
        text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        return _signer().sign(text)

    @classmethod
    def decode(cls, text: str, ordering: str) -> "Cursor":
        try:
            text = _signer().unsign(text)
        except BadSignature:
            raise BadCursor("is not a cursor this API gave")
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if len(parts) != 4:
            raise BadCursor("is of an earlier version: begin again without it")
        found, backwards, key, pk = parts
        if found != ordering:
            raise BadCursor(f"belongs to the ordering “{found}”: begin again without it")
        return cls(found, bool(backwards), key, pk)


def _signer() -> Signer:
    return _signer_with(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=1)
def _signer_with(key: str, fallbacks: tuple[str, ...]) -> Signer:
    return Signer(key=key, fallback_keys=list(fallbacks), salt="wecd.api.cursor", sep=".")


class RowComparison(Expression):
    """``(a, b) < (x, y)``: one comparison of rows, which an index on (a, b) answers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: list, operator: str, values: list):
        super().__init__()
        self.operator = operator
        self.size = len(columns)
        self.parts = [*columns, *(each if _is_sql(each) else models.Value(each) for each in values)]

    def get_source_expressions(self):
        return self.parts

    def set_source_expressions(self, expressions):
        self.parts = expressions

    def as_sql(self, compiler, connection):
        compiled = [compiler.compile(part) for part in self.parts]
        left = ", ".join(sql for sql, _params in compiled[: self.size])
        right = ", ".join(sql for sql, _params in compiled[self.size :])
        params = [param for _sql, part_params in compiled for param in part_params]
        return f"({left}) {self.operator} ({right})", params


def _is_sql(value) -> bool:
    return hasattr(value, "resolve_expression")


@dataclass(frozen=True)
class Page:
    rows: list[bytes]  # each a JSON text
    next: Cursor | None
    previous: Cursor | None


class Pages:
    """The pages of some rows in one ordering, read in one direction from one kind of place.

    ``rows`` may have holes. ``ordering`` is the public name, with "-" for descending; ties are broken by the
    primary key in the same direction, so an index on (column, id) serves both.

    Where readers see different rows (``shared`` is false), a page is looked for in two ways, because one
    prepared plan cannot be right for all. First along the ordering, through a few pages' worth of everybody's
    rows: enough for a reader who may see much. If that finds too few, from the reader's own rows, lane by
    lane (``Resource.lanes``), each of which gives its first: little work for a reader who may see little.
    """

    def __init__(self, rows, row: Expression, ordering: str, column, size: int, *, place="", shared, lanes):
        self.ordering, self.size, self.place = ordering, size, place
        self.backwards = place == "before"
        descending = ordering.startswith("-") != self.backwards
        order = [column.desc(), F("pk").desc()] if descending else [column.asc(), F("pk").asc()]
        self.beyond = None
        if place:
            key_type = rows.annotate(_key=column).query.annotations["_key"].output_field
            holes = [Hole("key", key_type), Hole("pk", UUIDField())]
            self.beyond = RowComparison([column, F("pk")], "<" if descending else ">", holes)
        found = self._from_place(rows).order_by(*order).annotate(_key=column, _pk=F("pk"))
        whole = compiled(found.annotate(_data=row).values_list("_data", "_key", "_pk")[: size + 1])
        if shared:
            self.statements = [Ready.from_sql(whole.sql, whole.params)]
        else:
            near = compiled(self._nearest(rows.model, column, order))
            own = self._own(found, descending, lanes)
            ways = [among(few, whole, rows.model) for few in (near, own)]
            self.statements = [Ready.from_sql(way.sql, way.params) for way in ways]

    def _from_place(self, rows):
        return rows if self.beyond is None else rows.filter(self.beyond)

    def _nearest(self, model, column, order):
        """The first rows of the table in this order, whoever may see them."""
        nearest = model._base_manager.exclude(**{column.name: None})
        return self._from_place(nearest).order_by(*order)[: (self.size + 1) * LOOKS]

    def _own(self, found, descending: bool, lanes) -> Statement:
        """The reader's first rows: the first of each lane, and of those the first."""
        if lanes:
            path, ids = lanes
            ids = compiled(ids.order_by().values_list("pk"))
            each = found.filter(**{path: RawSQL("lane.id", [])})  # noqa: S611
            keys = compiled(each.values_list("_key", "_pk")[: self.size + 1])
            own, params = f"({ids.sql}) lane(id) CROSS JOIN LATERAL ({keys.sql})", (*ids.params, *keys.params)
        else:
            keys = compiled(found.order_by().values_list("_key", "_pk"))
            own, params = f"({keys.sql} OFFSET 0)", keys.params
        direction = "DESC" if descending else "ASC"
        table, pk = found.model._meta.db_table, found.model._meta.pk.column
        return Statement(
            f"""SELECT * FROM "{table}" WHERE "{pk}" IN (
                SELECT own._pk FROM {own} own
                ORDER BY own._key {direction}, own._pk {direction} LIMIT {self.size + 1}
            ) OFFSET 0""",  # noqa: S608  (SQL of our own querysets)
            params,
        )

    def read(self, cursor: Cursor | None = None, **values) -> Page:
        """The page at this place; one statement, two for a reader whose rows are few."""
        if cursor:
            values |= {"key": cursor.key, "pk": cursor.pk}
        for statement in self.statements:
            result = statement.run(values)
            if result.ntuples > self.size:
                break
        return self._page(result)

    def _page(self, result: PGresult) -> Page:
        more = result.ntuples > self.size
        places = list(range(min(result.ntuples, self.size)))
        if self.backwards:
            places.reverse()
        if not places:
            return Page([], None, None)
        has_next = True if self.backwards else more
        has_previous = more if self.backwards else bool(self.place)

        names = [result.fname(column) for column in range(3)]  # Django chooses their order
        data, *place = map(names.index, (b"_data", b"_key", b"_pk"))

        def beside(row: int, backwards: bool) -> Cursor:
            key, pk = (result.get_value(row, column) for column in place)
            return Cursor(self.ordering, backwards, (key or b"").decode(), (pk or b"").decode())

        return Page(
            [result.get_value(row, data) or b"" for row in places],
            beside(places[-1], False) if has_next else None,
            beside(places[0], True) if has_previous else None,
        )
