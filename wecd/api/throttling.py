"""How often one key, or one address without a key, may ask."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds


class FairShare(BaseThrottle):
    """So many requests a minute for each key, fewer for each address without one.

    Leaves ``limits`` on the Django request, for the RateLimit headers. Counts in the cache: with several
    processes, ``CACHE_URL`` must name one they share.
    """

    def allow_request(self, request, view):
        self.now = time.time()
        window = int(self.now // WINDOW)
        if request.auth is not None:
            who, quota = f"key:{request.auth.pk}", settings.API_REQUESTS_PER_MINUTE_WITH_KEY
        else:
            who, quota = f"ip:{request.META.get('REMOTE_ADDR', '')}", settings.API_REQUESTS_PER_MINUTE
        counter = f"api:{who}:{window}"
        cache.add(counter, 0, WINDOW * 2)
        try:
            used = cache.incr(counter)
        except ValueError:  # the cache let go of it in between
            used = 1
        request._request.limits = (quota, max(0, quota - used), self.wait())
        return used <= quota

    def wait(self):
        """Seconds until the next minute begins."""
        return max(1, round(WINDOW - self.now % WINDOW))


def headers(request) -> dict[str, str]:
    """The RateLimit headers of a request that was counted."""
    if not hasattr(request, "limits"):
        return {}
    quota, left, seconds = request.limits
    return {
        "RateLimit-Policy": f'"minute";q={quota};w={WINDOW}',
        "RateLimit": f'"minute";r={left};t={seconds}',
    }
