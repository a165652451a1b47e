"""Search that ignores accents and case, by trigrams over ``wecd_plain(text)`` (migration common 0003).

    search(Enterprise.objects.all(), plain("name", "number"), "creperie")

is answered by a GIN index on ``plain("name", "number")`` with ``gin_trgm_ops``.
"""

import re

from django.db import models
from django.db.models import BooleanField, Expression, F, Func, Q, TextField, Value

MOST_WORDS = 8


class Plain(Func):
    """``wecd_plain(a || ' ' || b)`` over columns that are never null."""

    output_field = TextField()

    def as_sql(self, compiler, connection, **extra):  # type: ignore[override]
        parts = [compiler.compile(part) for part in self.source_expressions]
        joined = " || ' ' || ".join(sql for sql, _params in parts)
        return f"wecd_plain({joined})", [param for _sql, params in parts for param in params]


class Like(Expression):
    """``column LIKE wecd_plain(pattern)``: the pattern is a constant, so an index on the column serves."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: Expression, text: str):
        super().__init__()
        escaped = re.sub(r"([%_\\])", r"\\\1", text)
        self.parts = [column, Value(f"%{escaped}%")]

    def get_source_expressions(self):
        return self.parts

    def set_source_expressions(self, expressions):
        self.parts = expressions

    def as_sql(self, compiler, connection):
        column, column_params = compiler.compile(self.parts[0])
        pattern, pattern_params = compiler.compile(self.parts[1])
        return f"{column} LIKE wecd_plain({pattern})", [*column_params, *pattern_params]


def plain(*columns: str) -> Plain:
    """The columns together, without accents or capitals; for a search and for its index."""
    return Plain(*(F(column) for column in columns))


def contains(column: Expression, text: str) -> Q:
    """Rows whose ``column`` holds every word of ``text``; all rows when it is empty."""
    found = Q()
    for word in text.replace("\x00", "").split()[:MOST_WORDS]:
        found &= Q(Like(column, word))
    return found


def search(rows: models.QuerySet, column: Expression, text: str) -> models.QuerySet:
    return rows.filter(contains(column, text))
