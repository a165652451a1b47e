"""Write the journal and prove it.

The canonical form is described in docs/journal.md so that a stranger can check an export without our
code: UTF-8 JSON, keys sorted, no spaces, of the fields in ``CHAINED`` and, for heads, in ``SEALED``.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from wecd.common.models import JournalCheck, JournalEntry, JournalHead
from wecd.common.request import current_request_id

CHAINED = (
    "id",
    "about_type",
    "about_id",
    "about_label",
    "seq",
    "verb",
    "actor",
    "at",
    "facts",
    "request_id",
    "cluster",
    "xid",
    "prev_hash",
)
SEALED = ("number", "day", "cluster", "from_xid", "upto_xid", "entries", "prev_hash")


def canonical(data) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. The same data always gives the same bytes."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder)
    return text.encode()


def as_dict(entry: JournalEntry) -> dict:
    """An entry as exported: the chained fields and its hash. 64-bit numbers are text, as JavaScript needs."""
    return {
        "id": str(entry.id),
        "about_type": entry.about_type,
        "about_id": entry.about_id,
        "about_label": entry.about_label,
        "seq": entry.seq,
        "verb": entry.verb,
        "actor": str(entry.actor_id),
        "at": entry.at.astimezone(UTC).isoformat(),
        "facts": entry.facts,
        "request_id": entry.request_id,
        "cluster": str(entry.cluster),
        "xid": str(entry.xid),
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def head_as_dict(head: JournalHead) -> dict:
    """A head as exported: what it seals and its hash."""
    return {
        "number": head.number,
        "day": head.day.isoformat(),
        "cluster": str(head.cluster),
        "from_xid": str(head.from_xid),
        "upto_xid": str(head.upto_xid),
        "entries": head.entries,
        "prev_hash": head.prev_hash,
        "hash": head.hash,
    }


def digest(exported: dict) -> str:
    """SHA-256 (hex) of an exported entry's chained fields."""
    return hashlib.sha256(canonical({key: exported[key] for key in CHAINED})).hexdigest()


@dataclass(frozen=True)
class Place:
    """Where the next entry about a row goes; nobody else writes there until this transaction ends."""

    xid: int
    cluster: int
    seq: int
    prev_hash: str


def place(about: models.Model) -> Place:
    """Take the next place in the chain of ``about``; waits only for others writing about the same row."""
    about_type, about_id = about._meta.label_lower, str(about.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text::bigint, (pg_control_system()).system_identifier, "
            "pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{about_type}:{about_id}"],
        )
        xid, cluster, _ = cursor.fetchone()
    last = (
        JournalEntry.objects.filter(about_type=about_type, about_id=about_id)
        .order_by("-seq")
        .values("seq", "hash")
        .first()
    ) or {"seq": 0, "hash": ""}
    return Place(xid, cluster, last["seq"] + 1, last["hash"])


