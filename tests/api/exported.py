"""Exports as a careful client reads them."""

import csv
import hashlib
import io
import json
import re

CSV_END = re.compile(rb"#end rows=(\d+) sha256=([0-9a-f]{64}) cursor=(\S+)\n\Z")


def body(response) -> bytes:
    assert response.status_code == 200, getattr(response, "content", response)
    return b"".join(response.streaming_content)


def whole_ndjson(data: bytes) -> tuple[list[dict], dict]:
    """The rows and the trailer, which must prove them."""
    *lines, last = data.splitlines(keepends=True)
    end = json.loads(last)["end"]
    assert end["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()
    assert end["rows"] == len(lines)
    return [json.loads(line) for line in lines], end


def whole_csv(data: bytes) -> tuple[list[dict], dict]:
    """The rows by column and the trailer, which must prove them."""
    match = CSV_END.search(data)
    assert match, data[-200:]
    rows = data[: match.start()]
    assert hashlib.sha256(rows).hexdigest() == match[2].decode()
    found = list(csv.DictReader(io.StringIO(rows.decode(), newline="")))
    assert len(found) == int(match[1])
    return found, {"rows": int(match[1]), "sha256": match[2].decode(), "cursor": match[3].decode()}
