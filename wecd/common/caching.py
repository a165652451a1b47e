"""Who may keep a page, and how it travels.

A page of somebody signed in is kept by nobody: ``private, no-store``. A public page is the same for all who
have no session: caches may keep it but ask each time, and get 304 while it is unchanged. It is compressed
once for all its readers; private pages are compressed by Django's middleware, which hides their length.
"""

import gzip
import hashlib

import brotli
from django.conf import settings
from django.core.cache import cache
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

PRIVATE_ROOMS = ("/admin", "/accounts")
OWN_RULES = ("/api/", "/open-data/")  # its responses say themselves how long they hold
SMALL = 600  # bytes under which compression costs more than it saves
PACKED_FOR = 600  # seconds a compressed page is remembered, by its content
ENCODERS = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}


class PrivatePagesGZipMiddleware(GZipMiddleware):
    """Compress pages that are not public, padded at random so that their length tells nothing.

    The API's responses say for themselves what they are: nothing here rewrites them.
    """

    def process_response(self, request, response):
        if request.path_info.startswith(OWN_RULES):
            return response
        return super().process_response(request, response)


class PublicPagesMiddleware:
    """Say what each page may do in caches, answer 304, and compress what is public.

    Stands outside the session, so that a response that sets a cookie is seen to do so. A view that says its
    own ``Cache-Control`` keeps it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.streaming or request.path_info.startswith(OWN_RULES):
            return response
        if not self._is_public(request, response):
            if response.get("Cache-Control", "no-cache") == "no-cache":
                patch_cache_control(response, private=True, no_store=True)
            return response
        if "Cache-Control" not in response or response["Cache-Control"] == "no-cache":
            response["Cache-Control"] = "public, no-cache"
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        if not response.has_header("ETag"):
            response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        if response["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
            return get_conditional_response(request, etag=response["ETag"], response=response)
        return self._packed(request, response)

    def _is_public(self, request, response) -> bool:
        """The same for everybody: no session, no message waiting, no cookie, no error."""
        return (
            request.method in ("GET", "HEAD")
            and response.status_code == 200
            and not response.cookies
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
            and "messages" not in request.COOKIES
            and not request.path_info.startswith(PRIVATE_ROOMS)
            and not response.get("Cache-Control", "").startswith(("private", "max-age=0"))
        )

    def _packed(self, request, response):
        """In the best encoding the reader knows."""
        accepted = {
            part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")
        }
        name = next((name for name in ENCODERS if name in accepted), "")
        packable = response.get("Content-Type", "").startswith(("text/", "application/")) and name
        if not packable or len(response.content) < SMALL or response.has_header("Content-Encoding"):
            return response
        key = f"packed:{name}:{hashlib.sha256(response.content).hexdigest()}"
        may_remember = not request.META.get("QUERY_STRING")  # what people typed is not kept, packed or not
        packed = cache.get(key) if may_remember else None
        if packed is None:
            packed = ENCODERS[name](response.content)
            if may_remember:
                cache.set(key, packed, PACKED_FOR)
        response.content = packed
        response["Content-Encoding"] = name
        response["Content-Length"] = str(len(packed))
        return response
