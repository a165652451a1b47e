"""The two views of every resource: its list and one of its rows.

What a request asks is checked once, and the statements that answer it are kept (``Listing``): the next
request that asks the same, for whatever reader with the same scopes and from whatever place, fills in values.
"""

import ast
import hashlib
import json
from urllib.parse import urlencode

from django.db.models import DateTimeField, UUIDField
from django.http import Http404, HttpResponse
from django.http.request import QueryDict
from django.utils.http import parse_etags
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from wecd.common.rest import formats, holes, pages, parameters
from wecd.common.rest.claims import Claim
from wecd.common.rest.holes import Hole
from wecd.common.rest.reader import ANYONE, Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.schema import DetailSchema, ListSchema
from wecd.common.rest.statements import Kept, Ready

kept = Kept(most=500)


class JsonUnlessAsked(BaseContentNegotiation):
    """Never refuses: the parameter ``format`` and the Accept header are read by the view."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


def anyone_with(scopes: frozenset[str]) -> Reader:
    """A reader whose partner comes later.

    SECURITY: what is kept is made for this one, never for a partner.
    """
    return Reader(None, holes.partner(), scopes)


class Listing:
    """A list as it was asked for, checked, with its statements. Says nothing of a reader but its scopes."""

    def __init__(self, resource: Resource, scopes: frozenset[str], query: QueryDict, accept: str):
        self.resource, self.reader = resource, anyone_with(scopes)
        self.asked = parameters.of_list(resource, self.reader, query, accept)
        self.query = query.copy()
        self.filters(resource.rows(self.reader))  # raises what the filters refuse
        others = [(name, each) for name, values in parameters.without_places(query) for each in values]
        self.others = urlencode(others)
        self.pages: dict[tuple[str, bool], pages.Pages] = {}

    def filters(self, rows):
        """The rows the filters leave; a wrong value is a ``ValidationError`` that names its parameter."""
        filterset = self.resource.filterset_class(self.query, queryset=rows)
        if not filterset.is_valid():
            raise ValidationError(
                {name: [str(message) for message in messages] for name, messages in filterset.errors.items()}
            )
        return filterset.qs

    def rows(self, reader: Reader, since=None):
        """The rows asked for, wherever a page begins."""
        rows = self.filters(self.resource.rows(reader))
        if self.asked.search:
            rows = self.resource.searched(rows, self.asked.search)
        return rows.filter(updated_at__gte=since) if since else rows

    def read(self, partner, cursor: pages.Cursor | None, since) -> pages.Page:
        place = "" if cursor is None else "before" if cursor.backwards else "after"
        which = place, since is not None
        if which not in self.pages:
            self.pages[which] = self._pages(*which)
        values = {"partner": partner and str(partner), "since": since and since.isoformat()}
        return self.pages[which].read(cursor, **values)

    def _pages(self, place: str, is_since: bool) -> pages.Pages:
        resource, asked = self.resource, self.asked
        since = Hole("since", DateTimeField()) if is_since else None
        return pages.Pages(
            self.rows(self.reader, since),
            resource.as_json(asked.fields),
            asked.ordering,
            resource.orderings()[asked.ordering.lstrip("-")],
            asked.size,
            place=place,
            shared=resource.open,
            lanes=resource.lanes(self.reader),
        )

    def count(self, reader: Reader, since) -> dict:
        """Only on demand: an exact count reads every row, an estimate asks the planner."""
        if self.asked.count == "exact":
            return {"count": self.rows(reader, since).count(), "count_is": "exact"}
        if self.asked.count == "estimate":
            plan = self.rows(reader, since).values("pk").explain(format="json")
            return {"count": _planned_rows(plan), "count_is": "estimate"}
        return {}


def _planned_rows(plan: str) -> int:
    try:
        parsed = json.loads(plan)
    except ValueError:
        parsed = ast.literal_eval(plan)
    return int(parsed[0]["Plan"]["Plan Rows"])


class ResourceView(APIView):
    """Common to lists and rows. ``open`` and ``scope`` come from the resource.

    ``get`` takes Django's request with ``auth``: the Reader, or None for anyone.
    """

    resource: Resource
    open = False
    scope = ""
    confirms = False  # whether it takes a claim and confirms it
    content_negotiation_class = JsonUnlessAsked
    http_method_names = ["get", "head", "options"]

    @property
    def reader(self) -> Reader:
        return self.request.auth or ANYONE  # type: ignore[return-value]  # (the stubs know tokens only)

    def respond(self, request, body: bytes, kind: str, headers: dict[str, str]) -> HttpResponse:
        """The body with its ETag, or 304 when the client has it already."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        shared = self.open and request.auth is None
        headers |= {
            "ETag": etag,
            "Cache-Control": "public, max-age=60" if shared else "private, no-cache",
            "Vary": "Accept, Authorization",
        }
        if "HTTP_IF_NONE_MATCH" in request.META:
            known = parse_etags(request.META["HTTP_IF_NONE_MATCH"])
            if etag in known or f"W/{etag}" in known or "*" in known:
                return HttpResponse(status=304, headers=headers)
        headers["Content-Length"] = str(len(body))
        return HttpResponse(body, content_type=formats.CONTENT_TYPES[kind], headers=headers)


