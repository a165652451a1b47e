"""OpenAPI 3.1, made from the declarations the views run on."""

import json
import re

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from wecd.common.rest import formats, parameters
from wecd.common.rest.components import (
    ERRORS,
    ETAG,
    HOST,
    KEY,
    LIMITS,
    LINKS,
    SCHEMAS,
    problem_response,
)
from wecd.common.rest.fields import Field, components, object_schema, sample
from wecd.common.rest.filters import Filter
from wecd.common.rest.resource import Resource

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer you have: unchanged data answer 304, without a body.",
    "schema": {"type": "string", "examples": ['"5b1f0c9de27a4483b6a7c1d2e3f40516"']},
}


class OperationSchema(AutoSchema):
    """Writes the whole operation: nothing is guessed from code. Subclasses give ``operation(registry)``."""

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        if method != "GET":
            return None
        for name, schema in SCHEMAS.items():
            add(registry, name, schema)
        add(registry, "partnerKey", KEY, ResolvedComponent.SECURITY_SCHEMA)
        for status, (name, _meaning, _detail) in ERRORS.items():
            add(registry, name, problem_response(status), ResolvedComponent.RESPONSE)
        return self.operation(registry)

    def operation(self, registry) -> dict:
        raise NotImplementedError


def add(registry, name: str, content: dict, kind: str = ResolvedComponent.SCHEMA) -> None:
    """Put a component into the schema, once."""
    registry.register_on_missing(ResolvedComponent(name, kind, content, object=name))


def add_row(registry, resource: Resource) -> None:
    """Put the schema of the resource's rows, and all it refers to, into the schema."""
    for name, content in components(resource.all_fields).items():
        add(registry, name, content)
    add(registry, resource.component, row_schema(resource))


def row_schema(resource: Resource) -> dict:
    """One row. No member is required: `fields` chooses, and lists leave out what only one row shows."""
    return {**object_schema(resource.all_fields), "required": [], "description": resource.help}


def without_scopes(fields: dict[str, Field]) -> dict[str, Field]:
    """What a key with no more than the resource's own scope sees."""
    return {name: each for name, each in fields.items() if not each.scope}


def example(fields: dict[str, Field]) -> dict:
    """A row as most readers see it."""
    return sample(without_scopes(fields))


def errors(*statuses: int) -> dict[str, dict]:
    """References to the documented errors; every operation may also answer 429 and 500."""
    return {
        str(status): {"$ref": f"#/components/responses/{ERRORS[status][0]}"}
        for status in sorted({*statuses, 429, 500})
    }


def security(scope: str) -> list[dict]:
    """Who may ask: a key with this scope, or (without one) everyone, with a key or not."""
    return [{"partnerKey": [scope]}] if scope else [{"partnerKey": []}, {}]


class ResourceSchema(OperationSchema):
    def operation(self, registry):
        resource = self.view.resource
        self.add_schemas(registry, resource)
        needs = f"\n\nNeeds a partner's key with the scope `{resource.scope}`." if resource.scope else ""
        scope = {"x-scope": resource.scope} if resource.scope else {}
        return {
            "operationId": self.operation_id(resource),
            "tags": [resource.name],
            "summary": self.summary(resource),
            "description": (resource.help + needs).strip(),
            "security": security(resource.scope),
            **scope,
            "parameters": self.parameters(resource),
            "responses": self.responses(resource),
        }

    def add_schemas(self, registry, resource):
        add_row(registry, resource)

    def responses(self, resource):
        return {
            "200": {
                "description": self.answer(resource),
                "headers": self.headers,
                "content": self.content(resource),
                "links": self.links(resource),
            },
            "304": {
                "description": "Not changed since the ETag in `If-None-Match`.",
                "headers": LIMITS | ETAG,
            },
        } | errors(400, 401, 403, *self.more_errors)


class ListSchema(ResourceSchema):
    more_errors: list[int] = []
    headers = LIMITS | ETAG | LINKS

    def operation_id(self, resource):
        return f"list_{_snake(resource.name)}"

    def summary(self, resource):
        return f"List {resource.name.replace('-', ' ')}"

    def answer(self, resource):
        return f"A page of {resource.name.replace('-', ' ')}."

    def parameters(self, resource):
        filters = [each.parameter(name) for name, each in resource.filterset_class.base_filters.items()]
        return filters + _list_parameters(resource) + [IF_NONE_MATCH]

    def links(self, resource):
        return {
            "One": {
                "operationId": f"get_{_snake(resource.name)}",
                "parameters": {"id": "$response.body#/results/0/id"},
                "description": "One of the rows, by its id.",
            }
        }

    def add_schemas(self, registry, resource):
        super().add_schemas(registry, resource)
        add(registry, f"{resource.component}Page", self.page(resource))

    def page(self, resource):
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "description": self.answer(resource),
            "properties": {
                "next": link
                | {"description": "The next page; null on the last.", "examples": [_next(resource)]},
                "previous": link | {"description": "The page before; null on the first.", "examples": [None]},
                "count": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Number of rows in all pages; only with `count`.",
                    "examples": [1234],
                },
                "count_is": {
                    "type": "string",
                    "enum": list(parameters.COUNTS),
                    "description": COUNT_IS,
                    "examples": ["exact"],
                },
                "results": {
                    "type": "array",
                    "items": {"$ref": f"#/components/schemas/{resource.component}"},
                    "description": "The rows.",
                },
            },
            "required": ["next", "previous", "results"],
            "additionalProperties": False,
        }

    def content(self, resource):
        row = example(resource.fields)
        text = json.dumps(row, ensure_ascii=False)
        lines = {
            "type": "string",
            "description": f"Each line is a JSON object: {_article(resource.component)}.",
        }
        table = {"type": "string", "description": CSV}
        shown = without_scopes(resource.fields)
        return {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{resource.component}Page"},
                "example": {"next": _next(resource), "previous": None, "results": [row]},
            },
            "application/x-ndjson": {"schema": lines, "example": f"{text}\n"},
            "text/csv": {"schema": table, "example": formats.as_csv([text.encode()], shown).decode()},
        }


