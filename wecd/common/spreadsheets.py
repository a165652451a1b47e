"""Cells for CSV and XLSX that no spreadsheet takes for a formula.

SECURITY: a cell that begins with = + - @ is a formula to a spreadsheet; an apostrophe before it makes it
text. Where lists are separated by ";" (Belgium, France), a double click on a CSV splits texts there and at
their line breaks, whatever our quotes say: a sign that would begin a cell then gets an apostrophe too.
"""

import re

SIGNS = "-=+@＝＋－＠"
BREAKS = ";\t\r\n"  # where a cell may end
FORMULA = (*SIGNS, "\t", "\r", "\n")
WITHIN = rf'([{BREAKS}])(?="*[{SIGNS}])'  # in words that Python and PostgreSQL read alike
_within = re.compile(WITHIN)


def harmless(value):
    """A value of a CSV: an apostrophe before each sign that would begin a formula."""
    if not isinstance(value, str):
        return value
    return guarded(f"'{value}" if value.startswith(FORMULA) else value)


def harmless_alone(value):
    """A cell of a workbook, which nothing splits."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def guarded(text: str) -> str:
    """The text with an apostrophe at each break that a sign follows, with quotes between them or not."""
    return _within.sub(r"\1'", text)
