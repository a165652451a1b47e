"""``GET /api/v1/exports/<resource>.<ndjson|csv>``: everything a reader may see of a resource, streamed."""

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.request import QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import Throttled, ValidationError

from wecd.api import throttling
from wecd.api.exports_schema import ExportSchema
from wecd.api.views import Direct
from wecd.common.hanging_up import Patience
from wecd.common.rest import cells, copy, downloads, formats, holes, parameters
from wecd.common.rest.reader import Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.views import ResourceView
from wecd.feed import cursors, settling

KINDS = ("ndjson", "csv")
BUSY = 30  # seconds to wait for an export to end
TRIES, SETTLING = 3, 5  # to settle the feed, of some seconds


class ExportView(ResourceView):
    """One resource in one of ``KINDS``. HEAD tells the headers; no export runs, and none is counted."""

    kind: str
    schema = ExportSchema()

    @property
    def limit(self) -> str:
        """Which limit counts this request (``wecd.api.limits``)."""
        return "reads" if self.request.method == "HEAD" else "exports"

    def get(self, request) -> HttpResponseBase:
        resource, reader = self.resource, self.reader
        asked = parameters.of_export(resource, reader, request.GET)
        rows = chosen(resource, reader, request.GET, asked)
        encoding = downloads.best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        headers = self.headers_of(encoding)
        if request.method == "HEAD":
            return HttpResponse(content_type=formats.CONTENT_TYPES[self.kind], headers=headers)
        snapshot = copy.Snapshot(seconds=settings.EXPORT_MAX_SECONDS, memory=settings.EXPORT_WORK_MEMORY)
        try:
            cursor = begin(snapshot, reader, throttling.who(request, request.auth))
            body = downloads.packed(self.body(snapshot, rows, asked, cursor), encoding)
        except BaseException as error:
            snapshot.close()
            if isinstance(error, Throttled):
                throttling.count_as_read(request, request.auth)
            raise
        patience = Patience(
            request.META, seconds=settings.EXPORT_PATIENCE_SECONDS, least=settings.EXPORT_LEAST_BYTES
        )

        def let_go() -> None:
            patience.end()
            snapshot.close()

        return StreamingHttpResponse(
            downloads.Download(downloads.cut_off(body, request.META), let_go),
            content_type=formats.CONTENT_TYPES[self.kind],
            headers=headers | {"WECD-Cursor": cursor},
        )

    def headers_of(self, encoding: str) -> dict[str, str]:
        name = f"{self.resource.name}-{timezone.localdate()}.{self.kind}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "Vary": "Accept-Encoding, Authorization",
            "X-Accel-Buffering": "no",  # a proxy that waits for the end would hide that the client went away
        }
        return headers | ({"Content-Encoding": encoding} if encoding else {})

    def body(self, snapshot: copy.Snapshot, rows, asked: parameters.Asked, cursor: str):
        """The bytes as they come: header line (CSV), rows, trailer."""
        if self.kind == "csv":
            found = snapshot.copy(cells.table(rows, asked.fields), copy.AS_CSV)
            chunks = _after(formats.csv_header(asked.fields), found)
            trailer = downloads.csv_trailer
        else:
            line = self.resource.as_json(asked.fields)
            chunks = snapshot.copy(holes.compiled(rows.values_list(line)), copy.AS_LINES)
            trailer = downloads.ndjson_trailer
        if not asked.trailer:
            return chunks
        return downloads.sealed(chunks, lambda sha256: trailer(snapshot.rows, sha256, cursor))


def _after(first: bytes, chunks):
    yield first
    yield from chunks


def chosen(resource: Resource, reader: Reader, query: QueryDict, asked: parameters.Asked):
    """The rows asked for, by id; what a filter refuses is a ``ValidationError`` that names it."""
    filterset = resource.filterset_class(query, queryset=resource.rows(reader))
    if not filterset.is_valid():
        raise ValidationError(
            {name: [str(message) for message in messages] for name, messages in filterset.errors.items()}
        )
    rows = filterset.qs
    if asked.search:
        rows = resource.searched(rows, asked.search)
    if asked.updated_since:
        rows = rows.filter(updated_at__gte=asked.updated_since)
    if asked.after:
        rows = rows.filter(pk__gt=asked.after)
    return rows.order_by("pk")


def begin(snapshot: copy.Snapshot, reader: Reader, who: str) -> str:
    """Take the snapshot, and the locks that count exports; returns the feed's cursor of it.

    Where the feed is so far behind that it cannot be settled now, there is no export: a row that came and
    went before the feed saw it would stay in the reader's copy for ever.
    """
    place = _take(snapshot)
    with snapshot.as_default():
        own, each, most = f"export of {who}", settings.EXPORTS_AT_ONCE_EACH, settings.EXPORTS_AT_ONCE
        if not snapshot.lock(own, each):
            raise Throttled(BUSY, "As many of your exports run as may at once: wait for one to end.")
        if reader.key is None and not snapshot.lock("open export", settings.EXPORTS_AT_ONCE_OPEN):
            raise Throttled(BUSY, "As many exports of open data run as may at once.")
        # The last place is for a key that has none.
        has_enough = most > 1 and (reader.key is None or snapshot.held(own, each) > 1)
        if not snapshot.lock("export", most) or (has_enough and snapshot.held("export", most) == most):
            raise Throttled(BUSY, "As many exports run as may at once.")
    return place


def _take(snapshot: copy.Snapshot) -> str:
    if snapshot.borrowed:
        settling.settle()
        return cursors.now()
    for _ in range(TRIES):
        settling.settle(seconds=SETTLING)
        place = settling.share(snapshot.begin)
        if place:
            return str(place)
    raise Throttled(BUSY, "So much has just changed that the feed of changes is behind: try again shortly.")


def view(resource: type[Resource], kind: str):
    """The view of one resource's export."""
    attributes = {"resource": resource(), "open": resource.open, "scope": resource.scope, "kind": kind}
    return type(f"{resource.__name__}Export", (Direct, ExportView), attributes).as_view()
