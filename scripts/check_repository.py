#!/usr/bin/env python
"""Look at the tracked files themselves: none too long, no registry's address, no machine's path."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT, LIMIT_OF_TESTS = 400, 600  # lines
MEASURED = {".py", ".html", ".css", ".js"}
NOT_MEASURED = ("static/vendor/", "/migrations/")
BINARY = {".png", ".woff2", ".jpg", ".ico", ".mo", ".pdf"}
FORBIDDEN = [
    (
        re.compile(r"\b(?:--)?(?:extra-)?index-url[ =]|files\.pythonhosted\.org|registry\.npmjs\.org"),
        "a registry",
    ),
    (re.compile(r"(?<![\w./])/(?:home|Users|root)/[a-z]\w*/|(?<![\w./])/work/\w"), "a machine's path"),
]
OWN = "scripts/check_repository.py"


def tracked() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def problems(name: str, text: str) -> list[str]:
    """Say what is wrong with one file, a sentence each."""
    said = []
    lines = text.count("\n")
    limit = LIMIT_OF_TESTS if name.startswith("tests/") else LIMIT
    measured = Path(name).suffix in MEASURED and not any(part in f"/{name}" for part in NOT_MEASURED)
    if measured and lines >= limit:
        said.append(f"{name}: {lines} lines; split it below {limit}.")
    for number, line in enumerate(text.split("\n"), start=1):
        for pattern, what in FORBIDDEN:
            if pattern.search(line) and name != OWN:
                said.append(f"{name}:{number}: names {what}.")
    return said


def main() -> int:
    said = []
    for name in tracked():
        if Path(name).suffix not in BINARY and not name.startswith("static/vendor/"):
            said += problems(name, (ROOT / name).read_text(errors="replace"))
    print("\n".join(said) or "Every file is short enough and names no machine.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
