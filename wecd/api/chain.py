"""What a request to the API passes through, instead of what a page does.

Sessions, languages, forms and messages are the pages' concern: a request under /api/ leaves their chain at
once, through ``ApiMiddleware``, the first, and goes through ``settings.API_MIDDLEWARE``. Django's test client
passes the same way.
"""

import logging
import os
import re
import time
from functools import cache

import structlog
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.middleware.security import SecurityMiddleware
from django.urls import ResolverMatch, URLPattern
from django.utils.module_loading import import_string
from prometheus_client import Histogram

from wecd.catalogue import BY_NAME
from wecd.common.middleware import SecurityHeadersMiddleware
from wecd.common.request import set_request_id

PREFIX = "/api/"
ROOT = "/api/v1/"
ROW = re.compile(r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})/?")
SECONDS = Histogram(
    "wecd_api_request_seconds",
    "Requests to the API: how long the portal took.",
    ["view", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
requests = logging.getLogger("wecd.api.requests")


class ApiHandler(BaseHandler):
    """Django's handler with the API's middleware."""

    def __init__(self):
        self._view_middleware = self._template_response_middleware = self._exception_middleware = []
        chain = convert_exception_to_response(self._get_response)
        for name in reversed(settings.API_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self.answer = chain

    def resolve_request(self, request):
        """The view of an address: a list or a row is looked up by name, the rest goes the long way."""
        path, _slash, rest = request.path_info[len(ROOT) :].partition("/")
        if request.path_info.startswith(ROOT) and path in routes():
            views, found = routes()[path], ROW.fullmatch(rest)
            if not rest or found:
                view, name, route = views[bool(rest)]
                request.resolver_match = ResolverMatch(
                    view, (), {"id": found[1]} if found else {}, name, ["api"], ["api"], route
                )
                return request.resolver_match
        return super().resolve_request(request)


@cache
def routes() -> dict[str, list[tuple]]:
    """Of each resource: view, name and pattern of its list and of its rows."""
    from wecd.api.urls import urlpatterns

    by_name = {each.name: each for each in urlpatterns if isinstance(each, URLPattern)}
    return {
        name: [
            (each.callback, each.name, f"{ROOT[1:]}{each.pattern}")
            for each in (by_name[name], by_name[f"{name}-one"])
        ]
        for name in BY_NAME
    }


class ApiMiddleware:
    """Sends what is under /api/ through its own chain; everything else goes on."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.api = ApiHandler().answer

    def __call__(self, request):
        if request.path_info.startswith(PREFIX) or request.path_info == PREFIX[:-1]:
            return self.api(request)
        return self.get_response(request)


class RequestMiddleware:
    """An id for each request, which journal, logs and response carry; a line in the log; a measurement.

    The id is ours: one sent by the client would let them choose what the journal says.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        request.portal_id = os.urandom(16).hex()
        set_request_id(request.portal_id)
        structlog.contextvars.bind_contextvars(request_id=request.portal_id)
        try:
            request.get_host()  # SECURITY: refuses a host that is not ours, which links would carry on
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.portal_id
            seconds = time.perf_counter() - started
            match = request.resolver_match
            measured(match.url_name if match else "", response.status_code).observe(seconds)
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


@cache
def measured(view: str | None, status: int):
    return SECONDS.labels(view or "", status)


class HeadersMiddleware(SecurityMiddleware):
    """What Django's security middleware does, and a policy for data: they may do nothing in a browser.

    A page (the docs) gets the portal's own policy.
    """

    def __init__(self, get_response):
        super().__init__(get_response)
        self.of_pages = SecurityHeadersMiddleware(get_response)

    def process_response(self, request, response):
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("X-Frame-Options", "DENY")
            self.of_pages.process_response(request, response)
        else:
            response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return super().process_response(request, response)
