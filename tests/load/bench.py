"""The benchmarks: each row of the table is measured beside what it must beat, in the same run.

    make bench                 all rows, on a million applications in .data/bench (made the first time)
    make bench ROWS=api        the rows of one module of tests/load, or those whose function begins so

Each module named below has ``ROWS``: functions that take a ``Bench`` and return lines of the table. Figures
are medians of three interleaved rounds; differences under 1.3 times are noise. A goal that is missed ends the
run with 1.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.load.measuring import Bench
from tests.load.table import Row, table

MODULES = ("api", "exports", "feed", "submission", "public", "admin")


def chosen(wanted: list[str]) -> list[Callable[[Bench], list[Row]]]:
    """The functions to run: all of a module that is named, or those that begin with a name."""
    found = []
    for name in MODULES:
        try:
            rows = importlib.import_module(f"tests.load.{name}").ROWS
        except ModuleNotFoundError as error:
            if error.name != f"tests.load.{name}":
                raise
            continue
        whole = not wanted or name in wanted
        found += [each for each in rows if whole or each.__name__.startswith(tuple(wanted))]
    return found


def main(wanted: list[str]) -> int:
    rows: list[Row] = []
    bench = Bench()
    try:
        bench.fill(bench.url)
        for each in chosen(wanted):
            found = each(bench)
            print(table(found), file=sys.stderr, flush=True)
            rows += found
    finally:
        bench.stop()
    print(table(rows))
    return 0 if rows and all(row.reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
