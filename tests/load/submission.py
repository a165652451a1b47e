"""Submissions per second: the whole of it over HTTP, beside pgbench sending the same statements.

Ours are signed-in people who press "Submit" on the portal's own page, eight at once, all under one call: the
session, the person, the token, the deadline, what is missing, the rules, the frozen content, the reference,
the clock, the receipt by mail, the journal. Theirs is pgbench, eight at once, sending to Postgres what one of
these submissions was seen to send, for other drafts of the same call (``tests.load.drafts``). Each commit
waits for the disk on both sides.
"""

import json
import re
import subprocess
import sys
from itertools import count

import psycopg

from tests.load.measuring import DATA, ROUNDS, Bench, interleaved
from tests.load.table import Row
from wecd.embedded import programs
from wecd.server import command

AT_ONCE, SECONDS = 8, 3
OURS_EACH, THEIRS_EACH = 1_500, 450  # drafts ready for a round of ours; for one connection of theirs
SERVER = (sys.executable, "-m", *command(host="127.0.0.1", port="{port}"))
# wrk asks for the drafts one after the other; anything but the way to a receipt ends the run.
PRESS = """
local n = {first} - 1
local wrong = 0
function request()
  n = n + 1
  local path = string.format("/fr/applications/00000000-0000-7000-8000-0007%08d/review/", n)
  return wrk.format("POST", path, {{
    ["Cookie"] = string.format("{session}=bench%08d; {csrf}={token}", n),
    ["X-CSRFToken"] = "{token}", ["Content-Length"] = "0"}})
end
function response(status, headers)
  if status ~= 302 or not string.find(headers["Location"] or headers["location"] or "", "receipt") then
    wrong = wrong + 1
    if wrong == 1 then print("WRONG " .. status .. " at " .. n) end
  end
end
"""


def submission(bench: Bench) -> list[Row]:
    """Submissions taken in per second."""
    rounds = ROUNDS + 1  # one to warm up
    made = _drafts(bench, str(rounds * (OURS_EACH + AT_ONCE * THEIRS_EACH)))
    ready = json.loads(made.splitlines()[-1])
    try:
        return _measured(bench, ready, rounds)
    finally:
        _drafts(bench, "clean")


def _measured(bench: Bench, ready: dict, rounds: int) -> list[Row]:
    site = bench.serve(*SERVER, ready="/health/live/", WECD_ENV="demo")
    ours = (ready["drafts"] + number * OURS_EACH for number in count())
    after = ready["drafts"] + rounds * OURS_EACH
    theirs = (after + number * AT_ONCE * THEIRS_EACH for number in count())

    def press() -> float:
        script = DATA / "submission.lua"
        script.write_text(PRESS.format(first=next(ours), **ready))
        before = _taken_in(bench)
        line = [
            "wrk",
            "-t",
            "1",
            "-c",
            str(AT_ONCE),
            "-d",
            f"{SECONDS}s",
            "--timeout",
            "20s",
            "-s",
            str(script),
            site,
        ]
        told = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
        found = re.search(r"(\d+) requests in ([\d.]+)s", told)
        if "WRONG" in told or "Socket errors" in told or found is None:
            raise SystemExit(f"A submission was not taken in:\n{told}")
        if _taken_in(bench) - before < int(found[1]):
            raise SystemExit("More submissions were acknowledged than there are.")
        return int(found[1]) / float(found[2])

    def play() -> float:
        line = [
            *(str(programs() / "bin/pgbench"), "-n", "-M", "simple", "-c", str(AT_ONCE), "-j", "1"),
            *("-T", str(SECONDS), "-D", "i=0", "-D", f"each={THEIRS_EACH}", "-D", f"first={next(theirs)}"),
            *("-f", ready["script"], bench.url),
        ]
        told = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
        rate = re.search(r"tps = ([\d.]+)", told)
        if rate is None or not re.search(r"failed transactions: 0 ", told):
            raise SystemExit(f"pgbench failed:\n{told}")
        return float(rate[1])

    press()
    play()
    mine, others = interleaved(press, play)
    note = f"{ready['statements']} statements, {AT_ONCE} at once, over HTTP, signed in, one hot call"
    return [
        Row(
            "submission, whole (validation, rules, journal, outbox, receipt row)",
            "pgbench of the same statements",
            mine,
            others,
            0.35,
            note,
            unit="req/s",
        )
    ]


def _drafts(bench: Bench, what: str) -> str:
    line = [sys.executable, "-m", "tests.load.drafts", what]
    environment = bench.environment(DJANGO_SETTINGS_MODULE="wecd.settings", WECD_ENV="demo")
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return done.stdout


def _taken_in(bench: Bench) -> int:
    with psycopg.connect(bench.url) as connection:
        row = connection.execute("SELECT count(*) FROM calls_submission").fetchone()
    return row[0] if row else 0


ROWS = [submission]