class ListView(ResourceView):
    schema = ListSchema()

    def get(self, request) -> HttpResponse:
        reader, query, accept = self.reader, request.GET, request.META.get("HTTP_ACCEPT", "")
        same = self.resource.name, reader.scopes, accept, parameters.without_places(query)
        listing = kept.get(same)
        if listing is None:
            listing = Listing(self.resource, reader.scopes, query, accept)
            kept.put(same, listing)
        asked = listing.asked
        cursor, since = parameters.places(query, asked.ordering)
        page = listing.read(reader.partner, cursor, since)
        here = self.address(request, listing, since)
        links = {
            name: place and f"{here}cursor={place.encode()}"  # (of characters an address may have)
            for name, place in (("next", page.next), ("previous", page.previous))
        }
        headers = {}
        if any(links.values()):
            headers["Link"] = ", ".join(f'<{link}>; rel="{name}"' for name, link in links.items() if link)
        count = listing.count(reader, since) if asked.count else {}
        if count:
            headers["X-Total-Count"] = str(count["count"])
        if asked.format == "csv":
            body = formats.as_csv(page.rows, asked.fields)
            headers["Content-Disposition"] = f'attachment; filename="{self.resource.name}.csv"'
        elif asked.format == "ndjson":
            body = formats.as_ndjson(page.rows)
        else:
            body = formats.as_json(page.rows, **links, **count)
        return self.respond(request, body, asked.format, headers)

    def address(self, request, listing: Listing, since) -> str:
        """The list asked for in the same words, up to where a page begins."""
        query = f"{listing.others}&" if listing.others else ""
        if since:
            query += urlencode({"updated_since": request.GET["updated_since"]}) + "&"
        return f"{request.scheme}://{request.get_host()}{request.path}?{query}"


class Row:
    """One row as it was asked for, checked, with its statement: alone, or beside the claim of who asks."""

    def __init__(self, resource: Resource, scopes: frozenset[str], query: QueryDict):
        reader = anyone_with(scopes)
        asked = parameters.of_detail(resource, reader, query)
        rows = resource.rows(reader).filter(pk=Hole("id", UUIDField()))
        self.sql = holes.compiled(rows.values_list(resource.as_json(asked.fields), flat=True))
        self.alone = Ready.from_sql(self.sql.sql, self.sql.params)
        self.beside: Ready | None = None

    def read(self, reader: Reader, pk, claim: Claim | None) -> bytes | None:
        values = {"partner": str(reader.partner) if reader.partner else None, "id": str(pk)}
        if claim:
            self.beside = self.beside or claim.beside(self.sql)
            return claim.value(self.beside, values)
        found = self.alone.run(values)
        return found.get_value(0, 0) if found.ntuples else None


class DetailView(ResourceView):
    schema = DetailSchema()
    confirms = True
    claim: Claim | None = None  # of the reader, to be confirmed

    def get(self, request, id) -> HttpResponse:
        reader, query = self.reader, request.GET
        same = self.resource.name, "one", reader.scopes, parameters.everything(query)
        row = kept.get(same)
        if row is None:
            row = Row(self.resource, reader.scopes, query)
            kept.put(same, row)
        body = row.read(reader, id, self.claim)
        if body is None:
            raise Http404
        return self.respond(request, body, "json", {})
