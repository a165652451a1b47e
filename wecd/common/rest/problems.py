"""Errors as RFC 9457 problem+json, the same for everything under /api/."""

from http import HTTPStatus

from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be understood",
    401: "A valid API key is needed",
    403: "This key may not do that",
    404: "There is nothing at this address",
    405: "This method is not allowed here",
    406: "This format is not available",
    409: "Not possible in the present state",
    415: "This media type is not accepted",
    429: "Too many requests",
    500: "Something went wrong on our side",
}


def problem(
    status: int, detail: str, *, errors: list[dict] | None = None, headers=None, **more
) -> JsonResponse:
    """A problem. ``errors`` names each parameter or field at fault: ``{"field", "message"}``."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": str(detail), **more}
    if errors:
        body["errors"] = errors
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)