def record(
    about: models.Model, verb: str, *, by, at: datetime | None = None, taken: Place | None = None, **facts
) -> JournalEntry:
    """Append one entry to the chain of ``about``; must run inside the transaction of the change.

    Waits only for others writing about the same row. ``facts`` must be JSON (dates, decimals and floats
    become text). ``at`` is for history loaded from elsewhere; it defaults to now. ``taken`` is the place this
    transaction took before, when nothing was written about the row since.
    """
    about_type, about_id = about._meta.label_lower, str(about.pk)
    with transaction.atomic(savepoint=False):  # what fails here must take the change with it
        taken = taken or place(about)
        entry = JournalEntry(
            about_type=about_type,
            about_id=about_id,
            about_label=str(about)[:300],
            seq=taken.seq,
            verb=verb,
            actor=by,
            at=at or timezone.now(),
            # The database writes 1e20 its own way, so a fraction is kept as the text it was.
            facts=json.loads(canonical(facts), parse_float=str),
            request_id=current_request_id(),
            xid=taken.xid,
            cluster=taken.cluster,
            prev_hash=taken.prev_hash,
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


# The oldest transaction still running here, and the cluster's name. A snapshot also lists what runs in the
# other databases of a shared server: those are left out, or somebody else's long report would hold our seal.
# A transaction nobody is seen to run (a prepared one, or one that ended this instant) counts as ours.
FENCE = """
    WITH now AS (SELECT pg_current_snapshot() AS snapshot),
    elsewhere AS (
        SELECT backend_xid::text::bigint AS xid FROM pg_stat_activity
        WHERE backend_xid IS NOT NULL AND datname <> current_database()
    )
    SELECT COALESCE(
        (SELECT min(running::text::bigint) FROM now, pg_snapshot_xip(snapshot) AS running
         WHERE running::text::bigint & 4294967295 NOT IN (SELECT xid FROM elsewhere)),
        (SELECT pg_snapshot_xmax(snapshot)::text::bigint FROM now)
    ), (pg_control_system()).system_identifier
"""


def seal(day: date | None = None) -> JournalHead:
    """Close a head over every entry whose transaction ended before the oldest one still running.

    In a new cluster (a dump was restored), first closes the old one's count with a head of its own.
    """
    day = day or timezone.localdate()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE common_journalhead IN EXCLUSIVE MODE")
        cursor.execute(FENCE)
        upto, cluster = cursor.fetchone()
        last = JournalHead.objects.order_by("-number").first()
        if last is not None and last.cluster != cluster:
            left = JournalEntry.objects.filter(cluster=last.cluster, xid__gte=last.upto_xid)
            end = left.aggregate(end=models.Max("xid"))["end"]
            if end is not None:
                last = _close(last, day, last.cluster, end + 1)
        return _close(last, day, cluster, upto)


def _close(last: JournalHead | None, day: date, cluster: int, upto: int) -> JournalHead:
    head = JournalHead(
        number=last.number + 1 if last else 1,
        day=day,
        cluster=cluster,
        from_xid=last.upto_xid if last and last.cluster == cluster else 0,
        upto_xid=upto,
        prev_hash=last.hash if last else "",
    )
    head.entries, hashes = _count_and_hash(_under(head))
    head.hash = head_digest(head_as_dict(head), hashes)
    head.save(force_insert=True)
    return head


def head_digest(exported: dict, hashes: str) -> str:
    """SHA-256 (hex) of a head's sealed fields and of the hash over its entries."""
    sealed = {key: exported[key] for key in SEALED} | {"hashes": hashes}
    return hashlib.sha256(canonical(sealed)).hexdigest()


def _count_and_hash(hashes: Iterable[str]) -> tuple[int, str]:
    """How many, and the SHA-256 (hex) of each entry's hash on a line, by transaction then id."""
    total, sha = 0, hashlib.sha256()
    for hash_ in hashes:
        sha.update((hash_ + "\n").encode())
        total += 1
    return total, sha.hexdigest()


def _under(head: JournalHead) -> Iterator[str]:
    return (
        JournalEntry.objects.filter(cluster=head.cluster, xid__gte=head.from_xid, xid__lt=head.upto_xid)
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
    yield from _verify_heads()


def check() -> tuple[JournalCheck, list[str]]:
    """Prove the whole journal and keep the outcome for the dashboard; returns it with each sign found."""
    entries, heads = JournalEntry.objects.count(), JournalHead.objects.count()
    signs = list(verify())
    outcome = JournalCheck.objects.create(entries=entries, heads=heads, signs=len(signs))
    outcome.refresh_from_db(fields=["at"])
    return outcome, signs


def _verify_heads() -> Iterator[str]:
    before: JournalHead | None = None
    for head in JournalHead.objects.order_by("number"):
        start = before.upto_xid if before and before.cluster == head.cluster else 0
        expected = (before.number + 1, before.hash) if before else (1, "")
        if (head.number, head.prev_hash) != expected or head.from_xid != start:
            yield f"Head {head.number} ({head.day}): does not follow the head before it."
        entries, hashes = _count_and_hash(_under(head))
        if entries != head.entries:
            yield f"Head {head.number} ({head.day}): seals {head.entries} entries, and there are {entries}."
        elif head.hash != head_digest(head_as_dict(head), hashes):
            yield f"Head {head.number} ({head.day}): it, or an entry under it, was changed."
        before = head
