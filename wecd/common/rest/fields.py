"""Kinds of values: each knows its SQL, its OpenAPI schema and its CSV columns.

Rows become JSON in Postgres: one query a page, whatever a row holds. The SQL is built from the resource's
queryset, so ``visible_to()`` still decides which rows there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Expression, F, Func, Subquery, TextField, Value, When
from django.db.models.functions import Cast, NullIf

LANGUAGES = settings.MODELTRANSLATION_LANGUAGES


class JsonObject(Expression):
    """``json_build_object('key', value, …)``: keys are ours, never a client's."""

    output_field = TextField()

    def __init__(self, members: dict[str, Expression]):
        super().__init__()
        self.keys, self.values = list(members), list(members.values())

    def get_source_expressions(self):
        return self.values

    def set_source_expressions(self, expressions):
        self.values = expressions

    def as_sql(self, compiler, connection):
        parts, params = [], []
        for key, value in zip(self.keys, self.values, strict=True):
            sql, value_params = compiler.compile(value)
            parts.append(f"'{key}', {sql}")
            params.extend(value_params)
        return f"json_build_object({', '.join(parts)})", params


class JsonRows(Subquery):
    """The single column of a queryset as a JSON array, in the queryset's order."""

    template = "(SELECT COALESCE(json_agg(_r._v), '[]'::json) FROM (%(subquery)s) _r(_v))"
    output_field = TextField()


def json_text(expression: Expression) -> Expression:
    return Func(expression, function="", template="(%(expressions)s)::text", output_field=TextField())


def _null_when(empty: str, expression: Expression) -> Expression:
    return Case(When(**{f"{empty}__isnull": True}, then=None), default=expression, output_field=TextField())


@dataclass(frozen=True, kw_only=True)
class Field:
    """A value of a resource, documented by ``help``.

    ``source`` is a lookup path, or a function from the path of the row it stands in to an expression.
    """

    source: str | Callable[[str], Expression] = ""
    help: str = ""
    null: bool = False
    example: object = None
    scope: str = ""  # a key needs this scope beside the resource's

    def expression(self, prefix: str = "") -> Expression:
        """The SQL of the JSON value."""
        return self._expression(self.path(prefix))

    def path(self, prefix: str) -> Expression | F:
        return F(prefix + self.source) if isinstance(self.source, str) else self.source(prefix)

    def _expression(self, value) -> Expression:
        return value

    def schema(self) -> dict:
        """The OpenAPI 3.1 schema, with the documentation."""
        schema = self._schema()
        if self.null:
            schema = _or_null(schema)
        extras = {"description": self.help, "examples": [self.example] if self.example is not None else None}
        return schema | {key: value for key, value in extras.items() if value}

    def _schema(self) -> dict:
        raise NotImplementedError

    def columns(self, name: str) -> list[str]:
        """Names of the CSV columns this value fills."""
        return [name]

    def cells(self, value) -> list:
        """The values of those columns."""
        return [value]


