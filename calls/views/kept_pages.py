"""Public pages served again without being written again, as long as nothing in them has changed."""

import hashlib
from functools import partial, wraps

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from calls.domain.stamps import stamp

PERSONAL = {settings.SESSION_COOKIE_NAME, "messages"}
SECONDS = 10  # how long a clock on the page (what is left, what is open) may lag


def kept_for_passers_by(view=None, *, changed=stamp):
    """Keep the page for those who carry no session; a change to the call shows at once.

    One query instead of all. A reader who comes back gets "304 Not Modified". Pages with a query string
    (filters, a typed cost) are written each time, so that nobody can fill the cache. ``changed(slug)`` says
    in which version what the page shows is.
    """
    if view is None:
        return partial(kept_for_passers_by, changed=changed)

    @wraps(view)
    def wrapper(request, **kwargs):
        if request.GET or not PERSONAL.isdisjoint(request.COOKIES) or request.user.is_authenticated:
            response = view(request, **kwargs)
            patch_vary_headers(response, ["Cookie"])
            return response
        moment = int(timezone.now().timestamp()) // SECONDS
        parts = (
            settings.SITE_URL,
            request.build_absolute_uri(),
            get_language(),
            moment,
            changed(kwargs.get("slug")),
        )
        key = hashlib.sha256(repr(parts).encode()).hexdigest()
        content = cache.get(f"page:{key}")
        if content is None:
            response = view(request, **kwargs)
            if response.status_code != 200 or response.cookies:
                return response
            content = response.content
            cache.set(f"page:{key}", content, SECONDS)
        response = HttpResponse(content)
        response["ETag"] = f'W/"{key[:32]}"'
        response["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Cookie"])
        return get_conditional_response(request, etag=response["ETag"], response=response)

    return wrapper
