#!/usr/bin/env python3
"""Make ``.venv`` from ``requirements.lock``: every version and hash as locked. Standard library only.

A stamp in ``.venv`` holds a hash of the lock file, so that a second call takes no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed-from"
OLDEST = (3, 11)


def main() -> int:
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and works(VENV / "bin/python"):
        return 0
    if sys.version_info < OLDEST:
        return with_newer_python()
    if not works(VENV / "bin/python"):
        make_environment()
    print("Installing the locked packages into .venv (a minute or two, the first time) …", flush=True)
    pip = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
    done = subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", str(LOCK)], check=False)
    if done.returncode:
        print("The packages could not be installed; see the lines above.", file=sys.stderr)
        return 1
    STAMP.write_text(wanted)
    return 0


def works(python: Path) -> bool:
    """Whether there is an environment whose Python and pip run (an interrupted set-up leaves neither)."""
    if not python.exists():
        return False
    return not subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode


def make_environment() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if not done.returncode:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian and Ubuntu keep part of Python's standard library in a package of its own.
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {package} …", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        return
    print(done.stdout + done.stderr, file=sys.stderr)
    sys.exit(f"Python cannot make a virtual environment. On Debian or Ubuntu: sudo apt-get install {package}")


def with_newer_python() -> int:
    """Start again with the first newer Python on the path."""
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return subprocess.run([found, __file__], check=False).returncode
    print(
        f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed; this is {sys.version.split()[0]}.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
