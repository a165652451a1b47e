"""Public pages kept whole in each process, and served before anything else is done for a request.

A view says what its page stands on (``keep``): a function that tells in which version that is, asked again at
each request, so that a change shows at once and in every process; and until when the page may stand at most.
What is kept was the same for everybody: no session, no message, no cookie but the language and the form's
token, no query string, and nothing said about it by the view or the middleware that makes it private. What is
served skips sessions, languages, the request log and its id; metrics and security headers stand outside.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags

MOST_BYTES = 16 * 1024 * 1024  # in each process; the page longest unused goes first
KNOWN_COOKIES = {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
KNOWN_DIFFERENCES = {"cookie", "accept-encoding"}
ONE_REQUESTS_OWN = {"x-request-id", "date"}
ENCODINGS = ("br", "gzip")  # in the order of ``wecd.common.caching``
LANGUAGES = tuple(f"/{code}/" for code, _name in settings.LANGUAGES)


@dataclass(frozen=True)
class Keep:
    """``changed()`` tells the version of what the page shows; ``version``: what it told beforehand."""

    changed: Callable[[], str]
    version: str
    until: datetime


@dataclass(frozen=True)
class Page:
    keep: Keep
    content: bytes
    headers: dict[str, str]

    def stands(self) -> bool:
        return timezone.now() < self.keep.until and self.keep.changed() == self.keep.version

    def response(self) -> HttpResponse:
        return HttpResponse(self.content, headers=self.headers)


_pages: OrderedDict[tuple, Page] = OrderedDict()
_lock = Lock()


def keep(response: HttpResponse, how: Keep) -> HttpResponse:
    """Let this page be kept, if nothing on its way out makes it one person's own."""
    response.kept_by = how  # type: ignore[attr-defined]
    return response


def forget() -> None:
    """Drop every page of this process."""
    with _lock:
        _pages.clear()


class PublicCacheMiddleware:
    """Answer from what is kept, and keep what may be. Stands outside what packs public pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        key = _key(request)
        if key is None:
            return self.get_response(request)
        with _lock:
            page = _pages.get(key)
            if page is not None:
                _pages.move_to_end(key)
        if page is not None and page.stands():
            return _unless_known(request, page.response(), request.headers.get("If-None-Match", ""))
        # The whole page is asked for, so that it can be kept; "not modified" is said here.
        known = request.META.pop("HTTP_IF_NONE_MATCH", "")
        response = self.get_response(request)
        if known:
            request.META["HTTP_IF_NONE_MATCH"] = known
        if _may_be_kept(response):
            _put(key, response)
        return _unless_known(request, response, known)


def _key(request) -> tuple | None:
    """What tells public pages apart; None when this request may not be answered with a kept page at all."""
    if (
        request.method != "GET"
        or request.META.get("QUERY_STRING")
        or not request.path_info.startswith(LANGUAGES)
        or not KNOWN_COOKIES.issuperset(request.COOKIES)
        or "HTTP_AUTHORIZATION" in request.META
    ):
        return None
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "").split(",")
    names = {part.split(";")[0].strip() for part in accepted}
    encoding = next((name for name in ENCODINGS if name in names), "")
    # SECURITY: an unknown host is refused here, as everywhere
    return settings.SITE_URL, request.scheme, request.get_host(), request.path_info, encoding


def _may_be_kept(response) -> bool:
    differs = {part.strip().lower() for part in response.get("Vary", "").split(",") if part.strip()}
    return (
        hasattr(response, "kept_by")
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.get("Cache-Control") == "public, no-cache"
        and differs <= KNOWN_DIFFERENCES
    )


def _put(key: tuple, response) -> None:
    headers = {name: value for name, value in response.items() if name.lower() not in ONE_REQUESTS_OWN}
    with _lock:
        _pages.pop(key, None)
        _pages[key] = Page(response.kept_by, response.content, headers)
        while len(_pages) > 1 and sum(len(page.content) for page in _pages.values()) > MOST_BYTES:
            _pages.popitem(last=False)


def _unless_known(request, response, known: str):
    """The response, or "not modified" for a reader who has it."""
    if known and response.status_code == 200 and response.get("ETag") in parse_etags(known):
        return get_conditional_response(request, etag=response["ETag"], response=response)
    return response
