"""Keyset pages of the back office's lists: page 5,000 costs what page 1 does.

``KeysetList`` makes an admin class's list such a list; ``neighbours_of`` finds the rows before and after one
in a list as it was filtered. ``wecd.common.search`` finds text whatever its accents.
"""

from wecd.common.keyset.admin import KeysetList
from wecd.common.keyset.changelist import KeysetChangeList, neighbours_of

__all__ = ["KeysetChangeList", "KeysetList", "neighbours_of"]
