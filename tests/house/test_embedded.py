"""The embedded database stops with its last user, however that one ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from wecd import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.xdist_group("embedded")
HOLD = "import sys, time; print('up', flush=True); time.sleep(60)"


@pytest.fixture(scope="module")
def data_dir():
    """A folder with files of a server that was started once, to save each test the making of them."""
    with tempfile.TemporaryDirectory(prefix="wecd-test-") as folder:
        run(Path(folder), "pass").wait(60)
        yield Path(folder).resolve()


def environment(data_dir: Path, **more) -> dict:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "WECD_ENV")}
    return kept | {"WECD_DATA_DIR": str(data_dir)} | more


def run(data_dir: Path, code: str = HOLD) -> subprocess.Popen:
    """Run Python code with the database up, in a process of its own."""
    command = [sys.executable, "-m", "wecd.embedded", sys.executable, "-c", code]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(data_dir),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hears_ctrl_c,
    )


def hears_ctrl_c() -> None:
    """A job in the background is born deaf to Ctrl-C, and so are its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def holding(data_dir: Path) -> subprocess.Popen:
    process = run(data_dir)
    assert process.stdout.readline() == "up\n"
    return process


def gone(data_dir: Path) -> bool:
    """Whether the server and its keeper end within a few seconds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not any(
            str(data_dir) in " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])
        ):
            return True
        time.sleep(0.1)
    return False


def clean(process: subprocess.Popen) -> None:
    process.stdout.close()
    process.wait(60)


def test_nothing_is_left_when_a_command_ends(data_dir):
    code = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).info.dbname)"
    process = run(data_dir, code)
    assert process.communicate(timeout=60)[0] == "wecd\n"
    assert embedded.Cluster(data_dir).pid() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_after_a_signal(data_dir, number):
    process = holding(data_dir)
    assert embedded.Cluster(data_dir).pid()
    os.killpg(process.pid, number)  # as a terminal or a service manager does: the whole group
    clean(process)
    assert gone(data_dir)


def test_the_server_stays_for_the_second_user(data_dir):
    first, second = holding(data_dir), holding(data_dir)
    pid = embedded.Cluster(data_dir).pid()
    os.killpg(first.pid, signal.SIGTERM)
    clean(first)
    time.sleep(0.5)
    assert embedded.Cluster(data_dir).pid() == pid
    psycopg.connect(embedded.Cluster(data_dir).url("wecd")).close()
    os.killpg(second.pid, signal.SIGTERM)
    clean(second)
    assert gone(data_dir)


def test_a_stale_pid_file_is_no_obstacle(data_dir):
    """As after a power cut, when the number now belongs to another process."""
    (data_dir / "postgres" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{data_dir}/postgres\n1\n5432\n/nowhere\n\n1 1\nready\n"
    )
    assert embedded.Cluster(data_dir).pid() is None
    clean(holding_and_ended(data_dir))
    assert gone(data_dir)


def holding_and_ended(data_dir):
    process = holding(data_dir)
    os.killpg(process.pid, signal.SIGTERM)
    return process


def test_a_path_too_long_for_a_socket_gets_another(tmp_path):
    short, long = embedded.Cluster(tmp_path), embedded.Cluster(tmp_path / ("long" * 30))
    assert short.socket_dir == tmp_path / "run"
    assert len(os.fsencode(long.socket_dir)) < embedded.SOCKET_PATH_LIMIT


def test_refused_in_production(monkeypatch, tmp_path):
    monkeypatch.setenv("WECD_ENV", "production")
    with pytest.raises(embedded.EmbeddedError, match="set DATABASE_URL"):
        embedded.start(tmp_path)


@pytest.mark.django_db
def test_the_tests_database_has_room_for_many_connections():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT version(), current_setting('max_connections')::int")
        version, room = cursor.fetchone()
    assert "PostgreSQL" in version
    assert room >= 100
