"""Public pages served again without being written again, as long as nothing in them has changed."""

from datetime import timedelta
from functools import partial, wraps

from django.conf import settings
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from calls.domain.stamps import next_moment, stamp
from wecd.common.public_cache import Keep, keep

PERSONAL = {settings.SESSION_COOKIE_NAME, "messages"}
SECONDS = 10  # how long words that follow the clock ("3 days left") may lag; openings and deadlines never do


def kept_for_passers_by(view=None, *, changed=stamp):
    """Keep the page for those who carry no session; a change to what it shows, shows at once.

    ``changed(slug)`` says in which version that is: one query a request instead of all. However little
    changed, a page stands for ``SECONDS`` at most, and never past the next opening or deadline of a call.
    Pages with a query string (filters, a typed cost) are written each time, so that nobody can fill the
    memory.
    """
    if view is None:
        return partial(kept_for_passers_by, changed=changed)

    @wraps(view)
    def wrapper(request, **kwargs):
        if request.GET or not PERSONAL.isdisjoint(request.COOKIES) or request.user.is_authenticated:
            response = view(request, **kwargs)
            patch_vary_headers(response, ["Cookie"])
            return response
        version = partial(changed, kwargs.get("slug"))
        # Version and time first: what changes while the page is written makes it too old at once.
        now = timezone.now()
        end = now + timedelta(seconds=SECONDS)
        how = Keep(version, version(), min(end, next_moment(now) or end))
        response = view(request, **kwargs)
        response["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Cookie"])
        return keep(response, how)

    return wrapper
