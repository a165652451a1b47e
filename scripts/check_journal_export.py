#!/usr/bin/env python3
"""Check an export of the journal without the portal: ``check_journal_export.py EXPORT.ndjson [HEAD.json …]``.

EXPORT is the output of ``manage.py export_journal``. Each HEAD is one published earlier (the output of
``export_journal --head``): it must still be in the export, word for word. Standard library only; the rules
are those of docs/journal.md. Exit code 1 and a sentence for each thing that does not hold.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path


def sha256(data) -> str:
    """SHA-256 (hex) of the canonical JSON of ``data``."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def without(record: dict, *names: str) -> dict:
    return {key: value for key, value in record.items() if key not in names}


def problems_of_entries(entries: list[dict]) -> Iterator[str]:
    """Each entry hashes to its hash, and follows the one before it about the same row."""
    chains: dict[tuple[str, str], tuple[int, str]] = {}
    for entry in sorted(entries, key=lambda entry: entry["seq"]):
        name = f"{entry['about_type']} {entry['about_id']} #{entry['seq']}"
        chain = entry["about_type"], entry["about_id"]
        seq, previous = chains.get(chain, (0, ""))
        if entry["seq"] != seq + 1:
            yield f"{name}: entry {seq + 1} of this chain is missing."
        if entry["prev_hash"] != previous:
            yield f"{name}: does not follow the entry before it."
        if entry["hash"] != sha256(without(entry, "kind", "hash")):
            yield f"{name}: its content is not what was hashed."
        chains[chain] = entry["seq"], entry["hash"]


def problems_of_heads(heads: list[dict], entries: list[dict]) -> Iterator[str]:
    """Each head follows the one before and seals exactly the entries of its transactions."""
    before: dict = {"number": 0, "hash": "", "cluster": None}
    for head in sorted(heads, key=lambda head: head["number"]):
        name = f"Head {head['number']} ({head['day']})"
        start = before["upto_xid"] if before["cluster"] == head["cluster"] else "0"
        expected = before["number"] + 1, before["hash"], start
        if (head["number"], head["prev_hash"], head["from_xid"]) != expected:
            yield f"{name}: does not follow the head before it."
        under = [
            entry
            for entry in entries
            if entry["cluster"] == head["cluster"]
            and int(head["from_xid"]) <= int(entry["xid"]) < int(head["upto_xid"])
        ]
        under.sort(key=lambda entry: (int(entry["xid"]), entry["id"]))
        lines = "".join(entry["hash"] + "\n" for entry in under)
        hashes = hashlib.sha256(lines.encode()).hexdigest()
        sealed = without(head, "kind", "hash") | {"hashes": hashes}
        if head["entries"] != len(under):
            yield f"{name}: seals {head['entries']} entries, and there are {len(under)}."
        elif head["hash"] != sha256(sealed):
            yield f"{name}: it, or an entry under it, is not what was hashed."
        before = head


def main(export: str, *published: str) -> int:
    records = [json.loads(line) for line in Path(export).read_text("utf-8").splitlines() if line]
    entries = [record for record in records if record["kind"] == "entry"]
    heads = [record for record in records if record["kind"] == "head"]
    said = [*problems_of_entries(entries), *problems_of_heads(heads, entries)]
    for name in published:
        if json.loads(Path(name).read_text("utf-8")) not in heads:
            said.append(f"{name}: this published head is not in the export.")
    print("\n".join(said) or f"The export holds: {len(entries)} entries, {len(heads)} heads.")
    return 1 if said else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
