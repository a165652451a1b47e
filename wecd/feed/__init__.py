"""The change feed: what a reader may see, as a sequence of created, updated and deleted rows.

- ``watching`` triggers mark what changed · ``settling`` turns marks into entries, in the order of commits
- ``models`` marks, entries, state · ``cursors`` places in the feed · ``reading`` a page of it as JSON

See docs/api/changes.md and docs/adr/0007-feed-settled-from-marks.md.
"""
