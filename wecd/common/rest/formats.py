"""Pages as JSON, NDJSON and CSV."""

import csv
import io
import json

from wecd.common.rest.fields import Field

CONTENT_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(rows: list[str], **members) -> bytes:
    """``{"next", "previous", "results"}`` around rows that are JSON already."""
    head = json.dumps(members)[1:-1]
    return f'{{{head}, "results": [{", ".join(rows)}]}}'.encode()


def as_ndjson(rows: list[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def as_csv(rows: list[str], fields: dict[str, Field]) -> bytes:
    """One line a row, one column a value; what is inside another object is ``call.id``, a list is JSON.

    SECURITY: text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column for name, each in fields.items() for column in each.columns(name)])
    for row in rows:
        values = json.loads(row)
        writer.writerow([_cell(cell) for name, each in fields.items() for cell in each.cells(values[name])])
    return out.getvalue().encode()


def _cell(value):
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(FORMULA) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit() and text.isascii()
