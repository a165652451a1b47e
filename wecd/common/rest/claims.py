"""Who asks, remembered from last time and confirmed by the statement that answers: one trip, not two."""

from collections.abc import Callable
from dataclasses import dataclass

from wecd.common.rest.holes import Statement
from wecd.common.rest.reader import Reader
from wecd.common.rest.statements import Ready


class Unfounded(Exception):
    """The claim does not hold (any more): who asks has to be read."""


@dataclass(frozen=True)
class Claim:
    """A reader, and the statement (with its ``values``) that gave ``cells`` when it was read.

    ``holds(claim, cells)`` says whether the cells it gives now make the same reader.
    """

    reader: Reader
    statement: Statement
    values: dict[str, str]
    cells: tuple[bytes | None, ...]
    holds: Callable[["Claim", tuple[bytes | None, ...]], bool]

    def beside(self, row: Statement) -> Ready:
        """A statement that gives the claim's cells and, last, the one value of a row, null without it."""
        return Ready.from_sql(
            f"SELECT _claim.*, _row.* FROM (SELECT) _one LEFT JOIN ({self.statement.sql}) _claim ON true"  # noqa: S608
            f" LEFT JOIN ({row.sql}) _row ON true",
            (*self.statement.params, *row.params),
        )

    def value(self, both: Ready, values: dict[str, str | None]) -> bytes | None:
        """Run what ``beside`` gave.

        SECURITY: ``Unfounded``, and nothing of the row, unless the claim holds.
        """
        found = both.run(self.values | values)
        *cells, value = (found.get_value(0, column) for column in range(found.nfields))
        if not self.holds(self, tuple(cells)):
            raise Unfounded
        return value
