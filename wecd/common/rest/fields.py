"""Kinds of values: each knows its SQL, its OpenAPI schema and its CSV columns.

Rows become JSON in Postgres: one query a page, whatever a row holds. The SQL is built from the resource's
queryset, so ``visible_to()`` still decides which rows there are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Expression, F, Func, Subquery, TextField, Value, When
from django.db.models.functions import Cast, NullIf

from wecd.common.rest.reader import PERSONAL

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
    unit: str = ""  # of a number: "percent", "seconds"
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
            schema = or_null(schema)
        sample = self.sample()
        examples = None if sample is None or isinstance(sample, dict | list) else [sample]
        extras = {"examples": examples, "x-unit": self.unit, "x-scope": self.scope}
        return schema | {"description": self.description()} | {k: v for k, v in extras.items() if v}

    def _schema(self) -> dict:
        raise NotImplementedError

    def description(self) -> str:
        """What it is, in which unit, and the scope it needs: said in words, for people."""
        agreement = " and a processing agreement in force" if self.scope == PERSONAL else ""
        needs = f"Only with the scope `{self.scope}`{agreement}; absent otherwise."
        unit = f"In {self.unit}." if self.unit and self.unit not in self.help else ""
        return " ".join(part for part in (self.help, unit, needs if self.scope else "") if part)

    def sample(self) -> object:
        """A value it may have: the declaration's example, or the kind's own."""
        return self.example

    def components(self) -> dict[str, dict]:
        """Schemas this one refers to by name, beside those every resource may."""
        return {}

    def columns(self, name: str) -> list[str]:
        """Names of the CSV columns this value fills."""
        return [name]

    def cells(self, value) -> list:
        """The values of those columns."""
        return [value]


def or_null(schema: dict) -> dict:
    """The same, or null."""
    if "type" not in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


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

    def sample(self):
        return self.example or "019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"


@dataclass(frozen=True, kw_only=True)
class Link(Text):
    """A web address."""

    def _schema(self):
        return {"type": "string", "format": "uri"}

    def sample(self):
        return self.example or "https://www.example.org/"


@dataclass(frozen=True, kw_only=True)
class Enum(Text):
    """One of some lower-case words. Its schema has the choices' name: wherever they stand they mean the same.

    ``meanings`` says more than the choices' labels do; ``never`` are words that no row of the API has.
    """

    choices: type[models.TextChoices]
    meanings: dict[str, str] = dataclass_field(default_factory=dict)
    never: tuple[str, ...] = ()

    def _schema(self):
        return {"$ref": f"#/components/schemas/{self.component}"}

    @property
    def component(self) -> str:
        return self.choices.__qualname__.replace(".", "")

    def components(self):
        words = [word for word in self.choices.values if word not in self.never]
        lines = [
            f"- `{word}`: {self.meanings.get(word) or sentence(str(self.choices(word).label))}"
            for word in words
        ]
        schema = {"type": "string", "enum": words, "description": "\n".join(lines), "examples": [words[0]]}
        return {self.component: schema}

    def sample(self):
        return self.example or next(word for word in self.choices.values if word not in self.never)


def sentence(label: str) -> str:
    """A label as a sentence."""
    return f"{label.rstrip('.')}."


@dataclass(frozen=True, kw_only=True)
class Integer(Field):
    def _schema(self):
        return {"type": "integer"}


@dataclass(frozen=True, kw_only=True)
class Boolean(Field):
    def _schema(self):
        return {"type": "boolean"}

    def sample(self):
        return True


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

    def sample(self):
        return self.example or "2026-12-01T11:00:00.000000Z"


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A calendar day."""

    def _expression(self, value):
        return Func(
            value, template="to_char(%(expressions)s, 'YYYY-MM-DD')", output_field=CharField(max_length=10)
        )

    def _schema(self):
        return {"type": "string", "format": "date"}

    def sample(self):
        return self.example or "2026-12-01"


@dataclass(frozen=True, kw_only=True)
class Money(Field):
    """An amount of euros: ``{"amount": "6000.00", "currency": "EUR"}``."""

    def _expression(self, value):
        money = JsonObject({"amount": Cast(value, TextField()), "currency": Value("EUR", TextField())})
        if not self.null:
            return money
        return _NullOr(value, money)

    def _schema(self):
        return {"$ref": "#/components/schemas/Money"}

    def description(self):
        return f"{super().description()} In euros."

    def sample(self):
        return {"amount": self.example or "6000.00", "currency": "EUR"}

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

    def _schema(self):
        return {"$ref": "#/components/schemas/Words"}

    def sample(self):
        return dict.fromkeys(LANGUAGES) | {LANGUAGES[0]: self.example or "Chèque créatif"}

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

    def _schema(self):
        return object_schema(self.fields)

    def sample(self):
        return sample(self.fields)

    def components(self):
        return components(self.fields)

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

    def _schema(self):
        return {"type": "array", "items": object_schema(self.fields)}

    def sample(self):
        return [sample(self.fields)]

    def components(self):
        return components(self.fields)


def object_schema(fields: dict[str, Field]) -> dict:
    """The schema of an object with exactly these members, each always there."""
    return {
        "type": "object",
        "properties": {name: each.schema() for name, each in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


def components(fields: dict[str, Field]) -> dict[str, dict]:
    """The schemas by name that these members refer to."""
    return {name: schema for each in fields.values() for name, schema in each.components().items()}


def sample(fields: dict[str, Field]) -> dict:
    """An object that these members' schema describes."""
    return {name: each.sample() for name, each in fields.items()}
