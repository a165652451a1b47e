"""What was acknowledged is there, and what was not is a draft, whatever is killed, and when.

A person submits in a process of their own on a PostgreSQL of their own. Just before or just after the
acknowledgement everything is killed (SIGKILL): the person's process, and every process of the database. The
database then starts again from its files, as it would after a crash.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest
from django.db import connection

from wecd import embedded

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60
SUBMIT = """
import sys, time, django
django.setup()
from django.db import connection, transaction
from django.utils import timezone
from calls.domain import submissions
from tests.calls.factories import ApplicationFactory

draft = ApplicationFactory()
print("DRAFT", draft.pk, flush=True)
def submit():
    return submissions.submit(draft, by=draft.applicant, received_at=timezone.now())
if sys.argv[1] == "before":
    with transaction.atomic():
        submit()
        print("READY", flush=True)
        time.sleep(60)
else:
    print("READY", submit().sha256, draft.reference, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def server(db):
    """A PostgreSQL that may be killed, with the tables of the tests' database and what migrations put there.

    Not under pytest's own folder, which each session closes to other users again.
    """
    with TemporaryDirectory(prefix="wecd-crash-") as folder, pytest.MonkeyPatch.context() as patch:
        data = Path(folder)
        cluster = embedded.Cluster(data)
        cluster.initialise()
        patch.setenv("WECD_ENV", "development")  # writes to disk as in production
        users = os.open(data / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)  # or the keeper would see that nobody uses it
        cluster.launch()
        cluster.ensure_database("wecd")
        _copy_tables(cluster.url("wecd"))
        yield cluster
        cluster.stop()
        os.close(users)


def _copy_tables(url: str) -> None:
    own = connection.settings_dict
    dump = [str(embedded.programs() / "bin/pg_dump"), "-h", own["OPTIONS"].get("host") or own["HOST"]]
    dump += ["-U", own["USER"], own["NAME"]]
    text = subprocess.run(dump, check=True, stdout=subprocess.PIPE).stdout
    restore = [str(embedded.programs() / "bin/psql"), "-q", "-v", "ON_ERROR_STOP=1", url]
    subprocess.run(restore, check=True, input=text, stdout=subprocess.DEVNULL)


def submit_and_be_killed(server: embedded.Cluster, when: str) -> list[str]:
    """The words the person's process said before it and the database were killed."""
    environment = os.environ | {
        "WECD_ENV": "development",
        "DATABASE_URL": server.url("wecd"),
        "DJANGO_SETTINGS_MODULE": "wecd.settings",
        "PYTHONPATH": str(ROOT),
    }
    person = subprocess.Popen(
        [sys.executable, "-c", SUBMIT, when], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        draft = person.stdout.readline().split()
        ready = person.stdout.readline().split()
        assert (draft[0], ready[0]) == ("DRAFT", "READY")
        crash(server)
    finally:
        person.kill()
        person.wait()
    return [draft[1], *ready[1:]]


def crash(server: embedded.Cluster) -> None:
    """Kill the database without a word, and start it again from what is on disk."""
    master = psutil.Process(server.pid())
    for process in (master, *master.children(recursive=True)):
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in (master,)):
        assert time.monotonic() < until
        time.sleep(0.05)
    (server.files / "postmaster.pid").unlink(missing_ok=True)
    server.launch()


def ask(server: embedded.Cluster, query: str, *values) -> tuple:
    with psycopg.connect(server.url("wecd")) as link:
        return link.execute(query, values).fetchone()


def test_what_was_acknowledged_is_there(server):
    draft, sha256, reference = submit_and_be_killed(server, "after")
    assert ask(server, "SELECT state, reference FROM calls_application WHERE id = %s", draft) == (
        "submitted",
        reference,
    )
    content = ask(server, "SELECT encode(sha256(content::bytea), 'hex'), sha256 FROM calls_submission")
    assert content == (sha256, sha256)
    assert ask(server, "SELECT verb FROM common_journalentry WHERE about_id = %s", draft) == (
        "calls.application.submit",
    )
    assert ask(server, "SELECT template, state FROM common_outboxmessage") == ("calls/receipt", "queued")
    assert ask(server, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == (1,)


def test_what_was_not_is_a_draft_and_leaves_no_gap(server):
    (draft,) = submit_and_be_killed(server, "before")
    found = ask(
        server, "SELECT state, reference, number, submitted_at FROM calls_application WHERE id = %s", draft
    )
    assert found == ("draft", "", None, None)
    for table in ("calls_submission", "common_outboxmessage", "common_journalentry", "procrastinate_jobs"):
        assert ask(server, f"SELECT count(*) FROM {table}") == (0,), table
    assert ask(server, "SELECT last FROM calls_referencecounter") == (0,)
    assert ask(server, "SELECT count(*) FROM calls_answer WHERE application_id = %s", draft) == (5,)
