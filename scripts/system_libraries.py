#!/usr/bin/env python3
"""See that the system has what pip cannot bring. Standard library only.

``system_libraries.py demo`` needs Pango (WeasyPrint's, for PDF); ``test`` also needs xgettext, Chromium
and LibreOffice Calc; ``bench`` needs wrk. As root on Debian or Ubuntu they are installed; elsewhere this
says what is missing, and stops.
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys


def has_library(*names: str) -> bool:
    """Whether the dynamic linker finds one of these."""
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def has_program(*names: str) -> bool:
    return any(shutil.which(name) for name in names)


# what for: [(what it is, is it there?, its Debian packages, how else to get it)]
NEEDS = {
    "demo": [
        (
            "Pango (to write PDF)",
            lambda: (
                has_library("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0.0.dylib")
                and has_library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0.0.dylib")
            ),
            ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
            "Fedora: dnf install pango · macOS: brew install pango",
        ),
    ],
    "test": [
        (
            "xgettext (to find texts to translate)",
            lambda: has_program("xgettext"),
            ["gettext"],
            "Fedora: dnf install gettext · macOS: brew install gettext",
        ),
        (
            "Chromium (to walk the pages)",
            lambda: has_program("chromium", "chromium-browser", "google-chrome"),
            ["chromium"],
            "Fedora: dnf install chromium · elsewhere: google-chrome on the path",
        ),
        (
            "LibreOffice Calc (to open what is exported)",
            lambda: has_program("soffice", "libreoffice"),
            ["libreoffice-calc-nogui"],
            "Fedora: dnf install libreoffice-calc · elsewhere: soffice on the path",
        ),
    ],
    "bench": [
        (
            "wrk (to ask much at once)",
            lambda: has_program("wrk"),
            ["wrk"],
            "Fedora: dnf install wrk · macOS: brew install wrk",
        ),
    ],
}


def main(purposes: list[str]) -> int:
    missing = [need for purpose in purposes for need in NEEDS[purpose] if not need[1]()]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        packages = [package for need in missing for package in need[2]]
        print(f"Installing {', '.join(packages)} …", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
        missing = [need for need in missing if not need[1]()]
    for what, _, packages, otherwise in missing:
        print(f"Missing: {what}.", file=sys.stderr)
        print(f"  Debian, Ubuntu: sudo apt-get install {' '.join(packages)}", file=sys.stderr)
        print(f"  {otherwise}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
