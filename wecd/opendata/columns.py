"""The members of a resource as typed Arrow columns: text that Postgres wrote becomes what it stands for.

Instants are timestamps in UTC, sums and rates exact decimals, words of a list dictionaries. What is inside a
row in the API (a related row, texts by language, money) is a struct of the same names here, several a list.
"""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from wecd.common.rest import fields as kinds

Values = list[Any]
MONEY = pa.decimal128(15, 2)
EXACT = (38, 9)  # of a number whose column nobody knows
ENUM = pa.dictionary(pa.int32(), pa.string())
INSTANT = pa.timestamp("us", tz="UTC")


class Column:
    """A type, and how to make an array of it from what the JSON of rows holds."""

    def __init__(self, kind: pa.DataType, read: Callable[[Values], pa.Array]):
        self.kind, self.read = kind, read


def column(field: kinds.Field, model: type[models.Model] | None) -> Column:
    """The column of one member. ``model``: of the row it stands in, where decimals say their size."""
    return _column(field, model)


def struct(fields: dict[str, kinds.Field], model: type[models.Model] | None) -> Column:
    """Members side by side: an object, or the row itself."""
    members = {name: column(each, model) for name, each in fields.items()}
    kind = pa.struct([pa.field(name, each.kind) for name, each in members.items()])

    def read(values: Values) -> pa.Array:
        arrays = [
            each.read([None if value is None else value.get(name) for value in values])
            for name, each in members.items()
        ]
        mask = pa.array([value is None for value in values], pa.bool_())
        return pa.StructArray.from_arrays(arrays, fields=list(kind), mask=mask)

    return Column(kind, read)


def _cast(kind: pa.DataType) -> Column:
    """Text that is cast; a number that does not fit is an error, never rounded."""
    return Column(kind, lambda values: pc.cast(pa.array(values, pa.string()), kind))


def _plain(kind: pa.DataType) -> Column:
    return Column(kind, lambda values: pa.array(values, kind))


@singledispatch
def _column(field: kinds.Field, model) -> Column:
    """Text, ids, addresses, and kinds this module does not know: as the API writes them."""
    return _plain(pa.string())


@_column.register
def _(field: kinds.Enum, model) -> Column:
    return Column(ENUM, lambda values: pa.array(values, pa.string()).dictionary_encode().cast(ENUM))


@_column.register
def _(field: kinds.Integer, model) -> Column:
    return _plain(pa.int64())


@_column.register
def _(field: kinds.Boolean, model) -> Column:
    return _plain(pa.bool_())


@_column.register
def _(field: kinds.Decimal, model) -> Column:
    return _cast(pa.decimal128(*_size(field, model)))


@_column.register
def _(field: kinds.Instant, model) -> Column:
    return _cast(INSTANT)


@_column.register
def _(field: kinds.Day, model) -> Column:
    return _cast(pa.date32())


@_column.register
def _(field: kinds.Money, model) -> Column:
    kind = pa.struct([pa.field("amount", MONEY), pa.field("currency", pa.string())])

    def read(values: Values) -> pa.Array:
        amounts = pa.array([value["amount"] if value else None for value in values], pa.string())
        currencies = pa.array([value["currency"] if value else None for value in values], pa.string())
        mask = pa.array([value is None for value in values], pa.bool_())
        return pa.StructArray.from_arrays([pc.cast(amounts, MONEY), currencies], fields=list(kind), mask=mask)

    return Column(kind, read)


@_column.register
def _(field: kinds.Words, model) -> Column:
    return struct({language: kinds.Text() for language in kinds.LANGUAGES}, None)


@_column.register
def _(field: kinds.Object, model) -> Column:
    return struct(field.fields, _related(model, field.source))


@_column.register
def _(field: kinds.Many, model) -> Column:
    inner = struct(field.fields, field.rows().model)
    kind = pa.list_(pa.field("item", inner.kind))

    def read(values: Values) -> pa.Array:
        offsets: list[int] = [0]
        flat: Values = []
        for value in values:
            flat += value or []
            offsets.append(len(flat))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner.read(flat), type=kind)

    return Column(kind, read)


def _related(model, path) -> type[models.Model] | None:
    """The model at the end of a path of relations; the same for none."""
    if model is None or not isinstance(path, str):
        return None
    try:
        for name in filter(None, path.split("__")):
            model = model._meta.get_field(name).related_model
    except (FieldDoesNotExist, AttributeError):
        return None
    return model


def _size(field: kinds.Decimal, model) -> tuple[int, int]:
    """Digits in all and after the point, as the database's column has them."""
    if not isinstance(field.source, str):
        return EXACT
    path, _, name = field.source.rpartition("__")
    owner = _related(model, path)
    try:
        number = owner._meta.get_field(name) if owner else None
    except FieldDoesNotExist:
        number = None
    return (number.max_digits, number.decimal_places) if isinstance(number, models.DecimalField) else EXACT
