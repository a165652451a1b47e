"""SQL that writes rows as JSON text or as the cells of a CSV, inside Postgres.

JSON is put together as text, by one ``concat`` a row: three times faster than ``json_build_object``, which
looks up every argument's type for every row. What makes JSON here is never null in SQL: it says ``null``. A
column that cannot be null is an argument as it is, without quotes put around it and a null to look for.
"""

import json

from django.db.models import Case, Expression, F, Func, Subquery, TextField, Value, When
from django.db.models.expressions import Col
from django.db.models.sql.constants import LOUTER

ARGUMENTS = 96  # of one function; Postgres takes a hundred
Piece = str | tuple[str, list]  # literal text, or SQL with its parameters


class Around(Expression):
    """SQL around one value, which may stand in it several times."""

    output_field = TextField()
    template = ""
    times = 1

    def __init__(self, value: Expression | F):
        super().__init__()
        self.value = value

    def get_source_expressions(self):
        return [self.value]

    def set_source_expressions(self, expressions):
        (self.value,) = expressions

    def as_sql(self, compiler, connection):
        sql, params = compiler.compile(self.value)
        return self.template.replace("{x}", sql), [*params] * self.times


class Json(Around):
    """One value as JSON text. ``template`` says null where there is none."""

    before = after = ""  # what stands around a value that is there
    sure = "{x}"  # its SQL among the arguments of ``concat``
    perhaps = ""  # the same of a value that may be null, where that is shorter than ``template``

    def pieces(self, compiler) -> list[Piece]:
        """What ``concat`` puts together."""
        sql, params = compiler.compile(self.value)
        if _is_sure(self.value, compiler):
            return [self.before, (self.sure.replace("{x}", sql), params), self.after]
        return [((self.perhaps or self.template).replace("{x}", sql), [*params] * self.times)]


class Bare(Json):
    """A number or a truth value as JSON."""

    template = "COALESCE(({x})::text, 'null')"


class Quoted(Json):
    """Text that holds nothing to escape (an id, a word of ours, a date, an exact number) as JSON."""

    before = after = '"'
    template = "COALESCE('\"' || ({x})::text || '\"', 'null')"


class Escaped(Json):
    """Anybody's text as JSON."""

    sure = "to_json(({x})::text)"
    perhaps = "COALESCE(to_json(({x})::text), 'null')"
    template = "COALESCE(to_json(({x})::text)::text, 'null')"


class Euros(Json):
    """An amount as JSON, with its currency."""

    before, after = '{"amount":"', '","currency":"EUR"}'
    template = """COALESCE('{"amount":"' || ({x})::text || '","currency":"EUR"}', 'null')"""


def _is_sure(value: Expression | F, compiler) -> bool:
    """Whether a resolved value is never null: a column that may not be, of a table every row has."""
    if isinstance(value, Moment | Date):
        (value,) = value.get_source_expressions()
    if not isinstance(value, Col) or value.target.null:
        return False
    table = compiler.query.alias_map.get(value.alias)  # none: the row of a query around this one
    return table is not None and table.join_type != LOUTER


class Currency(Around):
    """The currency, where there is an amount."""

    template = "CASE WHEN {x} IS NOT NULL THEN 'EUR' END"


class Cell(Around):
    """Marks anybody's text among the columns of a CSV (``cells``)."""

    template = "{x}"


class Cells(Expression):
    """Several columns of a COPY, in this order; Django's own ``values_list()`` promises none."""

    output_field = TextField()

    def __init__(self, cells: list[Expression]):
        super().__init__()
        self.cells = cells

    def get_source_expressions(self):
        return self.cells

    def set_source_expressions(self, expressions):
        self.cells = expressions

    def as_sql(self, compiler, connection):
        parts = [compiler.compile(cell) for cell in self.cells]
        return ", ".join(sql for sql, _params in parts), [param for _sql, params in parts for param in params]


class JsonObject(Expression):
    """The text of a JSON object. Its values are JSON text; its keys are ours, never a client's."""

    output_field = TextField()

    def __init__(self, members: dict[str, Expression]):
        super().__init__()
        self.keys, self.values = list(members), list(members.values())

    def get_source_expressions(self):
        return self.values

    def set_source_expressions(self, expressions):
        self.values = expressions

    def pieces(self, compiler) -> list[Piece]:
        """Literal text, and SQL with its parameters, in turn; objects inside become part of this one."""
        found: list = ["{"]
        for index, (key, value) in enumerate(zip(self.keys, self.values, strict=True)):
            found.append(f"{',' if index else ''}{json.dumps(key)}:")
            found += (
                value.pieces(compiler) if isinstance(value, Json | JsonObject) else [compiler.compile(value)]
            )
        return [*found, "}"]

    def as_sql(self, compiler, connection):
        arguments, params, literal = [], [], ""
        for piece in [*self.pieces(compiler), None]:
            if isinstance(piece, str):
                literal += piece
                continue
            if literal:
                arguments.append(_literal(literal))
                literal = ""
            if piece:
                arguments.append(piece[0])
                params.extend(piece[1])
        return _concat(arguments), params


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _concat(arguments: list[str]) -> str:
    while len(arguments) > ARGUMENTS:
        arguments = [
            f"concat({', '.join(arguments[start : start + ARGUMENTS])})"
            for start in range(0, len(arguments), ARGUMENTS)
        ]
    return f"concat({', '.join(arguments)})"


class JsonRows(Subquery):
    """The single column of a queryset, JSON text, as a JSON array in the queryset's order."""

    template = "(SELECT COALESCE('[' || string_agg(_r._v, ',') || ']', '[]') FROM (%(subquery)s) _r(_v))"
    output_field = TextField()


class Moment(Func):
    """An instant as text, in UTC, to the microsecond."""

    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    output_field = TextField()


class Date(Func):
    """A day as text."""

    template = "to_char(%(expressions)s, 'YYYY-MM-DD')"
    output_field = TextField()


def unless_null(column: str, expression: Expression, otherwise: str | None) -> Expression:
    """The expression where the column is not null."""
    nothing = Value(otherwise) if otherwise else None
    return Case(
        When(**{f"{column}__isnull": True}, then=nothing), default=expression, output_field=TextField()
    )
