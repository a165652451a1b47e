"""Cells for CSV and XLSX that no spreadsheet takes for a formula."""

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def harmless(value):
    """SECURITY: a cell beginning with = + - @ is a formula to a spreadsheet; an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
