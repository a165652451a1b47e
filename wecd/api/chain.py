"""What a request to the API passes through, instead of what a page does.

Sessions, languages, forms and messages are the pages' concern: a request under /api/ leaves their chain at
once, through ``ApiMiddleware``, the first, and goes through ``settings.API_MIDDLEWARE``. Django's test client
passes the same way.
"""

import logging
import time
import uuid

import structlog
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.utils.module_loading import import_string
from prometheus_client import Histogram

from wecd.common.middleware import SecurityHeadersMiddleware
from wecd.common.request import set_request_id

PREFIX = "/api/"
SECONDS = Histogram(
    "wecd_api_request_seconds",
    "Requests to the API: how long the portal took.",
    ["view", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
requests = logging.getLogger("wecd.api.requests")


class ApiMiddleware:
    """Sends what is under /api/ through its own chain; everything else goes on."""

    def __init__(self, get_response):
        self.get_response = get_response
        handler = BaseHandler()
        handler._view_middleware = handler._template_response_middleware = handler._exception_middleware = []
        chain = convert_exception_to_response(handler._get_response)
        for name in reversed(settings.API_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self.api = chain

    def __call__(self, request):
        if request.path_info.startswith(PREFIX) or request.path_info == PREFIX[:-1]:
            return self.api(request)
        return self.get_response(request)


class HeadersMiddleware(SecurityHeadersMiddleware):
    """Data may do nothing in a browser, which is soon said; a page (the docs) gets the portal's policy."""

    def process_response(self, request, response):
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("X-Frame-Options", "DENY")
            return super().process_response(request, response)
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return response


class RequestMiddleware:
    """An id for each request, which journal, logs and response carry; a line in the log; a measurement.

    The id is ours: one sent by the client would let them choose what the journal says.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        request.portal_id = uuid.uuid4().hex
        set_request_id(request.portal_id)
        structlog.contextvars.bind_contextvars(request_id=request.portal_id)
        try:
            request.get_host()  # SECURITY: refuses a host that is not ours, which links would carry on
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.portal_id
            seconds = time.perf_counter() - started
            match = request.resolver_match
            view = match.url_name if match else ""
            SECONDS.labels(view, response.status_code).observe(seconds)
            if requests.isEnabledFor(logging.INFO):
                self.tell(request, response, seconds)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
            set_request_id("")
        return response

    def tell(self, request, response, seconds: float) -> None:
        """One line: what, how it ended, how long, by which key. Not what was asked for: it may be a name."""
        reader = getattr(request, "auth", None)
        structlog.get_logger(requests.name).info(
            "api_request",
            request=f"{request.method} {request.path}",
            code=response.status_code,
            ms=round(seconds * 1000, 1),
            key=str(reader.key) if reader else None,
        )
