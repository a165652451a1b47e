"""The two views of every resource: its list and one of its rows."""

import hashlib

from django.http import Http404, HttpResponse
from django.http.request import QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from wecd.common.rest import formats, pages, parameters
from wecd.common.rest.reader import ANYONE, Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.schema import DetailSchema, ListSchema


class JsonUnlessAsked(BaseContentNegotiation):
    """Never refuses: the parameter ``format`` and the Accept header are read by the view."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ResourceView(APIView):
    """Common to lists and rows. ``open`` and ``scope`` come from the resource."""

    resource: Resource
    open = False
    scope = ""
    content_negotiation_class = JsonUnlessAsked
    http_method_names = ["get", "head", "options"]

    @property
    def reader(self) -> Reader:
        return self.request.auth or ANYONE  # type: ignore[return-value]  # (the stubs know tokens only)

    def respond(self, request, body: bytes, kind: str, headers: dict[str, str]) -> HttpResponse:
        """The body with its ETag, or 304 when the client has it already."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if etag in known or f"W/{etag}" in known or "*" in known:
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(body, content_type=formats.CONTENT_TYPES[kind], headers=headers)
        response["ETag"] = etag
        shared = self.open and request.auth is None
        response["Cache-Control"] = "public, max-age=60" if shared else "private, no-cache"
        patch_vary_headers(response, ["Accept", "Authorization"])
        return response


class ListView(ResourceView):
    schema = ListSchema()

    def get(self, request) -> HttpResponse:
        resource = self.resource
        asked = parameters.of_list(
            resource, self.reader, request.query_params, request.headers.get("Accept", "")
        )
        rows = self.filtered(request.query_params, resource.rows(self.reader))
        if asked.search:
            rows = resource.searched(rows, asked.search)
        if asked.updated_since:
            rows = rows.filter(updated_at__gte=asked.updated_since)
        column = resource.orderings()[asked.ordering.lstrip("-")]
        sql = resource.as_json(asked.fields)
        page = pages.read(rows, sql, asked.ordering, column, asked.cursor, asked.size)
        links = {
            "next": self.address(request, page.next),
            "previous": self.address(request, page.previous),
        }
        headers = {}
        if any(links.values()):
            headers["Link"] = ", ".join(f'<{link}>; rel="{name}"' for name, link in links.items() if link)
        count = self.count(rows, asked.count)
        if count:
            headers["X-Total-Count"] = str(count["count"])
        if asked.format == "csv":
            body = formats.as_csv(page.rows, asked.fields)
            headers["Content-Disposition"] = f'attachment; filename="{resource.name}.csv"'
        elif asked.format == "ndjson":
            body = formats.as_ndjson(page.rows)
        else:
            body = formats.as_json(page.rows, **links, **count)
        return self.respond(request, body, asked.format, headers)

    def filtered(self, query: QueryDict, rows):
        """The rows the filters leave; a wrong value is a ``ValidationError`` that names its parameter."""
        filterset = self.resource.filterset_class(query, queryset=rows)
        if not filterset.is_valid():
            raise ValidationError(
                {name: [str(message) for message in messages] for name, messages in filterset.errors.items()}
            )
        return filterset.qs

    def count(self, rows, how: str) -> dict:
        """Only on demand: an exact count reads every row, an estimate asks the planner."""
        if how == "exact":
            return {"count": rows.count(), "count_is": "exact"}
        if how == "estimate":
            plan = rows.values("pk").explain(format="json")
            return {"count": _planned_rows(plan), "count_is": "estimate"}
        return {}

    def address(self, request, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = request.query_params.copy()
        query["cursor"] = cursor
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _planned_rows(plan: str) -> int:
    import ast
    import json

    try:
        parsed = json.loads(plan)
    except ValueError:
        parsed = ast.literal_eval(plan)
    return int(parsed[0]["Plan"]["Plan Rows"])


class DetailView(ResourceView):
    schema = DetailSchema()

    def get(self, request, id) -> HttpResponse:
        asked = parameters.of_detail(self.resource, self.reader, request.query_params)
        row = (
            self.resource.rows(self.reader)
            .filter(pk=id)
            .values_list(self.resource.as_json(asked.fields), flat=True)
            .first()
        )
        if row is None:
            raise Http404
        return self.respond(request, row.encode(), "json", {})
