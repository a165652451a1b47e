#!/usr/bin/env python3
"""Vendor the front-end assets the pages serve, and prove that they are what was vendored.

``scripts/vendor_assets.py``          fetch each package with ``npm pack`` and copy the files we serve.
``scripts/vendor_assets.py --check``  compare every vendored file with ``static/vendor/manifest.json``;
                                      offline, and a changed, missing or unlisted file fails.

The files are copied byte for byte and never edited: our own style lives in ``static/css``.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

# package: (folder under static/vendor, {path in the package: file name we serve})
PACKAGES = {
    "bootstrap@5.3": (
        "bootstrap",
        {
            "dist/css/bootstrap-reboot.min.css": "reboot.css",
            # named in the sheet: hashing static files fails without it; browsers fetch it for developers only
            "dist/css/bootstrap-reboot.min.css.map": "bootstrap-reboot.min.css.map",
        },
    ),
    # The 2.x line on purpose: 4.x renames events and attributes the pages rely on.
    "htmx.org@2": ("htmx", {"dist/htmx.min.js": "htmx.js"}),
    "@fontsource-variable/bricolage-grotesque@5": (
        "fonts",
        {
            "files/bricolage-grotesque-latin-standard-normal.woff2": "bricolage-latin.woff2",
            "files/bricolage-grotesque-latin-ext-standard-normal.woff2": "bricolage-latin-ext.woff2",
        },
    ),
    "@fontsource-variable/inter@5": (
        "fonts",
        {
            "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
        },
    ),
}


def sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(package: str, workdir: Path) -> Path:
    """Download one package with the npm client and return its unpacked folder."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", package],
        cwd=workdir,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = workdir / packed.stdout.strip().splitlines()[-1]
    target = archive.with_suffix(".d")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def vendor() -> None:
    """Fetch every package, replace the vendored files, write the manifest."""
    assets = []
    with tempfile.TemporaryDirectory() as workdir:
        for package, (folder, files) in PACKAGES.items():
            source = fetch(package, Path(workdir))
            meta = json.loads((source / "package.json").read_text())
            (VENDOR / folder).mkdir(parents=True, exist_ok=True)
            slug = meta["name"].split("/")[-1]
            for path, name in files.items() | {("LICENSE", f"LICENSE-{slug}.txt")}:
                shutil.copyfile(source / path, VENDOR / folder / name)
                assets.append(
                    {
                        "file": f"{folder}/{name}",
                        "name": meta["name"],
                        "version": meta["version"],
                        "licence": meta["license"],
                        "sha256": sha256(VENDOR / folder / name),
                    }
                )
    assets.sort(key=lambda asset: asset["file"])
    MANIFEST.write_text(json.dumps({"assets": assets}, indent=2) + "\n")


def problems(root: Path = VENDOR) -> list[str]:
    """Say what differs between the vendored files and the manifest: an empty list is good news."""
    listed = {a["file"]: a["sha256"] for a in json.loads((root / "manifest.json").read_text())["assets"]}
    present = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()} - {"manifest.json"}
    found = [f"{name}: listed, but missing" for name in sorted(listed.keys() - present)]
    found += [f"{name}: present, but not listed" for name in sorted(present - listed.keys())]
    found += [f"{n}: changed" for n in sorted(listed.keys() & present) if sha256(root / n) != listed[n]]
    return found


def main() -> int:
    """Run from the command line; the exit code is 1 when --check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare the files with the manifest")
    if not parser.parse_args().check:
        vendor()
    found = problems()
    print("\n".join(found) or "Vendored assets match their manifest.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
