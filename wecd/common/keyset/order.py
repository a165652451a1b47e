"""The order of a list, and places between its rows.

A list is read from a place, never from a number: ``(column, id) > (…)`` is answered by an index on
(column, id) however deep the place lies, and rows written meanwhile shift nothing.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F
from django.db.models.constants import LOOKUP_SEP

from wecd.common.rest.pages import RowComparison


class BadPlace(ValueError):
    """A text that is no place of this order: mistyped, or of a list sorted otherwise."""


@dataclass(frozen=True)
class Column:
    path: str
    field: models.Field
    descending: bool

    @property
    def nullable(self) -> bool:
        return self.field.null or LOOKUP_SEP in self.path

    def of(self, row):
        """The row's value, through its relations."""
        value = row
        for name in self.path.split(LOOKUP_SEP):
            value = getattr(value, name, None) if value is not None else None
        return value


@dataclass(frozen=True)
class Page:
    """Rows of one page; whether there are rows before and after them."""

    rows: list
    has_previous: bool
    has_next: bool


@dataclass(frozen=True)
class Order:
    """Columns of one direction, the last unique. ``never_null``: the first has no empty value here."""

    columns: tuple[Column, ...]
    never_null: bool = False

    @classmethod
    def of(cls, model: type[models.Model], names: Sequence, never_null: Sequence[str] = ()) -> "Order":
        """The order ``names`` (``["-at", "pk"]``) ask for, as far as one direction goes, then the key."""
        columns: list[Column] = []
        for name in names:
            column = _column(model, name)
            if column is None:
                break
            if columns and (column.descending != columns[0].descending or column.nullable):
                break
            columns.append(column)
            if column.field.unique and LOOKUP_SEP not in column.path:
                break
        pk = model._meta.pk
        if not columns or not (columns[-1].field.unique and LOOKUP_SEP not in columns[-1].path):
            columns.append(Column(pk.name, pk, columns[0].descending if columns else True))
        return cls(tuple(columns), columns[0].path in never_null)

    @property
    def names(self) -> list[str]:
        return [f"-{column.path}" if column.descending else column.path for column in self.columns]

    # --- Places ---------------------------------------------------------------------------------------
    def place_of(self, row) -> str:
        """The place of ``row``, as opaque text for an address."""
        values = [_plain(column.of(row)) for column in self.columns]
        text = json.dumps([",".join(self.names), *values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def values_at(self, place: str) -> list:
        """What ``place_of`` wrote. Not signed: a place invented by hand shows rows one may see anyway."""
        try:
            text = base64.urlsafe_b64decode(place.encode("ascii") + b"=" * (-len(place) % 4)).decode()
            signature, *values = json.loads(text)
            if signature != ",".join(self.names) or len(values) != len(self.columns):
                raise BadPlace("of another order")
            found = [
                None if value is None else column.field.to_python(value)
                for column, value in zip(self.columns, values, strict=True)
            ]
        except (ValueError, TypeError, ValidationError, binascii.Error) as error:
            raise BadPlace(str(error)) from error
        if None in found[1:] or (found[0] is None and not self.columns[0].nullable):
            raise BadPlace("an empty value where there is none")
        return found

    # --- Reading --------------------------------------------------------------------------------------
    def page(self, rows: models.QuerySet, size: int, *, after: list | None = None, before=None) -> Page:
        """``size`` rows after or before a place, else the first; ``before=[]`` gives the last."""
        backwards = before is not None
        found = self.read(rows, before if backwards else after, size + 1, backwards=backwards)
        more, found = len(found) > size, found[:size]
        if backwards:
            return Page(found[::-1], has_previous=more, has_next=bool(before))
        return Page(found, has_previous=after is not None, has_next=more)

    def read(self, rows: models.QuerySet, place: list | None, size: int, *, backwards: bool = False) -> list:
        """At most ``size`` rows beyond ``place``, nearest first.

        Empty values of the first column stand together at one end: they are read as a list of their own,
        since one condition over both would walk the whole index.
        """
        ordered = rows.order_by(*self._expressions(backwards))
        first = self.columns[0]
        if not first.nullable or self.never_null:
            return list((ordered.filter(self._beyond(place, backwards)) if place else ordered)[:size])
        empty_first = first.descending != backwards  # as Postgres sorts them
        found: list = []
        for empty in (empty_first, not empty_first):
            part = ordered.filter(**{f"{first.path}__isnull": empty})
            if place:
                inside = (place[0] is None) == empty
                if not inside and empty == empty_first:
                    continue  # the place lies beyond this part
                if inside:
                    part = part.filter(self._beyond(place, backwards, skip=int(empty)))
            found += part[: size - len(found)]
            if len(found) >= size:
                break
        return found

    def _expressions(self, backwards: bool) -> list:
        return [
            F(column.path).desc() if column.descending != backwards else F(column.path).asc()
            for column in self.columns
        ]

    def _beyond(self, place: list, backwards: bool, skip: int = 0) -> RowComparison:
        operator = "<" if self.columns[0].descending != backwards else ">"
        columns = [F(column.path) for column in self.columns[skip:]]
        return RowComparison(columns, operator, list(place[skip:]))


def _column(model, name) -> Column | None:
    """The column a name of ``Meta.ordering`` means; a relation means the first of its own ordering."""
    if not isinstance(name, str):
        return None
    path, descending = name.removeprefix("-"), name.startswith("-")
    parts = path.split(LOOKUP_SEP)
    field: Any = None
    for index, part in enumerate(parts):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        parts[index] = field.name
        if field.is_relation and getattr(field, "related_model", None):
            model = field.related_model
    if field.is_relation:
        beyond = _column(model, next(iter(model._meta.ordering), "pk"))
        if beyond is None:
            return None
        return Column(LOOKUP_SEP.join([*parts, beyond.path]), beyond.field, descending != beyond.descending)
    return Column(LOOKUP_SEP.join(parts), field, descending)


def indexed(model: type[models.Model]) -> set[str]:
    """The columns of ``model`` that an index, whole and without condition, begins with."""
    options = model._meta
    found = {f.name for f in options.concrete_fields if f.unique or getattr(f, "db_index", False)}
    found |= {index.fields_orders[0][0] for index in options.indexes if index.fields and not index.condition}
    found |= {
        constraint.fields[0]
        for constraint in options.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition
    }
    return {name for name in found if not options.get_field(name).is_relation}


def _plain(value):
    """A value as JSON knows it; ``to_python`` of its field reads it back."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
