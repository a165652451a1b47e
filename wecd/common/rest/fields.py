"""Kinds of values: each knows its SQL, its OpenAPI schema and its CSV columns.

Rows become JSON in Postgres: one query a page, whatever a row holds. The SQL is built from the resource's
queryset, so ``visible_to()`` still decides which rows there are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Expression, F, TextField, Value
from django.db.models.functions import Cast, NullIf

from wecd.common.rest.expressions import (
    Around,
    Bare,
    Cell,
    Currency,
    Date,
    Escaped,
    Euros,
    JsonObject,
    JsonRows,
    Moment,
    Quoted,
    unless_null,
)
from wecd.common.rest.reader import PERSONAL

LANGUAGES = settings.MODELTRANSLATION_LANGUAGES


def json_text(expression: Expression) -> Expression:
    return expression


@dataclass(frozen=True, kw_only=True)
class Field:
    """A value of a resource, documented by ``help``.

    ``source`` is a lookup path, or a function from the path of the row it stands in to an expression.
    """

    as_json: ClassVar[type[Around]] = Quoted

    source: str | Callable[[str], Expression] = ""
    help: str = ""
    null: bool = False
    example: object = None
    unit: str = ""  # of a number: "percent", "seconds"
    scope: str = ""  # a key needs this scope beside the resource's

    def expression(self, prefix: str = "") -> Expression:
        """The SQL of the value as JSON text; never null in SQL."""
        return self.as_json(self.value(self.path(prefix)))

    def path(self, prefix: str) -> Expression | F:
        return F(prefix + self.source) if isinstance(self.source, str) else self.source(prefix)

    def value(self, column) -> Expression:
        """The SQL of the value itself."""
        return column

    def flat(self, prefix: str = "") -> list[Expression]:
        """The SQL of each of its CSV columns."""
        return [self.value(self.path(prefix))]

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
        """The values of those columns, from the JSON value: what ``flat`` gives in SQL."""
        return [value]


def or_null(schema: dict) -> dict:
    """The same, or null."""
    if "type" not in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Text; an empty one is null when ``null`` is set."""

    as_json: ClassVar[type] = Escaped

    def value(self, column):
        return NullIf(column, Value("")) if self.null else column

    def flat(self, prefix=""):
        return [Cell(self.path(prefix))]

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

    as_json: ClassVar[type] = Quoted

    def flat(self, prefix=""):
        return [NullIf(self.path(prefix), Value(""))]

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
    as_json: ClassVar = Bare

    def _schema(self):
        return {"type": "integer"}


@dataclass(frozen=True, kw_only=True)
class Boolean(Field):
    as_json: ClassVar = Bare

    def value(self, column):
        return Cast(column, TextField())

    def _schema(self):
        return {"type": "boolean"}

    def sample(self):
        return True


@dataclass(frozen=True, kw_only=True)
class Decimal(Field):
    """An exact number as text, so that no client rounds it."""

    def _schema(self):
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}


@dataclass(frozen=True, kw_only=True)
class Instant(Field):
    """A moment, in UTC, to the microsecond."""

    def value(self, column):
        return Moment(column)

    def _schema(self):
        return {"type": "string", "format": "date-time"}

    def sample(self):
        return self.example or "2026-12-01T11:00:00.000000Z"


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A calendar day."""

    def value(self, column):
        return Date(column)

    def _schema(self):
        return {"type": "string", "format": "date"}

    def sample(self):
        return self.example or "2026-12-01"


@dataclass(frozen=True, kw_only=True)
class Money(Field):
    """An amount of euros: ``{"amount": "6000.00", "currency": "EUR"}``."""

    as_json: ClassVar = Euros

    def flat(self, prefix=""):
        amount = self.path(prefix)
        return [amount, Currency(amount)]

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


@dataclass(frozen=True, kw_only=True)
class Words(Field):
    """A text in the portal's languages; null where it is not translated."""

    def expression(self, prefix=""):
        return JsonObject(
            {language: Escaped(NullIf(text, Value(""))) for language, text in self._texts(prefix).items()}
        )

    def flat(self, prefix=""):
        return [Cell(text) for text in self._texts(prefix).values()]

    def _texts(self, prefix: str) -> dict[str, F]:
        return {language: F(f"{prefix}{self.source}_{language}") for language in LANGUAGES}

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
        inner = self._inner(prefix)
        value = JsonObject({name: each.expression(inner) for name, each in self.fields.items()})
        return unless_null(f"{inner}id", value, "null") if self.null else value

    def flat(self, prefix=""):
        inner = self._inner(prefix)
        columns = [column for each in self.fields.values() for column in each.flat(inner)]
        return [unless_null(f"{inner}id", column, None) for column in columns] if self.null else columns

    def _inner(self, prefix: str) -> str:
        return f"{prefix}{self.source}__" if self.source else prefix

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

    def flat(self, prefix=""):
        return [Cell(self.expression(prefix))]

    def _schema(self):
        return {"type": "array", "items": object_schema(self.fields)}

    def sample(self):
        return [sample(self.fields)]

    def components(self):
        return components(self.fields)


def object_schema(fields: dict[str, Field]) -> dict:
    """The schema of an object with exactly these members, each always there that needs no further scope."""
    return {
        "type": "object",
        "properties": {name: each.schema() for name, each in fields.items()},
        "required": [name for name, each in fields.items() if not each.scope],
        "additionalProperties": False,
    }


def components(fields: dict[str, Field]) -> dict[str, dict]:
    """The schemas by name that these members refer to."""
    return {name: schema for each in fields.values() for name, schema in each.components().items()}


def sample(fields: dict[str, Field]) -> dict:
    """An object that these members' schema describes."""
    return {name: each.sample() for name, each in fields.items()}
