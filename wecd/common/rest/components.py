"""What every operation's documentation shares: money, texts, errors, headers, the ways to sign in."""

from http import HTTPStatus

from wecd.common.rest.fields import LANGUAGES
from wecd.common.rest.problems import CONTENT_TYPE, TITLES

HOST = "https://portal.example.org"  # in examples
MONEY = {
    "type": "object",
    "description": "A sum of money, in euros. The amount is text so that no client rounds it.",
    "properties": {
        "amount": {
            "type": "string",
            "pattern": r"^-?\d+\.\d{2}$",
            "description": "Euros and cents, with a point and two decimals.",
            "examples": ["6000.00"],
            "x-unit": "euros",
        },
        "currency": {
            "type": "string",
            "const": "EUR",
            "description": "ISO 4217 code; the portal counts in euros only.",
            "examples": ["EUR"],
        },
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "examples": [{"amount": "6000.00", "currency": "EUR"}],
}
LANGUAGE_NAMES = {"fr": "French", "de": "German", "nl": "Dutch", "en": "English"}
WORDS = {
    "type": "object",
    "description": "A text by language; null where it is not translated. French is the source.",
    "properties": {
        language: {
            "type": ["string", "null"],
            "description": f"In {LANGUAGE_NAMES.get(language, language)}.",
            "examples": ["Chèque créatif" if language == "fr" else None],
        }
        for language in LANGUAGES
    },
    "required": list(LANGUAGES),
    "additionalProperties": False,
}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "`about:blank`: the status says which kind of error it is.",
            "examples": ["about:blank"],
        },
        "title": {
            "type": "string",
            "description": "The kind of error, in words; the same for each status.",
            "examples": [TITLES[400]],
        },
        "status": {
            "type": "integer",
            "minimum": 400,
            "maximum": 599,
            "description": "The HTTP status.",
            "examples": [400],
        },
        "detail": {
            "type": "string",
            "description": "What is wrong, in a sentence.",
            "examples": ["“colour” is not a parameter of this resource."],
        },
        "errors": {
            "type": "array",
            "description": "Each parameter or field at fault; only where there is one.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Name of the parameter or field; empty when it is none in particular.",
                        "examples": ["colour"],
                    },
                    "message": {
                        "type": "string",
                        "description": "What is wrong with it, in a sentence.",
                        "examples": ["“colour” is not a parameter of this resource."],
                    },
                },
                "required": ["field", "message"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}
SCHEMAS = {"Money": MONEY, "Words": WORDS, "Problem": PROBLEM}

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A partner's key: `Authorization: Bearer wecd_…`. Open data needs none.",
}


def _header(description: str, example: str | int, kind: str = "string", *, always: bool = True) -> dict:
    required = {"required": True} if always else {}
    return {"description": description, **required, "schema": {"type": kind, "examples": [example]}}


POLICY = ("The limit: `q` requests in `w` seconds.", '"minute";q=1200;w=60')
LEFT = ("What is left: `r` requests, until `t` seconds from now.", '"minute";r=1199;t=42')
LIMITS = {"RateLimit-Policy": _header(*POLICY), "RateLimit": _header(*LEFT)}
LIMITS_IF_KNOWN = {
    "RateLimit-Policy": _header(*POLICY, always=False),
    "RateLimit": _header(*LEFT, always=False),
}
ETAG = {"ETag": _header("Send it back in `If-None-Match`.", '"5b1f0c9de27a4483b6a7c1d2e3f40516"')}
LINKS = {
    "Link": _header(
        "The pages before and after, as in `previous` and `next`; for CSV and NDJSON the only place.",
        f'<{HOST}/api/v1/calls?cursor=…>; rel="next"',
        always=False,
    ),
    "X-Total-Count": _header("With `count`: the number of rows.", 1234, "integer", always=False),
}
CHALLENGE = {
    "WWW-Authenticate": _header(
        "How to sign in; with `invalid_token` when a key was sent.",
        'Bearer realm="WECD API", error="invalid_token"',
    )
}
RETRY = {"Retry-After": _header("Seconds to wait.", 42, "integer")}

# status: name of the component, what it means, an example of `detail`
ERRORS: dict[int, tuple[str, str, str]] = {
    400: (
        "WrongParameter",
        "A parameter is unknown or has a wrong value: `errors` names each.",
        "“colour” is not a parameter of this resource.",
    ),
    401: (
        "NoValidKey",
        "No key, or one that is unknown, expired or revoked: refused even where none is needed.",
        "This API key is unknown, expired or revoked.",
    ),
    403: (
        "ScopeMissing",
        "The key lacks the scope, or is used from outside its networks: refused even where none is needed.",
        "This key does not have the scope “applications:read”.",
    ),
    404: (
        "NotThere",
        "There is no such row, or this key may not see it.",
        "There is no such row, or this key may not see it.",
    ),
    405: (
        "MethodNotAllowed",
        "Another method than GET or HEAD: the API only reads.",
        'Method "POST" not allowed.',
    ),
    410: (
        "FeedBegunAnew",
        "The feed has begun anew since this cursor was given: load everything again, without `after`.",
        "The feed has begun anew since this cursor was given: load everything again, without “after”.",
    ),
    429: (
        "TooManyRequests",
        "Too many requests: wait the seconds `Retry-After` says.",
        "Request was throttled. Expected available in 42 seconds.",
    ),
    500: (
        "OurFault",
        "The fault is ours and has been noted. Try again later.",
        "The fault is ours and has been noted. Try again later.",
    ),
}
ERROR_HEADERS = {
    401: LIMITS | CHALLENGE,
    404: LIMITS_IF_KNOWN,  # an address that leads nowhere is counted by nobody
    429: LIMITS | RETRY,
    405: {"Allow": _header("What is.", "GET, HEAD, OPTIONS")},
    500: LIMITS_IF_KNOWN,
}


def problem_response(status: int) -> dict:
    """The response component of an error, with an example."""
    _name, meaning, detail = ERRORS[status]
    title = TITLES.get(status) or HTTPStatus(status).phrase
    example: dict = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if status == 400:
        example["errors"] = [{"field": "colour", "message": detail}]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {
        "description": meaning,
        "headers": ERROR_HEADERS.get(status, LIMITS),
        "content": {CONTENT_TYPE: content},
    }
