"""Every error under /api/ as problem+json (RFC 9457)."""

import logging

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions
from rest_framework.views import APIView, set_rollback

from wecd.api import throttling
from wecd.api.authentication import REALM
from wecd.common.rest.problems import problem
from wecd.common.workflow import Refused

TURNED_AWAY = (
    exceptions.NotAuthenticated,
    exceptions.AuthenticationFailed,
    exceptions.PermissionDenied,
    PermissionDenied,
)

logger = logging.getLogger("django.request")


def handle(error: Exception, context: dict):
    """The response to an exception of an API view. An unforeseen one is logged and told without details."""
    set_rollback()
    request = getattr(context["request"], "_request", context["request"])
    if isinstance(error, TURNED_AWAY):
        try:
            throttling.turned_away(request, getattr(context["request"], "auth", None))
        except Exception as another:
            error = another
    if isinstance(error, Http404):
        return problem(404, "There is no such row, or this key may not see it.")
    if isinstance(error, Refused):
        return problem(409, str(error))
    if isinstance(error, BadRequest | SuspiciousOperation):  # more parameters than Django reads
        return problem(400, str(error) or "The request cannot be read.")
    if isinstance(error, PermissionDenied):
        return problem(403, str(error) or "You may not do this.")
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error)
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, _sentence(error), headers=_headers(error, context))
    logger.error(
        "API error at %s", request.path, exc_info=error, extra={"request": request, "status_code": 500}
    )
    got_request_exception.send(sender=handle, request=request)
    return problem(500, "The fault is ours and has been noted. Try again later.")


def _sentence(error: exceptions.APIException) -> str:
    return error.detail if isinstance(error.detail, str) else str(error)


def _headers(error: exceptions.APIException, context: dict) -> dict[str, str]:
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = REALM
        if context["request"].headers.get("Authorization"):
            headers["WWW-Authenticate"] += ', error="invalid_token"'
    if isinstance(error, exceptions.Throttled) and error.wait is not None:
        headers["Retry-After"] = str(max(1, int(error.wait)))
    return headers


def _invalid(error: exceptions.ValidationError):
    """400, naming each parameter or field at fault."""
    detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    errors = [
        {"field": field, "message": str(message)}
        for field, messages in detail.items()
        for message in (messages if isinstance(messages, list) else [messages])
    ]
    return problem(400, " ".join(_with_name(item) for item in errors), errors=errors)


def _with_name(item: dict[str, str]) -> str:
    name, message = item["field"], item["message"]
    return message if not name or f"“{name}”" in message else f"“{name}”: {message}"


class NotFound(APIView):
    """Any address under /api/ that is nothing."""

    open = True
    schema = None

    def initial(self, request, *args, **kwargs):
        raise Http404

    def http_method_not_allowed(self, request, *args, **kwargs):
        return problem(404, "There is nothing at this address. /api/v1/docs lists all there is.")

    def handle_exception(self, exc):
        return problem(404, "There is nothing at this address. /api/v1/docs lists all there is.")