class DetailSchema(ResourceSchema):
    more_errors = [404]
    headers = LIMITS | ETAG

    def operation_id(self, resource):
        return f"get_{_snake(resource.name)}"

    def summary(self, resource):
        return f"One of the {resource.name.replace('-', ' ')}"

    def answer(self, resource):
        return "The row."

    def parameters(self, resource):
        place = {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "The row's public id.",
            "schema": {"type": "string", "format": "uuid"},
        }
        return [place, _fields_parameter(resource), IF_NONE_MATCH]

    def links(self, resource):
        return {
            "List": {
                "operationId": f"list_{_snake(resource.name)}",
                "description": "The rows of the resource.",
            }
        }

    def content(self, resource):
        return {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{resource.component}"},
                "example": example(resource.all_fields),
            }
        }


COUNT_IS = """How the rows were counted; only with `count`.

- `exact`: every row was counted.
- `estimate`: what the database reckons, without counting."""
CSV = (
    "The first line names the columns; a member inside another is `call.id`, a list is JSON. "
    "Where a spreadsheet would begin a formula in a text (at its beginning, after `;`, a tab or a line "
    "break), an apostrophe stands before the sign."
)


def _snake(name: str) -> str:
    return name.replace("-", "_")


def _next(resource) -> str:
    return f"{HOST}/api/v1/{resource.name}?cursor=WyJjb2RlIl0.c2ln"


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIO' else 'a'} `{name}`"


def _fields_parameter(resource) -> dict:
    return names_parameter("fields", "Only these members", list(resource.all_fields))


def names_parameter(name: str, help: str, names: list[str]) -> dict:
    """A parameter of names separated by commas. Text, not a list: half the client generators repeat lists.

    ``x-names`` are the names there are; the pattern leaves room for those to come.
    """
    value = {"type": "string", "pattern": "^[a-z_-]+(,[a-z_-]+)*$", "examples": [",".join(names[:2])]}
    listed = ", ".join(f"`{each}`" for each in names)
    return {
        "name": name,
        "in": "query",
        "description": f"{help}, separated by commas: {listed}.",
        "schema": value | {"x-names": names},
    }


def _list_parameters(resource) -> list[dict]:
    def parameter(name, help, **schema):
        return {"name": name, "in": "query", "description": help, "schema": schema}

    found = [
        parameter(
            "updated_since",
            "Rows whose own data changed at or after this instant. Rows that disappear do not show.",
            type="string",
            format="date-time",
        ),
        parameter(
            "ordering",
            "The order of rows by this member; “-” for the last first. Ties go by id.",
            type="string",
            enum=parameters.orderings(resource),
            default=resource.default_ordering,
        ),
        parameter(
            "cursor",
            "From `next` or `previous` of another page of the same ordering. Opaque: make none up.",
            type="string",
            minLength=1,
        ),
        parameter(
            "page_size",
            "Rows a page.",
            type="integer",
            minimum=1,
            maximum=parameters.MAX_PAGE_SIZE,
            default=parameters.PAGE_SIZE,
        ),
        parameter(
            "count",
            "Add the number of rows, as `count` and in the header `X-Total-Count`.\n\n"
            "- `exact`: reads them all.\n- `estimate`: what the database reckons; costs nothing.",
            type="string",
            enum=list(parameters.COUNTS),
        ),
        parameter(
            "format",
            "The form of the answer; or ask by the Accept header.\n\n"
            "- `json`: a page with links.\n- `ndjson`: one row a line, as JSON.\n"
            "- `csv`: one row a line, as a table.\n\n"
            "For the last two, the links are in the header `Link`.",
            type="string",
            enum=list(parameters.FORMATS),
            default="json",
        ),
        _fields_parameter(resource),
    ]
    if resource.search:
        columns = ", ".join(re.sub(r"__|_fr$", " ", column).strip() for column in resource.search)
        found.insert(0, parameter("search", f"Words to find in: {columns}.", **Filter.value))
    return found
