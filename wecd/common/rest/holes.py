"""SQL with holes: built from a queryset once, filled with each request's values.

A ``Hole`` stands in a queryset where a value will be: the reader's partner, the place a page begins at, this
moment. What the queryset decides (``visible_to_partner()`` first of all) is in the SQL; only the values wait.
"""

import re
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import DateTimeField, Expression, UUIDField

PLACEHOLDER = re.compile("%[s%]")


class Hole(Expression):
    """A value that comes later: ``Hole("partner", UUIDField())``."""

    def __init__(self, name: str, output_field: models.Field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return f"%s::{self.output_field.db_type(connection)}", [self]

    def __repr__(self) -> str:
        return f"Hole({self.name})"


def partner() -> Hole:
    """The id of the partner who reads."""
    return Hole("partner", UUIDField())


def now() -> Hole:
    """The instant of the request."""
    return Hole("now", DateTimeField())


@dataclass(frozen=True)
class Statement:
    """SQL (psycopg placeholders) and its parameters, some of them holes."""

    sql: str
    params: tuple

    def fill(self, **values) -> tuple:
        """The parameters, every hole filled; a hole without a value is a ``KeyError``."""
        return tuple(values[each.name] if isinstance(each, Hole) else each for each in self.params)


def compiled(rows: models.QuerySet) -> Statement:
    """The SQL of a queryset. Nothing is asked of the database."""
    sql, params = rows.query.get_compiler(DEFAULT_DB_ALIAS, connections[DEFAULT_DB_ALIAS]).as_sql()
    return Statement(sql, tuple(params))


def among(few: Statement, whole: Statement, model: type[models.Model]) -> Statement:
    """The whole statement, its table replaced by a few rows of it: joins begin there, and stay few.

    PostgreSQL orders no more than eight joins at a time, and would begin with any of them.
    """
    table = f'"{model._meta.db_table}"'
    parts = re.split(rf"\bFROM {table}(?!\S| [A-Z]\d)", whole.sql)  # in what is inside, Django calls it U0
    if len(parts) != 2:
        raise ValueError(f"{model.__name__}: the rows must come from its table, once.")
    before, after = parts
    split = PLACEHOLDER.findall(before).count("%s")
    params = (*whole.params[:split], *few.params, *whole.params[split:])
    return Statement(f"{before}FROM ({few.sql}) {table}{after}", params)
