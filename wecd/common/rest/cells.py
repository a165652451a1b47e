"""Rows as the cells of a CSV, in SQL: what ``formats.as_csv`` makes of the same rows, byte for byte.

One look at a row tells whether any of its texts holds what may end a cell. Few do: the others are compared
with nothing but their first sign.
"""

from django.db.models import F, QuerySet

from wecd.common.rest import holes
from wecd.common.rest.expressions import Cell, Cells
from wecd.common.rest.fields import Field
from wecd.common.spreadsheets import BREAKS, FORMULA, WITHIN

STARTS = f"'{{{','.join(str(ord(sign)) for sign in FORMULA)}}}'::int[]"
NUMBER = r"'^-+([0-9]+\.?[0-9]*|\.[0-9]+)$'"  # as in ``formats``


def table(rows: QuerySet, fields: dict[str, Field]) -> holes.Statement:
    """The statement of these rows' cells, in the order of ``columns()``; anybody's text can do no harm."""
    columns = [column for each in fields.values() for column in each.flat()]
    found = holes.compiled(rows.values_list(Cells(columns)))
    names = [f"c{number}" for number in range(len(columns))]
    texts = [name for name, column in zip(names, columns, strict=True) if _is_text(column)]
    cells = ", ".join(_harmless(name) if name in texts else name for name in names)
    # Each value is worked out once: what has an OFFSET or a LIMIT is not folded into what is around it.
    raw = f"({found.sql} LIMIT ALL) raw({', '.join(names)})"
    whole = f"(SELECT *, concat({', '.join(texts)}) AS words FROM {raw} OFFSET 0) whole"  # noqa: S608
    looked = f"(SELECT *, {_has_break('words')} AS breaks FROM {whole} OFFSET 0) looked"  # noqa: S608
    return holes.Statement(f"SELECT {cells} FROM {looked if texts else raw}", found.params)  # noqa: S608


def _is_text(column) -> bool:
    return not isinstance(column, F) and any(isinstance(each, Cell) for each in column.flatten())


def _has_break(words: str) -> str:
    return " OR ".join(f"""strpos({words} COLLATE "C", '{sign}') > 0""" for sign in BREAKS)


def _harmless(cell: str) -> str:
    """SECURITY: the same as ``formats.safe``."""
    guarded = f"regexp_replace({cell}, '{WITHIN}', E'\\\\1''', 'g')"
    return (
        f"CASE WHEN ascii({cell}) = ANY({STARTS}) AND {cell} !~ {NUMBER} THEN '''' || {guarded}"
        f" WHEN breaks THEN NULLIF({guarded}, '') ELSE NULLIF({cell}, '') END"
    )
