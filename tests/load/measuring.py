"""What the rows of the benchmarks measure with: processes, servers and medians.

A row's function gets a ``Bench``: it starts what it needs, and whatever was started is stopped at the end.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from wecd import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("WECD_BENCH_DIR", ROOT / ".data" / "bench"))
ROUNDS = 3
SECONDS, CONNECTIONS = 5, 16  # of one round of load
STARTING = 120  # seconds a server may take on a busy machine
SMALL = "small"  # the second database, with a thousand applications


class Bench:
    """The bench's own PostgreSQL (``url``: a million applications) and the processes started for one run."""

    def __init__(self) -> None:
        self.url = embedded.start(DATA)
        self.started: list[subprocess.Popen] = []
        self.workers: dict[str, Worker] = {}

    def environment(self, **more: str) -> dict[str, str]:
        own = {"WECD_DATA_DIR": str(DATA), "DATABASE_URL": self.url, "PYTHONPATH": str(ROOT)}
        return os.environ | own | more

    def manage(self, *arguments: str, **environment: str) -> str:
        """What a management command prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(**environment),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def shell(self, code: str, **environment: str) -> str:
        """The last line printed by Python code that runs inside the portal."""
        return self.manage("shell", "--no-imports", "-c", code, **environment).strip().splitlines()[-1]

    def small(self) -> str:
        """The address of the second database: the same tables with 1,000 applications, made once."""
        cluster = embedded.Cluster(DATA.resolve())
        cluster.ensure_database(SMALL)
        url = cluster.url(SMALL)
        self.fill(url, "--applications", "1000", "--enterprises", "1000", "--calls", "10")
        return url

    def fill(self, url: str, *sizes: str) -> None:
        """Bring a database's tables up to date, and seed it when it is empty."""
        self.manage("migrate", "--verbosity", "0", DATABASE_URL=url)
        code = "from calls.models import Application; print(Application.objects.exists())"
        if self.shell(code, DATABASE_URL=url) != "True":
            print("Making the applications (some minutes for a million, once) …", flush=True)
            self.manage("seed_bench", "--fill-this-database", *sizes, DATABASE_URL=url)

    def worker(self, settings: str = "wecd.settings") -> "Worker":
        """A signed-in staff person under these settings; one process for all who ask for it."""
        if settings not in self.workers:
            self.workers[settings] = Worker(settings, self.environment())
        return self.workers[settings]

    def serve(self, *command: str, ready: str = "/", **environment: str) -> str:
        """Start a web server; ``{port}`` in the command becomes a free one. Returns its address.

        ``ready`` is a path that answers (anything) once the server listens.
        """
        port = free_port()
        filled = [part.replace("{port}", str(port)) for part in command]
        log = (DATA / "server.log").open("ab")
        process = subprocess.Popen(
            filled, cwd=ROOT, env=self.environment(**environment), stdout=log, stderr=log
        )
        self.started.append(process)
        address = f"http://127.0.0.1:{port}"
        for _attempt in range(STARTING * 10):
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(filled)} ended; see {DATA}/server.log")
            if answers(address + ready):
                return address
            time.sleep(0.1)
        raise SystemExit(f"{' '.join(filled)} does not answer; see {DATA}/server.log")

    def stop(self) -> None:
        for worker in self.workers.values():
            worker.stop()
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


class Worker:
    """A process that asks for pages as a signed-in person (``tests.load.worker``)."""

    def __init__(self, settings: str, environment: dict[str, str]):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.worker"],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": settings},
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

    def milliseconds(self, url: str, times: int = 9) -> float:
        """The median of some requests."""
        return statistics.median(self.get(url)["ms"] for _ in range(times))

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


def interleaved(*measures: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The median of each measure: all in turn, round after round, so that a busy moment hits them alike."""
    found: list[list[float]] = [[] for _ in measures]
    for _round in range(rounds):
        for index, measure in enumerate(measures):
            found[index].append(measure())
    return [statistics.median(values) for values in found]


def load(url: str, *, key: str = "", seconds: float = SECONDS, connections: int = CONNECTIONS) -> float:
    """Requests a second that a server answers (wrk, keep-alive). Any answer but 200 ends the run."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--timeout", "30s"]
    command += ["--duration", f"{seconds:g}s", url]
    if key:
        command += ["--header", f"Authorization: Bearer {key}"]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if rate is None or "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(f"{url} failed under load:\n{told}")
    return float(rate[1])


def throughput(url: str, *, key: str = "", seconds: float = SECONDS, rest: float = 0) -> Callable[[], float]:
    """A measure for ``interleaved``; the server is warmed up now.

    A slow one works on for ``rest`` seconds at requests nobody waits for any more: the next to be measured
    must not pay for it.
    """

    def measure() -> float:
        rate = load(url, key=key, seconds=seconds)
        time.sleep(rest)
        return rate

    load(url, key=key, seconds=2)
    return measure


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
