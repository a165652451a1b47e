"""Keyset pages: page 10,000 costs what page 1 does, and rows written meanwhile shift nothing."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import BooleanField, Expression, F

ENCODERS = {
    datetime: ("t", lambda value: value.astimezone(UTC).isoformat(), datetime.fromisoformat),
    date: ("d", date.isoformat, date.fromisoformat),
    Decimal: ("n", str, Decimal),
    int: ("i", int, int),
    str: ("s", str, str),
}
DECODERS = {mark: decode for mark, _encode, decode in ENCODERS.values()}


class BadCursor(ValueError):
    """A cursor that is not one of ours, or is of another ordering."""


@dataclass(frozen=True)
class Cursor:
    """A place between two rows of one ordering, and the direction to read in.

    Opaque to clients, and signed: whatever comes back is something this API gave.
    """

    ordering: str
    backwards: bool
    key: object
    pk: UUID

    def encode(self) -> str:
        mark, encode, _decode = ENCODERS[type(self.key)]
        parts = [self.ordering, int(self.backwards), mark, encode(self.key), str(self.pk)]
        text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        return _signer().sign(text)

    @classmethod
    def decode(cls, text: str, ordering: str) -> "Cursor":
        try:
            text = _signer().unsign(text)
        except BadSignature:
            raise BadCursor("is not a cursor this API gave")
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found, backwards, mark, key, pk = parts
        if found != ordering:
            raise BadCursor(f"belongs to the ordering “{found}”: begin again without it")
        return cls(found, bool(backwards), DECODERS[mark](key), UUID(pk))


def _signer() -> Signer:
    return Signer(salt="wecd.api.cursor", sep=".")


class RowComparison(Expression):
    """``(a, b) < (x, y)``: one comparison of rows, which an index on (a, b) answers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: list, operator: str, values: list):
        super().__init__()
        self.operator = operator
        self.size = len(columns)
        self.parts = [*columns, *(models.Value(value) for value in values)]

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


@dataclass(frozen=True)
class Page:
    rows: list[str]  # each a JSON text
    next: str | None
    previous: str | None


def read(
    rows: models.QuerySet, row: Expression, ordering: str, column, cursor: Cursor | None, size: int
) -> Page:
    """One page of ``rows`` as JSON, with the cursors of its neighbours; one query.

    ``ordering`` is the public name, with "-" for descending; ties are broken by the primary key in the
    same direction, so an index on (column, id) serves both.
    """
    descending = ordering.startswith("-") != bool(cursor and cursor.backwards)
    if cursor:
        operator = "<" if descending else ">"
        rows = rows.filter(RowComparison([column, F("pk")], operator, [cursor.key, cursor.pk]))
    order = [column.desc(), F("pk").desc()] if descending else [column.asc(), F("pk").asc()]
    found = list(rows.order_by(*order).values_list(row, column, "pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if cursor and cursor.backwards:
        found.reverse()
    if not found:
        return Page([], None, None)
    has_next = True if cursor and cursor.backwards else more
    has_previous = more if cursor and cursor.backwards else cursor is not None

    def beside(row, backwards):
        return Cursor(ordering, backwards, row[1], row[2]).encode()

    return Page(
        [row[0] for row in found],
        beside(found[-1], False) if has_next else None,
        beside(found[0], True) if has_previous else None,
    )
