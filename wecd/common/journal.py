"""Write the journal and prove it.

The canonical form is described in docs/journal.md so that a stranger can check an export without our
code: UTF-8 JSON, keys sorted, no spaces, of the fields in ``CHAINED``.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from wecd.common.models import JournalEntry, JournalHead
from wecd.common.request import current_request_id

CHAINED = ("id", "about_type", "about_id", "seq", "verb", "actor", "at", "facts", "request_id", "prev_hash")


def canonical(data) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. The same data always gives the same bytes."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder)
    return text.encode()


def as_dict(entry: JournalEntry) -> dict:
    """An entry as exported: the hashed fields as strings, then its own hash and transaction id."""
    return {
        "id": str(entry.id),
        "about_type": entry.about_type,
        "about_id": entry.about_id,
        "seq": entry.seq,
        "verb": entry.verb,
        "actor": str(entry.actor_id),
        "at": entry.at.astimezone(UTC).isoformat(),
        "facts": entry.facts,
        "request_id": entry.request_id,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
        "xid": entry.xid,
    }


def digest(exported: dict) -> str:
    """SHA-256 (hex) of an exported entry's chained fields."""
    return hashlib.sha256(canonical({key: exported[key] for key in CHAINED})).hexdigest()


def record(about: models.Model, verb: str, *, by, at: datetime | None = None, **facts) -> JournalEntry:
    """Append one entry to the chain of ``about``; must run inside the transaction of the change.

    Waits only for others writing about the same row. ``facts`` must be JSON (dates and decimals become
    text). ``at`` is for history loaded from elsewhere; it defaults to now.
    """
    about_type, about_id = about._meta.label_lower, str(about.pk)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{about_type}:{about_id}"]
            )
        last = (
            JournalEntry.objects.filter(about_type=about_type, about_id=about_id)
            .order_by("-seq")
            .values("seq", "hash")
            .first()
        ) or {"seq": 0, "hash": ""}
        entry = JournalEntry(
            about_type=about_type,
            about_id=about_id,
            about_label=str(about)[:300],
            seq=last["seq"] + 1,
            verb=verb,
            actor=by,
            at=at or timezone.now(),
            facts=json.loads(canonical(facts)),
            request_id=current_request_id(),
            prev_hash=last["hash"],
        )
        entry.hash = digest(as_dict(entry))
        entry.save(force_insert=True)
    return entry


def entries_about(row: models.Model) -> models.QuerySet[JournalEntry]:
    """The chain of one row, oldest first, with its actors."""
    return (
        JournalEntry.objects.filter(about_type=row._meta.label_lower, about_id=str(row.pk))
        .select_related("actor")
        .order_by("seq")
    )


def seal(day: date | None = None) -> JournalHead:
    """Close a head over every entry whose transaction ended before the oldest one still running."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE common_journalhead IN EXCLUSIVE MODE")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        upto = cursor.fetchone()[0]
        last = JournalHead.objects.order_by("-number").first()
        start = last.upto_xid if last else 0
        entries, hash_ = head_hash(_under(start, upto), last.hash if last else "")
        return JournalHead.objects.create(
            number=(last.number if last else 0) + 1,
            day=day or timezone.localdate(),
            from_xid=start,
            upto_xid=upto,
            entries=entries,
            prev_hash=last.hash if last else "",
            hash=hash_,
        )


def head_hash(hashes: Iterator[str], previous: str) -> tuple[int, str]:
    """(count, SHA-256 hex) of the previous head's hash followed by each entry's, one a line."""
    total, sha = 0, hashlib.sha256((previous + "\n").encode())
    for hash_ in hashes:
        sha.update((hash_ + "\n").encode())
        total += 1
    return total, sha.hexdigest()


def _under(start: int, upto: int) -> Iterator[str]:
    return (
        JournalEntry.objects.filter(xid__gte=start, xid__lt=upto)
        .order_by("xid", "id")
        .values_list("hash", flat=True)
        .iterator(chunk_size=5000)
    )


def verify() -> Iterator[str]:
    """Yield a sentence for each sign of tampering: none means the journal is whole."""
    chain, seq, previous = None, 0, ""
    ordered = JournalEntry.objects.order_by("about_type", "about_id", "seq")
    for entry in ordered.iterator(chunk_size=5000):
        key = (entry.about_type, entry.about_id)
        if key != chain:
            chain, seq, previous = key, 0, ""
        if entry.seq != seq + 1:
            yield f"{entry}: entry {seq + 1} of this chain is missing."
        if entry.prev_hash != previous:
            yield f"{entry}: does not follow the entry before it."
        if entry.hash != digest(as_dict(entry)):
            yield f"{entry}: its content was changed after it was written."
        seq, previous = entry.seq, entry.hash
    previous, upto = "", 0
    for head in JournalHead.objects.order_by("number"):
        if head.prev_hash != previous or head.from_xid != upto:
            yield f"Head {head.number}: does not follow the head before it."
        if head_hash(_under(head.from_xid, head.upto_xid), head.prev_hash) != (head.entries, head.hash):
            yield f"Head {head.number} ({head.day}): entries under it were added, removed or changed."
        previous, upto = head.hash, head.upto_xid
