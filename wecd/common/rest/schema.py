"""OpenAPI 3.1, made from the declarations the views run on."""

import re

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from wecd.common.rest import parameters
from wecd.common.rest.fields import LANGUAGES, object_schema
from wecd.common.rest.filters import Filter

MONEY = {
    "type": "object",
    "description": "A sum of money. The amount is text so that no client rounds it.",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["6000.00"]},
        "currency": {"type": "string", "const": "EUR"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
WORDS = {
    "type": "object",
    "description": "A text by language; null where it is not translated. French is the source.",
    "properties": {language: {"type": ["string", "null"]} for language in LANGUAGES},
    "required": list(LANGUAGES),
    "additionalProperties": False,
}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Each parameter or field at fault.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A partner's key: `Authorization: Bearer wecd_…`. Open data needs none.",
}
ERRORS = {
    400: "A parameter is unknown or has a wrong value: `errors` names it.",
    401: "No key, or one that is unknown, expired or revoked.",
    403: "The key lacks the scope.",
    404: "There is no such row, or this key may not see it.",
    429: "Too many requests: wait the seconds `Retry-After` says.",
}
LIMITS = {
    "RateLimit-Policy": {
        "description": "The limit: `q` requests in `w` seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left: `r` requests, until `t` seconds from now.",
        "schema": {"type": "string"},
    },
}
ETAG = {"ETag": {"description": "Send it back in If-None-Match.", "schema": {"type": "string"}}}


def strip_slash(result, generator, request, public):
    """Addresses work with and without a slash at the end; the schema shows those without."""
    result["paths"] = {path.rstrip("/"): item for path, item in result["paths"].items()}
    return result


class ResourceSchema(AutoSchema):
    """Writes the whole operation: nothing is guessed from code."""

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        if method != "GET":
            return None
        resource = self.view.resource
        for name, schema in (("Money", MONEY), ("Words", WORDS), ("Problem", PROBLEM)):
            self.add(registry, name, schema)
        registry.register_on_missing(
            ResolvedComponent("partnerKey", ResolvedComponent.SECURITY_SCHEMA, KEY, object=KEY)
        )
        self.add(registry, resource.component, self.row_schema(resource))
        security: list[dict] = [{"partnerKey": []}] if resource.scope else [{"partnerKey": []}, {}]
        needs = f"\n\nNeeds a partner's key with the scope `{resource.scope}`." if resource.scope else ""
        return {
            "operationId": self.operation_id(resource),
            "tags": [resource.name],
            "summary": self.summary(resource),
            "description": (resource.help + needs).strip(),
            "security": security,
            "parameters": self.parameters(resource),
            "responses": self.responses(resource, registry),
        }

    def row_schema(self, resource):
        schema = object_schema(resource.all_fields)
        schema["required"] = []  # `fields` chooses; lists leave out what only one row shows
        return {**schema, "description": resource.help}

    def add(self, registry, name, schema):
        registry.register_on_missing(ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name))

    def responses(self, resource, registry):
        codes = [400, 429] + ([401, 403] if resource.scope else [401]) + self.more_errors
        return {
            "200": {"description": "", "headers": LIMITS | ETAG, "content": self.content(resource)},
            "304": {"description": "Not changed since the ETag in If-None-Match.", "headers": ETAG},
        } | {
            str(code): {
                "description": ERRORS[code],
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for code in sorted(codes)
        }


class ListSchema(ResourceSchema):
    more_errors: list[int] = []

    def operation_id(self, resource):
        return f"list_{_snake(resource.name)}"

    def summary(self, resource):
        return f"List {resource.name.replace('-', ' ')}"

    def parameters(self, resource):
        filters = [each.parameter(name) for name, each in resource.filterset_class.base_filters.items()]
        return filters + _list_parameters(resource)

    def content(self, resource):
        link = {"type": ["string", "null"], "format": "uri"}
        page = {
            "type": "object",
            "properties": {
                "next": link | {"description": "The next page; null on the last."},
                "previous": link | {"description": "The page before; null on the first."},
                "count": {"type": "integer", "description": "Only with `count`."},
                "count_is": {"type": "string", "enum": list(parameters.COUNTS)},
                "results": {
                    "type": "array",
                    "items": {"$ref": f"#/components/schemas/{resource.component}"},
                },
            },
            "required": ["next", "previous", "results"],
            "additionalProperties": False,
        }
        text = {"schema": {"type": "string"}}
        return {"application/json": {"schema": page}, "application/x-ndjson": text, "text/csv": text}


class DetailSchema(ResourceSchema):
    more_errors = [404]

    def operation_id(self, resource):
        return f"get_{_snake(resource.name)}"

    def summary(self, resource):
        return f"One of the {resource.name.replace('-', ' ')}"

    def parameters(self, resource):
        place = {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "The row's public id.",
            "schema": {"type": "string", "format": "uuid"},
        }
        return [place, _fields_parameter(resource)]

    def content(self, resource):
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{resource.component}"}}}


def _snake(name: str) -> str:
    return name.replace("-", "_")


def _fields_parameter(resource) -> dict:
    return {
        "name": "fields",
        "in": "query",
        "description": "Only these members, separated by commas.",
        "style": "form",
        "explode": False,
        "schema": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": list(resource.all_fields)},
        },
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
            "The order of rows; “-” for the last first. Ties go by id.",
            type="string",
            enum=parameters.orderings(resource),
            default=resource.default_ordering,
        ),
        parameter("cursor", "From `next` or `previous` of another page.", type="string", minLength=1),
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
            "Add the number of rows: exact (reads them all) or estimated (costs nothing). "
            "Also in the header X-Total-Count.",
            type="string",
            enum=list(parameters.COUNTS),
        ),
        parameter(
            "format",
            "JSON with links; or one row a line (NDJSON, CSV), the links being in the Link header.",
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
