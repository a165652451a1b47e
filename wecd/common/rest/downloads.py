"""What a download of unknown length needs: a trailer that proves it whole, and compression on the way."""

import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import zstandard

from wecd.common.hanging_up import hang_up

logger = logging.getLogger("django.request")

ENCODINGS = ("zstd", "gzip")  # the better first


def sealed(chunks: Iterable[bytes], trailer: Callable[[str], bytes]) -> Iterator[bytes]:
    """The chunks, then the line that ``trailer`` makes of their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    yield trailer(digest.hexdigest())


def ndjson_trailer(rows: int, sha256: str, cursor: str) -> bytes:
    return json.dumps({"end": {"rows": rows, "sha256": sha256, "cursor": cursor}}).encode() + b"\n"


def csv_trailer(rows: int, sha256: str, cursor: str) -> bytes:
    return f"#end rows={rows} sha256={sha256} cursor={cursor}\n".encode()


def best_encoding(accept: str) -> str:
    """The encoding of ``ENCODINGS`` that an Accept-Encoding header allows, the better first; "" for none."""
    weights = {}
    for part in accept.lower().split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        weights[name.strip()] = weight.replace("0", "").strip(".") != ""
    return next((name for name in ENCODINGS if weights.get(name, weights.get("*", False))), "")


def packed(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The chunks compressed, fast rather than small. An empty chunk stays one: it is a heartbeat."""
    if encoding == "zstd":
        packer: Any = zstandard.ZstdCompressor(level=1).compressobj()
    elif encoding == "gzip":
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    else:
        yield from chunks
        return
    for chunk in chunks:
        yield packer.compress(chunk) if chunk else b""
    yield packer.flush()


def cut_off(chunks: Iterable[bytes], environ: dict) -> Iterator[bytes]:
    """The chunks; after an error the connection is cut, so that no half download looks whole."""
    try:
        yield from chunks
    except Exception:
        logger.exception("A download broke off")
        yield from hang_up(environ)
        raise


class Download:
    """The body of a response: lets go of what it reads from when it ends, and when it never began."""

    def __init__(self, chunks: Iterator[bytes], close: Callable[[], None]):
        self.chunks, self.release = chunks, close

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self.chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.release()
