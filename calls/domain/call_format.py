"""What a call file may hold: derived from the models, so that file, schema and database never part.

Everything that makes a call, without people, state, money or applications. Order in a list is order on the
page. Texts are {language: text}; sums are text with two decimals; instants are ISO 8601 in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from calls.models import (
    Call,
    CallRule,
    Criterion,
    DocumentRequest,
    PublicAnswer,
    Question,
    Section,
    Strand,
)

FORMAT, VERSION = "wecd-call", 1
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: where, and what to do about it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Shape:
    """A kind of object in the file: its model, its texts, its other fields, and the lists inside it."""

    model: type[models.Model]
    texts: tuple[str, ...]
    fields: tuple[str, ...]
    lists: dict[str, "Shape"] = field(default_factory=dict)
    key: str = ""  # what must not be there twice in a list
    needs: tuple[str, ...] = ()  # texts that must exist in French

    def column(self, name: str) -> models.Field:
        return self.model._meta.get_field(name)  # type: ignore[return-value]

    def is_needed(self, name: str) -> bool:
        column = self.column(name)
        return not (column.has_default() or column.blank or column.null)


QUESTION = Shape(
    Question,
    ("label", "help", "options"),
    (
        "key",
        "kind",
        "required",
        "max_words",
        "minimum",
        "maximum",
        "settings",
        "shown_if",
        "is_blind",
        "is_public",
    ),
    key="key",
    needs=("label",),
)
SECTION = Shape(Section, ("title", "help"), ("key",), {"questions": QUESTION}, key="key", needs=("title",))
DOCUMENT = Shape(
    DocumentRequest, ("label", "help"), ("key", "required", "max_files"), key="key", needs=("label",)
)
CALL = Shape(
    Call,
    ("title", "summary", "description", "who", "funded", "not_funded"),
    (
        "kind",
        "slug",
        "code",
        "allocation",
        "uniqueness",
        "awards_per_enterprise",
        "project_months",
        "own_share_first",
        "own_share_account",
        "vat_rate",
        "opens_at",
        "closes_at",
        "grace_seconds",
        "decision_on",
        "objection_days",
        "admissibility_days",
    ),
    {
        "strands": Shape(
            Strand,
            ("title", "help"),
            ("code", "floor", "ceiling", "funding_rate", "budget_share"),
            key="code",
            needs=("title",),
        ),
        "rules": Shape(CallRule, ("question", "help"), ("code", "params")),
        "criteria": Shape(Criterion, ("label", "help"), ("weight",), needs=("label",)),
        "questions_and_answers": Shape(
            PublicAnswer, ("question", "answer"), (), needs=("question", "answer")
        ),
        "sections": SECTION,
        "documents": DOCUMENT,
    },
    needs=("title",),
)


# --- Out ------------------------------------------------------------------------------------------
def written(shape: Shape, row) -> dict:
    """One row as the file writes it, without its lists. What is empty is left out."""
    out: dict = {}
    for name in shape.fields:
        value = _written(getattr(row, name))
        if value not in (None, "", {}) or (value is None and shape.column(name).has_default()):
            out[name] = value  # an empty value is left out, unless a missing one would read otherwise
    for name in shape.texts:
        texts = {code: text for code in LANGUAGES if (text := getattr(row, f"{name}_{code}"))}
        if texts:
            out[name] = texts
    return out


def _written(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | dict):
        return value
    return str(value)


# --- In -------------------------------------------------------------------------------------------
def read(shape: Shape, item: dict, where: str) -> tuple[dict, list[Problem]]:
    """The columns of one object, and what is wrong with it. Its lists are somebody else's."""
    values: dict = {}
    found: list[Problem] = []
    for name in shape.fields:
        if name not in item:
            if shape.is_needed(name):
                found.append(Problem(f"{where}.{name}", _("is missing: add it.")))
            continue
        try:
            values[name] = _value(shape.column(name), item[name])
        except ValidationError as error:
            found.append(Problem(f"{where}.{name}", " ".join(error.messages)))
    for name in shape.texts:
        texts, problems = _texts(shape, name, item.get(name, {}), f"{where}.{name}")
        values |= texts
        found += problems
    return values, found


def _value(column: models.Field, value):
    if isinstance(column, models.JSONField):
        if not isinstance(value, dict):
            raise ValidationError(_("must be an object: { … }."))
        return value
    if isinstance(column, models.BooleanField):
        if not isinstance(value, bool):
            raise ValidationError(_("must be true or false."))
        return value
    if value is None and column.null:
        return None
    if isinstance(column, models.IntegerField):
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(_("must be a whole number, without quotes."))
    elif not isinstance(value, str):
        raise ValidationError(_("must be text, between quotes."))
    if isinstance(column, models.DateTimeField):
        value = _instant(value)
    elif isinstance(column, models.DateField):
        value = _day(value)
    if value == "" and column.blank:
        return value
    return column.clean(value, None)


