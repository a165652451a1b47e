"""What every request passes through."""

import uuid

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from wecd.common.request import set_request_id
from wecd.common.workflow import Refused

ADMIN = "/admin/"
# The admin's theme runs Alpine, which evaluates the expressions in its attributes, and styles inline.
ADMIN_POLICY = {"script-src": ["'self'", "'unsafe-eval'"], "style-src": ["'self'", "'unsafe-inline'"]}


class RequestContextMiddleware:
    """Give each request an id, which the journal, the logs and the response carry.

    The id is ours: one sent by the client would let them choose what the journal says.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.portal_id = uuid.uuid4().hex
        set_request_id(request.portal_id)
        structlog.contextvars.bind_contextvars(request_id=request.portal_id)
        try:
            response = self.get_response(request)
        finally:
            set_request_id("")
        response["X-Request-ID"] = request.portal_id
        return response


class SecurityHeadersMiddleware(CSPMiddleware):
    """The content security policy, and the other headers no page should be without.

    Pages keep the strict policy of the settings; the admin's is wider by what its theme needs.
    """

    def process_response(self, request, response):
        response = super().process_response(request, response)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"
        )
        return response

    def get_policy_parts(self, request, response, report_only=False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN) and not report_only:
            parts.replace = ADMIN_POLICY | (parts.replace or {})
        return parts


class RefusedMiddleware:
    """Turn a ``Refused`` that reached the top of a page into a message on the page before."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        messages.error(request, str(exception))
        back = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = "/"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=409, headers={"HX-Redirect": back})
        return HttpResponseRedirect(back)
