"""The command line of the web server, for the demonstration, the container and the benchmarks alike.

Which server and why: ``docs/adr/0006-web-server.md``.
"""

import os
import sys

WORKERS = 2  # processes
THREADS = 8  # of each: four may wait for a change and three export (settings), the rest answers
WAITING = 256  # requests a process takes in before it lets them wait outside


def command(*, host: str, port: int | str, workers: int = WORKERS, threads: int = THREADS) -> list[str]:
    """What follows ``python -m`` to serve the portal."""
    return [
        *("granian", "--interface", "wsgi", "--no-ws"),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", str(WAITING)),
        *("--host", host, "--port", str(port)),
        "wecd.wsgi:application",
    ]


def main() -> None:
    """Become the web server: HOST (0.0.0.0), PORT (8000), WORKERS (2) and THREADS (8) say how."""
    line = command(
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104  (in a container; a proxy stands before it)
        port=os.environ.get("PORT", "8000"),
        workers=int(os.environ.get("WORKERS", WORKERS)),
        threads=int(os.environ.get("THREADS", THREADS)),
    )
    os.execv(sys.executable, [sys.executable, "-m", *line])  # noqa: S606


if __name__ == "__main__":
    main()
