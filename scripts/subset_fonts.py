#!/usr/bin/env python3
"""Cut the two faces every page loads to the signs and weights it shows: 180 kB become 77.

``scripts/subset_fonts.py``          write ``static/fonts`` from ``static/vendor/fonts``.
``scripts/subset_fonts.py --check``  compare both with ``static/fonts/manifest.json``; offline.

Both faces are under the SIL Open Font License (beside their sources); it allows this under the same names.
Signs of other languages still come from the whole faces, when a page holds one.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parent.parent / "static"
SOURCES, TARGETS = STATIC / "vendor" / "fonts", STATIC / "fonts"
MANIFEST = TARGETS / "manifest.json"
# The signs of our four languages and of numbers, sums and arrows; tokens.css repeats them.
SIGNS = (
    "0020-007E,00A0-00FF,0131,0152-0153,02C6,02DA,02DC,2000-200B,2010-2015,2018-201E,2020-2022,2026,202F-2030,"
    "2032-2033,2039-203A,2044,20AC,2122,2190-2193,2212,2215,2248,2260,2264-2265,FEFF"
)
FEATURES = ["kern", "liga", "calt", "tnum", "lnum", "ccmp", "locl", "mark", "mkmk", "case"]
# file: (source, axes kept). Weights and widths are those of docs/design-system.md.
FACES: dict[str, tuple[str, dict[str, Any]]] = {
    "inter.woff2": ("inter-latin.woff2", {"wght": (400, 700)}),
    "bricolage.woff2": ("bricolage-latin.woff2", {"wght": (600, 700), "wdth": (86, 100), "opsz": 64}),
}


def cut(source: Path, target: Path, axes: dict) -> None:
    """Write the part of a variable face we use."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    face = TTFont(source)
    options = subset.Options(layout_features=FEATURES, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(SIGNS))
    subsetter.subset(face)
    with tempfile.NamedTemporaryFile(suffix=".ttf") as between:  # the instancer needs a face read anew
        face.flavor = None
        face.save(between.name)
        face = instancer.instantiateVariableFont(TTFont(between.name), axes)
        face.flavor = "woff2"
        face.save(target)


def facts() -> dict[str, dict[str, str]]:
    """The SHA-256 of each face and of its source."""
    return {
        name: {"source": _sha256(SOURCES / source), "sha256": _sha256(TARGETS / name)}
        for name, (source, _axes) in FACES.items()
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare the files with the manifest")
    if not parser.parse_args().check:
        TARGETS.mkdir(exist_ok=True)
        for name, (source, axes) in FACES.items():
            cut(SOURCES / source, TARGETS / name, axes)
        MANIFEST.write_text(json.dumps(facts(), indent=2) + "\n")
    if json.loads(MANIFEST.read_text()) == facts():
        print("The fonts match their sources.")
        return 0
    print("static/fonts is not what static/vendor/fonts gives. Run: .venv/bin/python scripts/subset_fonts.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