def _or_null(schema: dict) -> dict:
    if "type" not in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    schema = schema | {"type": [schema["type"], "null"]}
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Text; an empty one is null when ``null`` is set."""

    def _expression(self, value):
        return NullIf(value, Value("")) if self.null else value

    def _schema(self):
        return {"type": "string"}


@dataclass(frozen=True, kw_only=True)
class Id(Field):
    """A public id (UUID)."""

    def _schema(self):
        return {"type": "string", "format": "uuid"}


@dataclass(frozen=True, kw_only=True)
class Link(Text):
    """A web address."""

    def _schema(self):
        return {"type": "string", "format": "uri"}


@dataclass(frozen=True, kw_only=True)
class Enum(Text):
    """One of some lower-case words."""

    choices: type[models.TextChoices]

    def _schema(self):
        return {"type": "string", "enum": list(self.choices.values)}

    def schema(self):
        meanings = ", ".join(f"`{choice.value}`" for choice in self.choices)
        return super().schema() | {"description": f"{self.help} One of {meanings}.".strip()}


@dataclass(frozen=True, kw_only=True)
class Integer(Field):
    def _schema(self):
        return {"type": "integer"}


@dataclass(frozen=True, kw_only=True)
class Boolean(Field):
    def _schema(self):
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Decimal(Field):
    """An exact number as text, so that no client rounds it."""

    def _expression(self, value):
        return Cast(value, TextField())

    def _schema(self):
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}


@dataclass(frozen=True, kw_only=True)
class Instant(Field):
    """A moment, in UTC, to the microsecond."""

    def _expression(self, value):
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        return Func(value, template=template, output_field=TextField())

    def _schema(self):
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A calendar day."""

    def _expression(self, value):
        return Func(
            value, template="to_char(%(expressions)s, 'YYYY-MM-DD')", output_field=CharField(max_length=10)
        )

    def _schema(self):
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Money(Field):
    """An amount of euros: ``{"amount": "6000.00", "currency": "EUR"}``."""

    def _expression(self, value):
        money = JsonObject({"amount": Cast(value, TextField()), "currency": Value("EUR", TextField())})
        if not self.null:
            return money
        return _NullOr(value, money)

    def schema(self):
        reference = {"$ref": "#/components/schemas/Money"}
        return (_or_null(reference) if self.null else reference) | {"description": self.help}

    def columns(self, name):
        return [f"{name}.amount", f"{name}.currency"]

    def cells(self, value):
        return [value["amount"], value["currency"]] if value else [None, None]


class _NullOr(Func):
    """The second expression, or null when the first is."""

    template = "CASE WHEN %(expressions)s END"
    arg_joiner = " IS NULL THEN NULL ELSE "
    output_field = TextField()


@dataclass(frozen=True, kw_only=True)
class Words(Field):
    """A text in the portal's languages; null where it is not translated."""

    def expression(self, prefix=""):
        return JsonObject(
            {language: NullIf(F(f"{prefix}{self.source}_{language}"), Value("")) for language in LANGUAGES}
        )

    def schema(self):
        return {"$ref": "#/components/schemas/Words", "description": self.help}

    def columns(self, name):
        return [f"{name}.{language}" for language in LANGUAGES]

    def cells(self, value):
        return [(value or {}).get(language) for language in LANGUAGES]


@dataclass(frozen=True, kw_only=True)
class Object(Field):
    """A related row, inside this one. ``source`` is the relation; null when it is and ``null`` is set."""

    fields: dict[str, Field]

    def expression(self, prefix=""):
        inner = f"{prefix}{self.source}__" if self.source else prefix
        value = JsonObject({name: each.expression(inner) for name, each in self.fields.items()})
        return _null_when(f"{inner}id", value) if self.null else value

    def schema(self):
        return (
            _or_null(object_schema(self.fields)) | {"description": self.help}
            if self.null
            else (object_schema(self.fields) | {"description": self.help})
        )

    def columns(self, name):
        return [column for key, each in self.fields.items() for column in each.columns(f"{name}.{key}")]

    def cells(self, value):
        return [cell for key, each in self.fields.items() for cell in each.cells((value or {}).get(key))]


@dataclass(frozen=True, kw_only=True)
class Many(Field):
    """Related rows, inside this one. ``rows`` is a function that gives their queryset (with OuterRef)."""

    rows: Callable[[], models.QuerySet]
    fields: dict[str, Field]

    def expression(self, prefix=""):
        value = JsonObject({name: each.expression() for name, each in self.fields.items()})
        return JsonRows(self.rows().values_list(value, flat=True))

    def schema(self):
        return {"type": "array", "items": object_schema(self.fields), "description": self.help}


def object_schema(fields: dict[str, Field]) -> dict:
    """The schema of an object with exactly these members, each always there."""
    return {
        "type": "object",
        "properties": {name: each.schema() for name, each in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }
