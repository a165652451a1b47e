"""Pages as JSON, NDJSON and CSV."""

import json
import re

from wecd.common.rest.fields import Field
from wecd.common.spreadsheets import FORMULA, guarded

CONTENT_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
}
QUOTED = re.compile(r'[",\r\n]')
NUMBER = re.compile(r"-+([0-9]+\.?[0-9]*|\.[0-9]+)\Z")


def as_json(rows: list[bytes], **members) -> bytes:
    """``{"next", "previous", "results"}`` around rows that are JSON already."""
    head = json.dumps(members)[1:-1].encode()
    return b"".join((b"{", head, b', "results": [', b", ".join(rows), b"]}"))


def as_ndjson(rows: list[bytes]) -> bytes:
    return b"".join(row + b"\n" for row in rows)


def as_csv(rows: list[bytes], fields: dict[str, Field]) -> bytes:
    """One line a row, one column a value; what is inside another object is ``call.id``, a list is JSON.

    Byte for byte what PostgreSQL's COPY makes of the fields' ``flat()`` in an export.
    """
    lines = [csv_header(fields)]
    for row in rows:
        values = json.loads(row)
        cells = [safe(cell) for name, each in fields.items() for cell in each.cells(values[name])]
        lines.append(_csv_line(cells))
    return b"".join(lines)


def csv_header(fields: dict[str, Field]) -> bytes:
    """The line with the names of the columns."""
    return _csv_line([column for name, each in fields.items() for column in each.columns(name)])


def _csv_line(cells: list[str]) -> bytes:
    quoted = ('"' + cell.replace('"', '""') + '"' if QUOTED.search(cell) else cell for cell in cells)
    return f"{','.join(quoted)}\n".encode()


def safe(value) -> str:
    """The text of a cell.

    SECURITY: text that a spreadsheet would run as a formula is guarded (``spreadsheets``), a number not.
    """
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return guarded(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return guarded(f"'{text}" if text.startswith(FORMULA) and not NUMBER.match(text) else text)
