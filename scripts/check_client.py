#!/usr/bin/env python
"""Make a typed Python client from docs/api/openapi.json, and check that it compiles and its types hold.

``check_client.py FOLDER`` keeps the client there: a package named ``wecd_client``.
"""

import argparse
import compileall
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "docs" / "api" / "openapi.json"
PROGRAMS = Path(sys.executable).parent
PACKAGE = "wecd_client"
SETTINGS: dict[str, object] = {
    "post_hooks": [],  # nobody reads it: it need not be formatted
    "content_type_overrides": {"application/x-ndjson": "text/plain"},  # exports come as text
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="keep the client in this folder")
    kept = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        return check(kept or Path(temporary))


def check(folder: Path) -> int:
    """Make, compile, and check with mypy as strictly as it can."""
    try:
        package = make(folder)
    except Unmade as error:
        print(error)
        return 1
    if not compileall.compile_dir(package, quiet=1):
        return 1
    types = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={folder / 'types'}"]
    return subprocess.run([*types, str(package)], cwd=folder, check=False).returncode


class Unmade(Exception):
    """The generator refused the schema, or left a part of it out."""


def make(folder: Path) -> Path:
    """Write the client's package into ``folder``. What the generator only warns of is an error here."""
    package = folder / PACKAGE
    folder.mkdir(exist_ok=True)
    settings = folder / "settings.json"
    settings.write_text(json.dumps(SETTINGS))
    done = subprocess.run(
        [
            str(PROGRAMS / "openapi-python-client"),
            "generate",
            "--path",
            str(SCHEMA),
            "--config",
            str(settings),
        ]
        + ["--output-path", str(package), "--meta", "none", "--overwrite", "--fail-on-warning"],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Unmade(done.stdout + done.stderr)
    return package


if __name__ == "__main__":
    sys.exit(main())
