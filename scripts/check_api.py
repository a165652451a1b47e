#!/usr/bin/env python
"""Check that the schema in docs/api/ is what the code gives, and breaks no client of the last release.

``--write`` brings docs/api/openapi.json up to date; ``--release`` makes it the one clients rely on.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
CURRENT = ROOT / "docs" / "api" / "openapi.json"
RELEASED = ROOT / "docs" / "api" / "released" / "v1.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="bring the checked-in schema up to date")
    parser.add_argument("--release", action="store_true", help="what is checked in is released")
    asked = parser.parse_args()
    text = written(generated())
    if asked.write or asked.release:
        CURRENT.write_text(text, encoding="utf-8")
    faults = breaks(json.loads(text))
    if faults:
        print("This breaks clients of the released API (docs/api/README.md, “What stays”):")
        print("\n".join(f"  {fault}" for fault in faults))
        return 1
    if asked.release:
        RELEASED.parent.mkdir(exist_ok=True)
        shutil.copy(CURRENT, RELEASED)
    if not CURRENT.exists() or CURRENT.read_text(encoding="utf-8") != text:
        print("docs/api/openapi.json is not what the code gives: run scripts/check_api.py --write.")
        return 1
    return 0


def generated() -> dict[str, Any]:
    """The schema as the code gives it: the same on every machine."""
    os.environ.setdefault("WECD_ENV", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wecd.settings")
    import django

    django.setup()
    from django.utils import translation
    from drf_spectacular.generators import SchemaGenerator

    with translation.override("en"):
        return SchemaGenerator().get_schema(public=True)


def written(schema: dict[str, Any]) -> str:
    """As it is checked in: a member a line, so that a change reads well."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def breaks(schema: dict[str, Any]) -> list[str]:
    """What this schema breaks of the released one; nothing before the first release."""
    from api_changes import breaking

    return breaking(json.loads(RELEASED.read_text(encoding="utf-8")), schema) if RELEASED.exists() else []


if __name__ == "__main__":
    sys.exit(main())
