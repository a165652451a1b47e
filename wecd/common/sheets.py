"""Read a CSV or XLSX somebody sent: rows of text, whatever office program wrote them.

French Excel writes CSV with semicolons in Windows-1252, and takes the leading zero off a number: both are
understood. A formula is never worked out: its cell is refused where it is read (``is_formula``).
"""

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass

import openpyxl
from django.utils.translation import gettext as _

from wecd.common.workflow import Refused

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 60
MOST_TEXT = 5000
NUMBER_OR_PHONE = re.compile(r"[+-][\d\s().,/-]*")


@dataclass(frozen=True)
class Sheet:
    """The header's cells, and (number of the row in the file, its cells) of each row that is not empty."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def read(data: bytes) -> Sheet:
    """The first sheet of a file. Raises ``Refused`` with a sentence for what cannot be read."""
    if len(data) > MOST_BYTES:
        raise Refused(_("This file is larger than 2 MB. Split it and import the parts one by one."))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(_("This is an old Excel file (.xls). Save it as .xlsx or CSV, then import that."))
    table = _xlsx(data) if data.startswith(b"PK") else _csv(data)
    numbered = [(n, cells) for n, cells in enumerate(table, start=1) if any(cells)]
    if len(numbered) > MOST_ROWS + 1:
        raise Refused(_("More than %(most)s rows. Split the file.") % {"most": MOST_ROWS})
    if len(numbered) < 2:
        raise Refused(_("There is nothing to import: the first row names the columns, data begins below it."))
    header = numbered[0][1]
    width = max(at for at, cell in enumerate(header, start=1) if cell)
    return Sheet(header[:width], [(n, cells[:width]) for n, cells in numbered[1:]])


def is_formula(text: str) -> bool:
    """SECURITY: whether a spreadsheet would run this text; what is imported is exported again one day."""
    return text[:1] in ("=", "@") or (text[:1] in ("+", "-") and not NUMBER_OR_PHONE.fullmatch(text))


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    best: list[list[str]] = []
    try:
        for delimiter in ";,\t":
            table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
            if table and (not best or len(table[0]) > len(best[0])):
                best = table
    except csv.Error as error:
        raise Refused(_("This file cannot be read as CSV. Save it again as CSV or XLSX.")) from error
    return [[_clean(cell) for cell in row[:MOST_COLUMNS]] for row in best[: MOST_ROWS * 2]]


def _decoded(data: bytes) -> str:
    has_mark = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if has_mark else ["utf-8-sig", "cp1252", "latin-1"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused(_("This file cannot be read as CSV. Save it again as CSV or XLSX."))


def _xlsx(data: bytes) -> list[list[str]]:
    unreadable = _("This file cannot be read as a spreadsheet. Save it again as XLSX or CSV.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise Refused(_("This file is too large once unpacked. Keep only the cells to import."))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        try:
            rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS * 2, max_col=MOST_COLUMNS, values_only=True)
            return [[_clean(_as_text(cell)) for cell in row] for row in rows]
        finally:
            book.close()
    except Refused:
        raise
    except Exception as error:  # whatever a broken file makes the library raise, it is a broken file
        raise Refused(unreadable) from error


def _as_text(cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return str(cell)


def _clean(text: str) -> str:
    return text.replace("\u00a0", " ").strip()[:MOST_TEXT]
