"""The documentation of exports."""

import json

from wecd.common.rest import formats
from wecd.common.rest.components import LIMITS
from wecd.common.rest.filters import Filter
from wecd.common.rest.schema import (
    OperationSchema,
    add_row,
    errors,
    example,
    names_parameter,
    security,
    without_scopes,
)

A_CURSOR = "5f0c9d3e-4711"
AN_ID = "019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ABOUT = """Everything you may see of `{name}`, ordered by `id`, in one answer of any length, as it was at one
moment. The answer streams: it is complete when its last line is the trailer,

{trailer}

whose SHA-256 is that of all bytes before it, decompressed. If it breaks off, ask again with `after`, the id
of the last whole row. `WECD-Cursor` is the place in the feed of changes (`/changes`) from which it goes on.

Exports have limits of their own: so many an hour, and so many at once.{needs}"""
TRAILERS = {
    "ndjson": f'`{{"end": {{"rows": 2, "sha256": "{SHA256}", "cursor": "{A_CURSOR}"}}}}`',
    "csv": f"`#end rows=2 sha256={SHA256} cursor={A_CURSOR}`",
}
HEADERS = {
    "WECD-Cursor": {
        "description": "The place in the feed of changes at the moment of the export.",
        "required": True,
        "schema": {"type": "string", "examples": [A_CURSOR]},
    },
    "Content-Disposition": {
        "description": "The name of the file, with the day.",
        "required": True,
        "schema": {"type": "string", "examples": ['attachment; filename="calls-2026-12-01.csv"']},
    },
    "Content-Encoding": {
        "description": "`zstd` or `gzip`, when `Accept-Encoding` asks for one.",
        "schema": {"type": "string", "enum": ["zstd", "gzip"], "examples": ["zstd"]},
    },
}
QUOTA = {
    "RateLimit-Policy": '"exports";q=60;w=3600',
    "RateLimit": '"exports";r=59;t=1234',
}


class ExportSchema(OperationSchema):
    """``GET /exports/<resource>.<kind>``."""

    def operation(self, registry):
        resource, kind = self.view.resource, self.view.kind
        add_row(registry, resource)
        words = resource.name.replace("-", " ")
        needs = f"\n\nNeeds a partner's key with the scope `{resource.scope}`." if resource.scope else ""
        scope = {"x-scope": resource.scope} if resource.scope else {}
        return {
            "operationId": f"export_{resource.name.replace('-', '_')}_{kind}",
            "tags": [resource.name],
            "summary": f"Export {words} as {kind.upper()}",
            "description": ABOUT.format(name=resource.name, trailer=TRAILERS[kind], needs=needs),
            "security": security(resource.scope),
            **scope,
            "parameters": _parameters(resource),
            "responses": {
                "200": {
                    "description": f"All {words}, a row a line.",
                    "headers": _limits() | HEADERS,
                    "content": _content(resource, kind),
                }
            }
            | errors(400, 401, 403),
        }


def _limits() -> dict:
    return {
        name: {**header, "schema": {"type": "string", "examples": [QUOTA[name]]}}
        for name, header in LIMITS.items()
    }


def _content(resource, kind: str) -> dict:
    text = json.dumps(example(resource.fields), ensure_ascii=False, separators=(",", ":"))
    if kind == "csv":
        table = formats.as_csv([text.encode()], without_scopes(resource.fields)).decode()
        return {"text/csv": {"schema": {"type": "string"}, "example": table}}
    return {"application/x-ndjson": {"schema": {"type": "string"}, "example": f"{text}\n"}}


def _parameters(resource) -> list[dict]:
    def parameter(name, help, **schema):
        return {"name": name, "in": "query", "description": help, "schema": schema}

    found = [each.parameter(name) for name, each in resource.filterset_class.base_filters.items()]
    if resource.search:
        found.append(
            parameter("search", "Rows in which every word is found, as in the list.", **Filter.value)
        )
    return [
        *found,
        parameter(
            "updated_since",
            "Rows whose own data changed at or after this instant. Rows that disappear do not show.",
            type="string",
            format="date-time",
        ),
        parameter("after", "Rows after the one with this id: to resume.", type="string", format="uuid"),
        parameter(
            "trailer",
            "Whether the last line is the trailer.\n\n- `yes`: it is.\n- `no`: it is left away.",
            type="string",
            enum=["yes", "no"],
            default="yes",
        ),
        names_parameter("fields", "Only these members", list(resource.all_fields)),
    ]
