#!/usr/bin/env python3
"""Join the three sheets every page needs into ``static/css/site.css``: one request instead of three.

``scripts/join_styles.py``          write it (``make fmt`` does).
``scripts/join_styles.py --check``  fail when it is not what its parts give.

Edit ``tokens.css`` and ``portal.css``, never ``site.css``.
"""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
PARTS = ("vendor/bootstrap/reboot.css", "css/tokens.css", "css/portal.css")
TARGET = STATIC / "css" / "site.css"
HEAD = "/* Made by scripts/join_styles.py from reboot.css (Bootstrap, MIT), tokens.css and portal.css. */\n"


def joined() -> str:
    """The parts in order, without comments, indentation and empty lines."""
    text = "\n".join((STATIC / part).read_text() for part in PARTS)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    lines = (line.strip() for line in text.splitlines())
    return HEAD + "\n".join(line for line in lines if line and not line.startswith("@charset")) + "\n"


def main() -> int:
    if "--check" not in sys.argv:
        TARGET.write_text(joined())
    if TARGET.exists() and TARGET.read_text() == joined():
        return 0
    print("static/css/site.css is not what its parts give. Run: python3 scripts/join_styles.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