def _instant(text: str) -> datetime:
    try:
        value = parse_datetime(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        raise ValidationError(_("must be an instant with its zone, such as 2026-12-03T11:00:00Z."))
    return value


def _day(text: str):
    try:
        value = parse_date(text)
    except ValueError:
        value = None
    if value is None:
        raise ValidationError(_("must be a day, such as 2026-12-03."))
    return value


def _texts(shape: Shape, name: str, texts, where: str) -> tuple[dict, list[Problem]]:
    if not isinstance(texts, dict):
        return {}, [Problem(where, _('must be texts by language, such as {"fr": "…"}.'))]
    found, values = [], {}
    for code, text in texts.items():
        if code not in LANGUAGES:
            languages = {"languages": ", ".join(LANGUAGES)}
            found.append(
                Problem(f"{where}.{code}", _("is no language of the portal: %(languages)s.") % languages)
            )
            continue
        longest = shape.column(f"{name}_{code}").max_length
        if not isinstance(text, str):
            found.append(Problem(f"{where}.{code}", _("must be text, between quotes.")))
        elif "\0" in text or (longest and len(text) > longest):
            words = {"most": longest or 0, "count": len(text)}
            found.append(
                Problem(
                    f"{where}.{code}", _("has %(count)s characters; %(most)s at most: shorten it.") % words
                )
            )
        else:
            values[f"{name}_{code}"] = text
    if name in shape.needs and not texts.get("fr"):
        found.append(Problem(f"{where}.fr", _("is missing: write it in French.")))
    return values, found


def known_names(shape: Shape) -> set[str]:
    return {*shape.fields, *shape.texts, *shape.lists}


def unknown(item: dict, names: set[str], where: str) -> Iterator[Problem]:
    """A problem for each name the file has and the portal has not: nothing is dropped silently."""
    for name in item:
        if name not in names:
            words = {"names": ", ".join(sorted(names))}
            yield Problem(f"{where}.{name}", _("is not known here: remove it. Known: %(names)s.") % words)


# --- Schema ---------------------------------------------------------------------------------------
def schema() -> dict:
    """The JSON Schema (2020-12) of a call file, kept in docs/call-file.schema.json."""
    call = _schema_of(CALL)
    form = {name: call["properties"].pop(name) for name in ("sections", "documents")}
    call["properties"] = {"action": {"type": "string"}} | call["properties"]
    call["properties"]["form"] = {"type": "object", "additionalProperties": False, "properties": form}
    call["required"] = ["action", *call["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "WECD call file",
        "type": "object",
        "additionalProperties": False,
        "required": ["format", "version", "call"],
        "properties": {"format": {"const": FORMAT}, "version": {"const": VERSION}, "call": call},
    }


def _schema_of(shape: Shape) -> dict:
    properties = {name: _schema_of_column(shape.column(name)) for name in shape.fields}
    for name in shape.texts:
        texts: dict[str, dict] = {code: {"type": "string"} for code in LANGUAGES}
        for code, kind in texts.items():
            if longest := shape.column(f"{name}_{code}").max_length:
                kind["maxLength"] = longest
        properties[name] = {"type": "object", "additionalProperties": False, "properties": texts}
        if name in shape.needs:
            properties[name]["required"] = ["fr"]
    for name, inner in shape.lists.items():
        properties[name] = {"type": "array", "items": _schema_of(inner)}
    needed = [name for name in shape.fields if shape.is_needed(name)] + list(shape.needs)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed,
        "properties": properties,
    }


def _schema_of_column(column: models.Field) -> dict:
    if isinstance(column, models.JSONField):
        return {"type": "object"}
    if isinstance(column, models.BooleanField):
        return {"type": "boolean"}
    kind: dict = {"type": "string"}
    if isinstance(column, models.IntegerField):
        kind = {"type": "integer", "minimum": 0}
    elif isinstance(column, models.DecimalField):
        kind["pattern"] = r"^-?\d+(\.\d{1,2})?$"
    elif isinstance(column, models.DateTimeField):
        kind["format"] = "date-time"
    elif isinstance(column, models.DateField):
        kind["format"] = "date"
    elif column.choices:
        kind["enum"] = [value for value, _words in column.flatchoices]
    elif column.max_length:
        kind["maxLength"] = column.max_length
    if column.null:
        kind["type"] = [kind["type"], "null"]
    return kind
