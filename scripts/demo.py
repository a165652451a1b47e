#!/usr/bin/env python
"""Run the demonstration: database, web server and worker, until Ctrl-C or SIGTERM. See ``make demo``.

Prepares what is not ready yet (tables, data, static files), starts the web server and the worker, and
stops everything it started, by process id, when one of them ends or when told to.
"""

import argparse
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT") or 8000)
DATA = Path(os.environ.get("WECD_DATA_DIR") or ROOT / ".data")
PATIENCE = 15  # seconds a process gets to end before it is killed
LOGINS = [
    ("staff@wecd.example", "programme manager: approves, publishes"),
    ("officer@wecd.example", "call officer: writes calls, checks, proposes"),
    ("finance@wecd.example", "finance: envelopes, payments"),
    ("auditor@wecd.example", "auditor: reads everything, changes nothing"),
    ("entrepreneur@wecd.example", "an applicant with applications under way"),
    ("communication@wecd.example", "communication: texts of pages and mails, no personal data"),
    ("partner@wecd.example", "partner editor: Wallonie Design's page and actions"),
    ("hub@wecd.example", "hub manager: TRAKK's page"),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reset", action="store_true", help="forget the demonstration's data and stop")
    if parser.parse_args().reset:
        return reset()
    if port_taken():
        print(f"Port {PORT} is taken. Choose another: make demo PORT={PORT + 1}", file=sys.stderr)
        return 1
    os.environ |= {"WECD_ENV": "demo", "DJANGO_SETTINGS_MODULE": "wecd.settings"}
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{PORT}")
    # SIGINT too: a shell that starts this in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))  # leaves through the `finally` below
    started: list[subprocess.Popen] = []
    try:
        if not prepare(started):
            return 1
        started += [web(), worker()]
        return watch(started)
    finally:
        stop(started)


def port_taken() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, PORT))
        except OSError:
            return True
    return False


def prepare(started: list[subprocess.Popen]) -> bool:
    """Bring the tables, the demonstration's data and, beside them, the static files up to date."""
    say("Starting the database …")
    import django

    django.setup()
    from django.core.management import call_command

    digest = static_digest()
    stamp = ROOT / "staticfiles" / "collected-from"
    collecting = None
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(ROOT / "staticfiles", ignore_errors=True)
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        collecting = launch(command, "static.log")
        started.append(collecting)
    call_command("migrate", verbosity=0, interactive=False)
    say("Loading the programme and the demonstration (under a minute, the first time) …")
    call_command("load_demo")
    if collecting is not None:
        say("Compressing static files …")
        if collecting.wait():
            say(f"The static files could not be collected; see {DATA}/static.log.")
            return False
        stamp.write_text(digest)
        started.remove(collecting)
    return True


def static_digest() -> str:
    """A hash of our static files and of the locked packages: while it stays, nothing is collected again."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def web() -> subprocess.Popen:
    from wecd import server

    return launch([sys.executable, "-m", *server.command(host=HOST, port=PORT)], "web.log")


def worker() -> subprocess.Popen:
    return launch([sys.executable, "manage.py", "procrastinate", "worker"], "worker.log")


def launch(command: list[str], log: str) -> subprocess.Popen:
    """Start a process out of reach of this terminal's Ctrl-C: we tell it to stop ourselves."""
    with (DATA / log).open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def watch(started: list[subprocess.Popen]) -> int:
    """Announce the portal when it answers, then wait until a process ends."""
    announced = False
    while all(process.poll() is None for process in started):
        if not announced and answers():
            announce()
            announced = True
        time.sleep(0.3)
    ended = next(process for process in started if process.poll() is not None)
    name = " ".join(map(str, ended.args[2:4])) if isinstance(ended.args, list) else str(ended.args)
    say(f"“{name}” ended by itself; see {DATA}/web.log and worker.log.")
    return 1


def answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/live", timeout=2) as response:  # noqa: S310
            return response.status == 200
    except OSError:
        return False


def announce() -> None:
    from wecd.demo.people import API_KEY

    site = f"http://127.0.0.1:{PORT}"
    lines = ["", "The portal is running.", ""]
    lines += [f"  pages        {site}/", f"  back office  {site}/admin/", f"  sent mail    {site}/fr/outbox/"]
    lines += [f"  API          {site}/api/v1/docs", "", "Sign in with the password demo-wecd:", ""]
    lines += [f"  {address:<26} {part}" for address, part in LOGINS]
    lines += [
        "",
        f"Partner API key: {API_KEY}",
        f"  curl -H 'Authorization: Bearer {API_KEY}' {site}/api/v1/vouchers",
    ]
    lines += ["", f"Logs: {DATA}/web.log and worker.log. Ctrl-C stops everything.", ""]
    say("\n".join(lines))


def stop(started: list[subprocess.Popen]) -> None:
    """Ask each process to end, wait, and kill what does not listen."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    running = [process for process in started if process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def reset() -> int:
    """Delete the embedded database and the files of the demonstration; refuse while it runs."""
    from wecd.embedded import Cluster

    if Cluster(DATA.resolve()).pid():
        print("The demonstration is running. Stop it first (Ctrl-C where it runs).", file=sys.stderr)
        return 1
    for name in ("postgres", "run", "media"):
        shutil.rmtree(DATA / name, ignore_errors=True)
    say("The demonstration's data are gone. `make demo` starts over.")
    return 0


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
