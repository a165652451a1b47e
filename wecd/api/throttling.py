"""How often one key, or one address without a key, may ask."""

from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from wecd.api import limits, usage
from wecd.common import addresses
from wecd.common.rest.reader import Reader


def count(request: HttpRequest, view, reader: Reader | None) -> limits.Answer:
    """Count this request against the limit the view names (``limit``, or "reads") and as a use of its key.

    Leaves the answer on Django's request as ``limits``, for the headers.
    """
    return _take(getattr(view, "limit", "reads"), request, reader)


def who(request: HttpRequest, reader: Reader | None) -> str:
    """Who is counted: the key, or without one the address."""
    return f"key:{reader.key}" if reader else f"ip:{addresses.household(addresses.of_client(request))}"


def _take(name: str, request: HttpRequest, reader: Reader | None) -> limits.Answer:
    answer = limits.take(name, who(request, reader), has_key=reader is not None)
    if reader and reader.key:
        usage.count(reader.key, limited=not answer.allowed)
    request.limits = answer  # type: ignore[attr-defined]
    return answer


def check(request: HttpRequest, view, reader: Reader | None) -> None:
    """``Throttled`` when there have been too many."""
    answer = count(request, view, reader)
    if not answer.allowed:
        raise Throttled(answer.seconds)


def turned_away(request: HttpRequest, reader: Reader | None) -> None:
    """Count a request without the right to what it asks, unless it is counted: as a read, whatever it asks.

    SECURITY: so keys are not tried without end. ``Throttled`` when there have been too many.
    """
    if not hasattr(request, "limits"):
        answer = _take("reads", request, reader)
        if not answer.allowed:
            raise Throttled(answer.seconds)


def count_as_read(request: HttpRequest, reader: Reader | None) -> None:
    """A counted request that found everything busy counts as a read instead, and the rest as not asked.

    Where its reads are used up too, it stays what it was.
    """
    counted: limits.Answer = request.limits  # type: ignore[attr-defined]
    asker, has_key = who(request, reader), reader is not None
    if limits.take("reads", asker, has_key=has_key).allowed:
        request.limits = limits.give_back(counted, asker)  # type: ignore[attr-defined]


class FairShare(BaseThrottle):
    """The same for Django REST framework."""

    def allow_request(self, request, view):
        self.answer = count(request._request, view, request.auth)
        return self.answer.allowed

    def wait(self):
        return self.answer.seconds


def headers(request) -> dict[str, str]:
    """The RateLimit headers of a request that was counted."""
    answer = getattr(request, "limits", None)
    return answer.headers if answer else {}
