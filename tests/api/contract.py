"""The published schema, and what walks it."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

PUBLISHED = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.json"
EVERY_SCHEMA_KEY = {
    *("type", "format", "description", "properties", "required", "additionalProperties", "examples", "enum"),
    *(
        "const",
        "pattern",
        "items",
        "oneOf",
        "$ref",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
    ),
    *("title", "default", "discriminator"),
}


@functools.cache
def _published() -> str:
    with translation.override("en"):
        return json.dumps(SchemaGenerator().get_schema(public=True))


def published() -> dict:
    """The schema as the code gives it: a copy of its own for each caller."""
    return json.loads(_published())


def resolved(schema: dict, node: dict) -> dict:
    """What a reference refers to."""
    while "$ref" in node:
        found = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def walk(node, where: str = "", under_schemas: bool = False) -> Iterator[tuple[str, dict]]:
    """Every object of the document that is not an example, with where it stands.

    ``under_schemas``: only schemas themselves, not the objects that hold their members by name.
    """
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from walk(each, f"{where}[{index}]", under_schemas)
    elif isinstance(node, dict):
        if under_schemas and where.endswith("discriminator"):
            return
        names = where.endswith(("properties", "schemas")) or not where
        if not (under_schemas and names):
            yield where, node
        for key, each in node.items():
            if names or key not in ("example", "examples", "default", "enum", "const"):
                yield from walk(each, f"{where}.{key}".lstrip("."), under_schemas)


def validator(schema: dict, node: dict) -> Draft202012Validator:
    """Validates against one schema of the document, formats too."""
    return Draft202012Validator(
        node | {"components": {"schemas": schema["components"]["schemas"]}}, format_checker=FormatChecker()
    )


def errors(schema: dict, node: dict, value) -> list[str]:
    """What is wrong with a value, each with its place."""
    return [f"{each.json_path}: {each.message}" for each in validator(schema, node).iter_errors(value)]
