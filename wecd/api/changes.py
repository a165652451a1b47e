"""``GET /api/v1/changes``: the feed of created, updated and deleted rows."""

import re
import time
from contextlib import contextmanager

from django.http import HttpResponse, QueryDict
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.views import APIView

from wecd.api import throttling, waiting
from wecd.api.personal import note_read
from wecd.api.schemas import ChangesSchema
from wecd.api.views import InEnglish
from wecd.catalogue import BY_NAME
from wecd.common.rest.parameters import Parameters
from wecd.common.rest.problems import problem
from wecd.common.rest.reader import ANYONE, Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.views import JsonUnlessAsked
from wecd.feed import cursors, reading, settling

PAGE_SIZE, MAX_PAGE_SIZE = 500, 10_000
MAX_WAIT = 30  # seconds
LOOK_EVERY = 0.25  # seconds, while somebody waits
SETTLING = 2  # seconds a request gives to what is unsettled; the next one goes on
WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})\b", re.IGNORECASE)


class ChangesView(APIView):
    """A page of the feed. Open data needs no key; the rest needs the scope of each resource asked for."""

    open = True
    limit = "feed"
    schema = ChangesSchema()
    content_negotiation_class = JsonUnlessAsked
    http_method_names = ["get", "head", "options"]

    def get(self, request) -> HttpResponse:
        reader = request.auth or ANYONE
        resources, after, size = self.asked(request.query_params, reader)
        wait = _wished(request.headers.get("Prefer", ""))
        with _patience(wait, request) as granted:
            page = self.page(resources, reader, after, size, granted)
        if page is None:
            return problem(
                410,
                "The feed has begun anew since this cursor was given: load everything, without “after”.",
            )
        note_read(request.auth, resources if page.changes else [])
        tail = f'], "cursor": "{page.cursor}", "has_more": {str(page.has_more).lower()}}}'
        body = b"".join((b'{"results": [', b"".join(page.changes)[1:], tail.encode()))
        response = HttpResponse(body, content_type="application/json")
        response["Cache-Control"] = "no-store"
        if granted:
            response["Preference-Applied"] = f"wait={granted}"
        return response

    def asked(self, query: QueryDict, reader: Reader) -> tuple[list[Resource], cursors.Place, int]:
        """The checked parameters; ``ValidationError`` names every one at fault."""
        given = Parameters(query, {"resources", "after", "page_size"})
        names = [name.strip() for value in query.getlist("resources") for name in value.split(",")]
        unknown = sorted({name for name in names if name not in BY_NAME})
        if unknown and "resources" not in given.errors:
            given.errors["resources"] = f"names what is not there: {', '.join(unknown)}"
        place = cursors.BEGINNING
        text = query.get("after", "").strip()
        if text:
            try:
                place = cursors.parse(given.one("after"))
            except cursors.BadCursor as error:
                given.errors.setdefault("after", str(error))
        else:
            given.errors.pop("after", None)  # an empty one begins at the beginning
        size = given.one("page_size")
        if size and not (
            size.isascii() and size.isdigit() and len(size) < 6 and 1 <= int(size) <= MAX_PAGE_SIZE
        ):
            given.errors["page_size"] = f"must be a whole number from 1 to {MAX_PAGE_SIZE}"
        given.finish()
        return _readable(names, reader), place, int(size or PAGE_SIZE)

    def page(self, resources, reader: Reader, after: cursors.Place, size: int, wait: int):
        """The page, waiting for a change if there is none; None when the cursor is of another feed."""
        names = tuple(resource.name for resource in resources)
        until = time.monotonic() + wait
        while True:
            settling.settle(seconds=SETTLING)
            page = reading.read(names, reader, after, size)
            if page is None:
                return None
            again = page.has_more and page.cursor.seq == after.seq  # its first row has just changed
            if not again and (page.changes or page.has_more) or time.monotonic() >= until:
                return page
            here = page.cursor
            while time.monotonic() < until and not settling.pending() and cursors.settled().place == here:
                time.sleep(LOOK_EVERY)


def _readable(names: list[str], reader: Reader) -> list[Resource]:
    """The resources asked for, in the catalogue's order; without names, all this reader may see."""
    if not names:
        return [resource() for resource in BY_NAME.values() if reader.may_see(resource.scope)]
    for name in names:
        scope = BY_NAME[name].scope
        if not reader.may_see(scope):
            if reader == ANYONE:
                raise NotAuthenticated(f"“{name}” needs a partner's API key with the scope “{scope}”.")
            raise PermissionDenied(f"This key does not have the scope “{scope}”.")
    return [resource() for name, resource in BY_NAME.items() if name in names]


def _wished(prefer: str) -> int:
    """Seconds the client would wait (RFC 7240), not more than we do."""
    match = WAIT.search(prefer)
    return min(int(match[1]), MAX_WAIT) if match else 0


@contextmanager
def _patience(wished: int, request):
    """The seconds granted: none while too many wait already, so that those who do not are served."""
    if not wished:
        yield 0
        return
    who = throttling.who(request._request, request.auth)
    with waiting.place(who, has_key=request.auth is not None) as is_free:
        yield wished if is_free else 0


def view():
    """As a view."""
    return type("Changes", (InEnglish, ChangesView), {}).as_view()
