"""What the schema says of the API as a whole, and the order in which it says it."""

from django.urls import reverse

from partners.enums import Scope
from wecd.catalogue import RESOURCES
from wecd.common.rest.components import problem_response

DESCRIPTION = """## Who may read

Programmes, axes, actions, indicators, partners, hubs, calls and awards are open data: no key is needed. The
rest needs a partner's key, sent as `Authorization: Bearer wecd_…`, with the scope each operation names; it
shows what concerns the actions the partner leads or takes part in. What a key may not see is absent: a
row is not listed (or answers 404), a member of a row is not there. Members that are personal data need the
scope `personal:read` and a processing agreement in force.

## Reading

- The API only reads: GET and HEAD. Any other method answers 405.
- Lists are keyset pages: follow `next` until it is null. Page 10,000 costs what page 1 does.
- Nothing is ignored: an unknown parameter, an empty or a wrong value answers 400 and is named.
- Send `ETag` back in `If-None-Match`: unchanged data answer 304.
- An Accept header that names no form the API has gets JSON, never 406.

## Values

Instants are ISO 8601 in UTC with microseconds; days are `2026-12-01`, in Belgium. Money is `{"amount":
"6000.00", "currency": "EUR"}` and shares are percentages (`"75.00"`): text, so that no client rounds
them. Ids are UUIDs that never change. Enumerations are lower-case words.

## Errors

Every error is `application/problem+json` (RFC 9457).

## Limits

Each key, and each address without one, may ask so many times a minute (for exports: an hour); the feed and
exports have limits of their own. `RateLimit-Policy` says how often, `RateLimit` what is left. Beyond it the
answer is 429, and `Retry-After` says how many seconds to wait. Nothing else happens to those who wait. A
system that needs more asks the programme for it.

## What stays

Under `/api/v1/` nothing that is here goes away or changes its meaning. Resources, members, parameters,
words of an enumeration and errors may be added at any time: read what you know, and let the rest pass.

## Terms

Open data are under CC BY 4.0: name the programme as their source. What a partner's key shows is for the
partner's work in the programme, under its agreement with it.
"""
INFO = {
    "title": "WECD API",
    "summary": "The data of a regional creative-economy programme.",
    "description": DESCRIPTION,
    "termsOfService": "/fr/open-data/",
    "contact": {"name": "The programme's staff", "url": "/fr/contact/"},
    "license": {"name": "CC BY 4.0 (open data)", "identifier": "CC-BY-4.0"},
}
SERVERS = [{"url": "/", "description": "The portal this schema comes from."}]

MORE_TAGS = [
    {
        "name": "changes",
        "description": "Created, updated and deleted rows: a copy that follows them misses none.",
    },
    {
        "name": "exports",
        "description": "Everything a reader may see of a resource, in one file.",
    },
]


def finish(result, generator, request, public):
    """Say what the API is, and put everything in the catalogue's order.

    Addresses work with and without a slash at the end; the schema shows those without.
    """
    known = [resource.name for resource in RESOURCES]
    paths = {path.rstrip("/"): item for path, item in result["paths"].items()}
    result["info"] = INFO | {"version": result["info"]["version"]}
    result["servers"] = SERVERS
    result["tags"] = [{"name": resource.name, "description": _about(resource)} for resource in RESOURCES]
    result["tags"] += [tag for tag in MORE_TAGS if tag["name"] in _used(result)]
    result["paths"] = dict(sorted(paths.items(), key=lambda item: _place(known, item[0])))
    _add_oauth(result)
    result["components"]["responses"]["MethodNotAllowed"] = problem_response(405)
    return result


def _add_oauth(result) -> None:
    """Wherever a key opens a door, an access token with the same scopes does."""
    result["components"]["securitySchemes"]["partnerOAuth"] = {
        "type": "oauth2",
        "description": "Client credentials, for systems that can send no key; the token is sent like one.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": reverse("oauth_token"),
                "scopes": {scope.value: str(scope.label) for scope in Scope},
            }
        },
    }
    for item in result["paths"].values():
        for operation in item.values():
            ways = [way["partnerKey"] for way in operation["security"] if "partnerKey" in way]
            operation["security"][len(ways) : len(ways)] = [{"partnerOAuth": scopes} for scopes in ways]


def _used(result) -> set[str]:
    return {tag for item in result["paths"].values() for each in item.values() for tag in each["tags"]}


def _about(resource) -> str:
    who = f"Needs a key with the scope `{resource.scope}`." if resource.scope else "Open data."
    return f"{resource.help} {who}"


def _place(known: list[str], path: str) -> tuple:
    name = path.removeprefix("/api/v1/").split("/")[0]
    return (known.index(name) if name in known else len(known), path)
