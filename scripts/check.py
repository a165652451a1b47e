#!/usr/bin/env python
"""Run everything CI checks and sum it up; ``--quick`` leaves out the tests. See ``make test``.

Every step runs even when one before it failed, so that one run tells all.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = Path(os.environ.get("WECD_DATA_DIR") or ROOT / ".data" / "test")
PYTHON = [sys.executable]
MANAGE = [sys.executable, "manage.py"]
# What a production site would set; random, and connected to nothing.
PRODUCTION = {
    "WECD_ENV": "production",
    "SECRET_KEY": "check-only-9f3kQ7vXw2LmZb8RtY5sNc1DhGj6PaUe4iWoKxEqTz0y",
    "FIELD_ENCRYPTION_KEYS": "check-only-Bv7nM2cX9zL4kJ8hG3fD6sA1",
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
    "EMAIL_URL": "smtps://user:secret@mail.example.org:465",
    "METRICS_TOKEN": "check-only-Qw3rTy6uIo9pAs2dFg5h",
}

Step = tuple[str, list[str], dict[str, str]]
STEPS: list[Step] = [
    ("format", [*PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."], {}),
    ("lint", [*PYTHON, "-m", "ruff", "check", "--quiet", "."], {}),
    ("types", [*PYTHON, "-m", "mypy"], {}),
    ("import layers", [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], {}),
    ("migrations in sync", [*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    ("translations", [*PYTHON, "scripts/messages.py", "--check"], {}),
    ("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ("repository", [*PYTHON, "scripts/check_repository.py"], {}),
    ("vendored assets", [*PYTHON, "scripts/vendor_assets.py", "--check"], {}),
    ("fonts cut", [*PYTHON, "scripts/subset_fonts.py", "--check"], {}),
    ("styles joined", [*PYTHON, "scripts/join_styles.py", "--check"], {}),
    ("workflows drawn", [*MANAGE, "draw_workflows", "--check"], {}),
    ("roles drawn", [*MANAGE, "draw_roles", "--check"], {}),
    ("API schema", [*PYTHON, "scripts/check_api.py"], {}),
    ("API client", [*PYTHON, "scripts/check_client.py"], {}),
]
PYTEST = [*PYTHON, "-m", "pytest", "-q", "-n", "2"]
BROWSER, COMPONENTS = "tests/browser", "tests/common/test_components.py"
# Playwright keeps an event loop running in its process: what walks pages has processes of its own.
TESTS: list[Step] = [
    ("browser tests", [*PYTEST, BROWSER], {}),
    ("component tests", [*PYTHON, "-m", "pytest", "-q", COMPONENTS], {}),
    ("tests", [*PYTEST, f"--ignore={BROWSER}", f"--ignore={COMPONENTS}"], {}),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="leave out the tests")
    quick = parser.parse_args().quick
    from wecd import embedded

    os.environ.setdefault("WECD_ENV", "test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "wecd.settings"
    if not os.environ.get("DATABASE_URL"):
        embedded.start(DATA)  # one server for every step
    results = [run(*step) for step in STEPS + ([] if quick else TESTS)]
    print("\nStep                  Result    Seconds")
    for name, passed, seconds in results:
        print(f"{name:<21} {'passed' if passed else 'FAILED':<9} {seconds:7.1f}")
    failed = [name for name, passed, _ in results if not passed]
    print(f"\n{'Failed: ' + ', '.join(failed) + '.' if failed else 'Everything passed.'}", flush=True)
    return 1 if failed else 0


def run(name: str, command: list[str], environment: dict[str, str]) -> tuple[str, bool, float]:
    """Run one step; show what it says only when it fails, except the tests, which are always shown."""
    print(f"· {name} …", flush=True)
    started = time.monotonic()
    shown = name in [step[0] for step in TESTS]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
        text=True,
    )
    if done.returncode and not shown:
        print(done.stdout, flush=True)
    return name, not done.returncode, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
