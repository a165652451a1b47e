"""Files as office programs write them."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from wecd.common import sheets
from wecd.common.workflow import Refused


def xlsx(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_of_any_office(encoding, delimiter):
    lines = (["Numéro", "Nom"], ["0403019261", "Crêperie Zoé"])
    text = "".join(delimiter.join(line) + "\r\n" for line in lines)
    sheet = sheets.read(text.encode(encoding))
    assert sheet.header == ["Numéro", "Nom"]
    assert sheet.rows == [(2, ["0403019261", "Crêperie Zoé"])]


def test_quoted_separators_and_empty_rows_keep_the_rows_numbers():
    sheet = sheets.read(b'number;name\r\n;\r\n1;"One; or the other"\r\n\r\n2;Two\r\n')
    assert sheet.rows == [(3, ["1", "One; or the other"]), (5, ["2", "Two"])]


def test_xlsx_numbers_and_dates_become_text():
    first = [403019261, dt.datetime(2015, 3, 1), 74.12]
    sheet = sheets.read(xlsx(["n", "d", "x"], first, [5000.0, None, True]))
    assert sheet.rows == [(2, ["403019261", "2015-03-01", "74.12"]), (3, ["5000", "", "1"])]


def test_formulas_are_seen_and_never_worked_out():
    sheet = sheets.read(xlsx(["name"], ["=1+1"]))
    assert sheet.rows == [(2, ["=1+1"])]
    for text in ("=1+1", "@SUM(A1)", "+cmd|calc", "-2+3=x"):
        assert sheets.is_formula(text)
    for text in ("+32 81 22 33 44", "-5", "Rue = 3", ""):
        assert not sheets.is_formula(text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing to import"),
        (b"number;name\r\n", "nothing to import"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"a\x00b\x00", "cannot be read"),
        (b"x" * (sheets.MOST_BYTES + 1), "larger"),
        (b"n\n" + b"1\n" * (sheets.MOST_ROWS + 1), "rows"),
    ],
)
def test_what_cannot_be_read_is_said(data, words):
    with pytest.raises(Refused, match=words):
        sheets.read(data)


def test_a_small_file_that_unpacks_into_a_huge_one_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MOST_UNPACKED + 1))
    with pytest.raises(Refused, match="unpacked"):
        sheets.read(file.getvalue())
