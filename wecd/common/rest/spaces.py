"""White space as the published schema's patterns know it (ECMA-262 ``\\s``).

Python's own ``strip`` also takes U+001C to U+001F and U+0085: a filter of these alone would be ignored.
"""

import re

SPACES = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def trimmed(text: str) -> str:
    return text.strip(SPACES)


def words(text: str) -> list[str]:
    return [word for word in re.split(f"[{SPACES}]+", text) if word]
