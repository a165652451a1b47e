"""The documentation of what is not a resource: the feed of changes."""

from wecd.catalogue import RESOURCES
from wecd.common.rest.components import LIMITS
from wecd.common.rest.fields import Id, sample
from wecd.common.rest.resource import Resource
from wecd.common.rest.schema import OperationSchema, add, add_row, errors, names_parameter

A_CURSOR, ENTRY_CURSOR = "5f0c9d3e-4711", "5f0c9d3e-000000000000004711"
KINDS = """- `created`: it is new, or the reader may see it now.
- `updated`: what it shows changed.
- `deleted`: it is gone, or the reader may see it no more."""
TYPE = {
    "type": "string",
    "enum": ["created", "updated", "deleted"],
    "description": KINDS,
    "examples": ["updated"],
}


class ChangesSchema(OperationSchema):
    """``GET /changes``."""

    def operation(self, registry):
        for resource in RESOURCES:
            add_row(registry, resource())
            add(registry, _component(resource), _change(resource()))
        add(registry, "ChangeType", TYPE)
        add(registry, "ChangesPage", _page())
        return {
            "operationId": "list_changes",
            "tags": ["changes"],
            "summary": "Follow what changes",
            "description": ABOUT,
            "security": [{"partnerKey": []}, {}],
            "parameters": PARAMETERS,
            "responses": {
                "200": {
                    "description": "A page of the feed.",
                    "headers": LIMITS | APPLIED,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/ChangesPage"},
                            "example": _example(),
                        }
                    },
                    "links": {
                        "Next": {
                            "operationId": "list_changes",
                            "parameters": {"after": "$response.body#/cursor"},
                            "description": "The changes after these.",
                        }
                    },
                }
            }
            | errors(400, 401, 403, 410),
        }


ABOUT = """Rows created, updated and deleted since a cursor, in the order in which they were committed:
complete whatever is written at the same time, and resumable from any cursor for ever.

Begin without `after`; keep `cursor` with what you made of the page, and send it as `after`. While `has_more`
is true, go on at once; otherwise come back later, or wait for changes with the header `Prefer: wait=30`. A
row that changed several times shows once, as it is now, at the place of its last change.

Without a key the feed has open data. With one, also the resources of its scopes."""
APPLIED = {
    "Preference-Applied": {
        "description": "How long the answer waited at most, when it did.",
        "schema": {"type": "string", "examples": ["wait=30"]},
    }
}
PARAMETERS = [
    names_parameter(
        "resources",
        "Only these resources (otherwise all that the reader may see)",
        [resource.name for resource in RESOURCES],
    ),
    {
        "name": "after",
        "in": "query",
        "description": "The `cursor` of the last page; empty or absent: from the beginning.",
        "schema": {"type": "string", "examples": [A_CURSOR]},
    },
    {
        "name": "page_size",
        "in": "query",
        "description": "Changes a page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 500},
    },
    {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=30`: when nothing is new, wait up to so many seconds, 30 at most (RFC 7240).",
        "schema": {"type": "string", "examples": ["wait=30"]},
    },
]


def _component(resource: type[Resource] | Resource) -> str:
    return f"{resource.model.__name__}Change"


def _change(resource: Resource) -> dict:
    """A change of one of the resource's rows."""
    scope = {"x-scope": resource.scope} if resource.scope else {}
    needs = f" Only with the scope `{resource.scope}`." if resource.scope else ""
    return {
        "type": "object",
        "description": f"A change in `{resource.name}`.{needs}",
        **scope,
        "properties": {
            "resource": {
                "type": "string",
                "const": resource.name,
                "description": "The resource.",
                "examples": [resource.name],
            },
            "type": {
                "$ref": "#/components/schemas/ChangeType",
                "description": "What happened to the row, as this reader sees it.",
                "examples": ["updated"],
            },
            "id": Id(help="Id of the row.").schema(),
            "deleted": {
                "type": "boolean",
                "description": "Whether `type` is `deleted`: for tools that know deletions by a column.",
                "examples": [False],
            },
            "cursor": {
                "type": "string",
                "description": "The place after this change. Sorted as text, in the feed's order.",
                "examples": [ENTRY_CURSOR],
            },
            "data": {
                "oneOf": [{"$ref": f"#/components/schemas/{resource.component}"}, {"type": "null"}],
                "description": "The row as in its list; null when it is deleted.",
            },
        },
        "required": ["resource", "type", "id", "deleted", "cursor", "data"],
        "additionalProperties": False,
    }


def _page() -> dict:
    references = {each.name: f"#/components/schemas/{_component(each)}" for each in RESOURCES}
    return {
        "type": "object",
        "description": "A page of the feed.",
        "properties": {
            "results": {
                "type": "array",
                "description": "The changes, the oldest first; empty when there is nothing new.",
                "items": {
                    "oneOf": [{"$ref": reference} for reference in references.values()],
                    "discriminator": {"propertyName": "resource", "mapping": references},
                },
            },
            "cursor": {
                "type": "string",
                "description": "The place after this page: send it as `after`. Never expires.",
                "examples": [A_CURSOR],
            },
            "has_more": {
                "type": "boolean",
                "description": "Whether there is more already.",
                "examples": [False],
            },
        },
        "required": ["results", "cursor", "has_more"],
        "additionalProperties": False,
    }


def _example() -> dict:
    hubs = next(resource for resource in RESOURCES if resource.name == "hubs")
    row = sample(hubs.fields)
    marks = {"deleted": False, "cursor": ENTRY_CURSOR}
    changed = {"resource": "hubs", "type": "updated", "id": row["id"], **marks, "data": row}
    another = Id(help="").sample()
    gone = {"resource": "hubs", "type": "deleted", "id": another, **marks, "deleted": True, "data": None}
    return {"results": [changed, gone], "cursor": A_CURSOR, "has_more": False}
