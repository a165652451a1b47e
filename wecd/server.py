"""The command line of the web server, for the demonstration, the container and the benchmarks alike.

Which server and why: ``docs/adr/0006-web-server.md``.
"""

import os
import sys

WORKERS = 2


def command(*, host: str, port: int | str, workers: int = WORKERS) -> list[str]:
    """What follows ``python -m`` to serve the portal."""
    return [
        *("granian", "--interface", "wsgi", "--no-ws"),
        *("--workers", str(workers)),
        *("--host", host, "--port", str(port)),
        "wecd.wsgi:application",
    ]


def main() -> None:
    """``python -m wecd.server``: become the web server, on HOST (0.0.0.0), PORT (8000) with WORKERS (2)."""
    line = command(
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104  (in a container; a proxy stands before it)
        port=os.environ.get("PORT", "8000"),
        workers=int(os.environ.get("WORKERS", WORKERS)),
    )
    os.execv(sys.executable, [sys.executable, "-m", *line])  # noqa: S606


if __name__ == "__main__":
    main()
