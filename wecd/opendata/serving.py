"""Files on their way out: not changed since, a part of them, or whole, a piece at a time."""

import re
from collections.abc import Iterable, Iterator

from django.core.files.storage import default_storage
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.text import compress_sequence

from wecd.opendata.editions import Published
from wecd.opendata.publisher import LICENCE

PIECE = 64 * 1024  # bytes
FRESH = "public, max-age=300"
ONE_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)\Z")


def said(response: HttpResponseBase, etag: str, *, weak: bool = False) -> HttpResponseBase:
    """With what every open file says: its version, how long it holds, its licence; any page may read it."""
    response["ETag"] = f'W/"{etag}"' if weak else f'"{etag}"'
    response["Cache-Control"] = FRESH
    response["Link"] = f'<{LICENCE}>; rel="license"'
    response["Access-Control-Allow-Origin"] = "*"  # SECURITY: open data, the same for everybody
    response["Access-Control-Expose-Headers"] = "ETag, Content-Length, Content-Range, Accept-Ranges"
    return response


def unchanged(request, etag: str) -> bool:
    """Whether the reader has this version already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or any(each.removeprefix("W/").strip('"') == etag for each in known)


def text(request, content: bytes, content_type: str, etag: str) -> HttpResponseBase:
    """A small file made here; 304 for who has it."""
    if unchanged(request, etag):
        return said(HttpResponse(status=304), etag, weak=True)
    return said(HttpResponse(content, content_type=content_type), etag, weak=True)


def stream(request, parts: Iterable[bytes], content_type: str, etag: str) -> HttpResponseBase:
    """A file written as it is read, compressed for who can read that. ``parts`` is not touched for a 304."""
    if unchanged(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
    elif request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        parts = compress_sequence(parts) if packed else parts
        response = StreamingHttpResponse(parts, content_type=content_type)
        if packed:
            response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return said(response, etag, weak=True)


def file(request, found: Published, name: str, content_type: str) -> HttpResponseBase:
    """A stored file, or the part asked for: a program may read a Parquet file's columns over the network."""
    if unchanged(request, found.sha256):
        return said(HttpResponse(status=304), found.sha256)
    begin, end, asked = _part(request, found)
    if asked and begin >= found.size:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{found.size}"
        return said(response, found.sha256)
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        response = StreamingHttpResponse(_pieces(found.path, begin, end), content_type=content_type)
    if asked:
        response.status_code = 206
        response["Content-Range"] = f"bytes {begin}-{end - 1}/{found.size}"
    response["Content-Length"] = str(end - begin)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Last-Modified"] = found.made_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return said(response, found.sha256)


def _part(request, found: Published) -> tuple[int, int, bool]:
    """First byte, byte after the last, and whether a part was asked for (one; several are answered whole)."""
    match = ONE_RANGE.match(request.headers.get("Range", "").replace(" ", ""))
    version = request.headers.get("If-Range", "").strip('"')
    if not match or not any(match.groups()) or (version and version != found.sha256):
        return 0, found.size, False
    first, last = (min(found.size, _number(digits)) if digits else None for digits in match.groups())
    if first is None:
        return found.size - (last or 0), found.size, True
    end = found.size if last is None else min(found.size, last + 1)
    return (first, end, True) if end > first or first == found.size else (0, found.size, False)


def _number(digits: str) -> int:
    """The number; of one with more digits than any file has bytes, one that is large enough."""
    digits = digits.lstrip("0")
    return int(digits or 0) if len(digits) < 19 else 10**19


def _pieces(path: str, begin: int, end: int) -> Iterator[bytes]:
    with default_storage.open(path, "rb") as content:
        content.seek(begin)
        left = end - begin
        while left > 0 and (piece := content.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
