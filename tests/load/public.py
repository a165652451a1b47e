"""Public pages as a passer-by gets them, over HTTP, from the server the portal is deployed with.

Beside a view that returns a constant, in the same process and behind the same middleware. A page is asked for
as browsers do (Brotli), by sixteen at once. The page of a call is measured with a hundred and with ten
thousand applications to it: it must not know the difference.
"""

import re
import subprocess
import sys
from collections.abc import Callable

from tests.load.measuring import CONNECTIONS, Bench, interleaved
from tests.load.table import Row
from wecd.server import command

SECONDS = 3
BR = "br, gzip"


def public(bench: Bench) -> list[Row]:
    """The start, the list of calls and two calls."""
    few, many = _calls(bench)
    site = bench.serve(
        *(sys.executable, "-m", *command(host="127.0.0.1", port="{port}")),
        ready="/constant/",
        WECD_ENV="demo",
        DJANGO_SETTINGS_MODULE="tests.load.constant_settings",
    )
    pages = [f"{site}{path}" for path in ("/constant/", "/fr/", "/fr/calls/", few, many)]
    constant, home, calls, small, large = interleaved(*(_asked(page) for page in pages))
    against = "a view returning a constant"
    return [
        Row("anonymous public page: the start", against, home, constant, 0.5, unit="req/s"),
        Row("anonymous public page: calls", against, calls, constant, 0.5, unit="req/s"),
        Row("anonymous public page: a call", against, small, constant, 0.5, unit="req/s"),
        Row("call page served, 10,000 applications", "200 a second", large, 200, 1, unit="req/s"),
        Row("call page served, 10,000 applications", "with 100", large, small, 0.9, unit="req/s"),
    ]


def _calls(bench: Bench) -> list[str]:
    """The addresses of two calls, one with few applications and one with many."""
    command_line = [sys.executable, "-m", "tests.load.visited"]
    environment = bench.environment(DJANGO_SETTINGS_MODULE="wecd.settings", WECD_ENV="demo")
    done = subprocess.run(command_line, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return done.stdout.split()


def _asked(url: str) -> Callable[[], float]:
    """Requests a second with the compression browsers know; warmed up now."""

    def measure(seconds: float = SECONDS) -> float:
        line = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds:g}s"]
        line += ["-H", f"Accept-Encoding: {BR}"]
        told = subprocess.run([*line, url], check=True, stdout=subprocess.PIPE, text=True).stdout
        rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
        if rate is None or "Non-2xx" in told or "Socket errors" in told:
            raise SystemExit(f"{url} failed under load:\n{told}")
        return float(rate[1])

    measure(1)
    return measure


ROWS = [public]
