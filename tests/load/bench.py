"""The benchmarks: each row of the table is one function, measured beside what it must beat, in the same run.

    make bench                 all rows, on a million applications in .data/bench (made the first time)
    make bench ROWS=admin      the rows whose name begins so

Times are medians of three interleaved rounds; differences under 1.3 times are noise. A goal that is
missed ends the run with 1.
"""

import base64
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.load.table import Row, table

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("WECD_BENCH_DIR", ROOT / ".data" / "bench"))
ROUNDS, TIMES = 3, 9
LIST = "/admin/calls/application/"


class Worker:
    """A process that asks for pages as a signed-in person (``tests.load.worker``)."""

    def __init__(self, settings: str):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": settings,
            "WECD_DATA_DIR": str(DATA),
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.worker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def get(self, url: str, *, look: bool = False) -> dict:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"url": url, "look": look}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["status"] != 200:
            raise SystemExit(f"{url} answered {answer['status']}")
        return answer

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


def side_by_side(*measured: tuple[Worker, str]) -> list[float]:
    """The median milliseconds of each address: rounds of each in turn, warmed up once."""
    rounds: list[list[float]] = [[] for _ in measured]
    for worker, url in measured:
        worker.get(url)
    for _ in range(ROUNDS):
        for index, (worker, url) in enumerate(measured):
            rounds[index].append(statistics.median(worker.get(url)["ms"] for _ in range(TIMES)))
    return [statistics.median(times) for times in rounds]


# --- Rows ---------------------------------------------------------------------------------------------
def admin_list(ours: Worker, plain: Worker) -> list[Row]:
    """The staff's list of applications: first page, about the 5,000th, and the last."""
    first = ours.get(LIST, look=True)
    deep = _page_5000(ours, first)
    pages = (
        (ours, LIST),
        (plain, LIST),
        (ours, deep),
        (plain, f"{LIST}?p=5000"),
        (ours, f"{LIST}?before=end"),
    )
    first_ours, first_plain, deep_ours, deep_plain, last = side_by_side(*pages)
    note = f"{first['queries']} queries, {first['bytes'] / 1000:.0f} kB"
    return [
        Row("admin list, page 1", "Django admin's defaults", first_ours, first_plain, 0.4, note),
        Row("admin list, page 5,000", "Django admin's defaults", deep_ours, deep_plain, 0.4),
        Row("admin list, page 5,000", "own page 1", deep_ours, first_ours, 1.3, "flat"),
        Row("admin list, last page", "own page 1", last, first_ours, 1.3, "flat"),
    ]


def _page_5000(worker: Worker, first: dict) -> str:
    """The list from the 250,000th row on: the place of the row before it, as a link of the list would say it.

    A place is open text (order, value, key), so one is built from the row itself instead of 5,000 clicks.
    """
    code = (
        "from calls.models import Application as A;"
        "r=A.objects.exclude(state='draft').exclude(submitted_at=None)"
        ".order_by('-submitted_at','-id').values_list('submitted_at','id')[249_949];"
        "print('-submitted_at,-id', r[0].isoformat(), r[1], sep='|')"
    )
    text = _manage("shell", "--no-imports", "-c", code).strip().splitlines()[-1]
    place = json.dumps(text.split("|"), separators=(",", ":")).encode()
    return f"{LIST}?after={base64.urlsafe_b64encode(place).decode().rstrip('=')}"


ROWS: list[Callable[[Worker, Worker], list[Row]]] = [admin_list]


# --- The run ------------------------------------------------------------------------------------------
def _manage(*arguments: str) -> str:
    environment = os.environ | {"WECD_DATA_DIR": str(DATA)}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def prepare() -> None:
    """Make the bench's own database, once."""
    _manage("migrate", "--verbosity", "0")
    code = "from calls.models import Application; print(Application.objects.exists())"
    if not _manage("shell", "--no-imports", "-c", code).strip().endswith("True"):
        print("Making a million applications (some minutes, once) …", flush=True)
        _manage("seed_bench", "--fill-this-database")


def main(wanted: list[str]) -> int:
    prepare()
    ours, plain = Worker("wecd.settings"), Worker("tests.load.plain_admin")
    try:
        chosen = [each for each in ROWS if not wanted or each.__name__.startswith(tuple(wanted))]
        rows = [row for each in chosen for row in each(ours, plain)]
    finally:
        ours.stop()
        plain.stop()
    print(table(rows))
    return 0 if all(row.reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
