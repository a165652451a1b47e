"""Turn marks into entries: one settler at a time, each round from one snapshot of the database.

A round takes away the marks it sees, works out which rows they touch, asks each resource which of these its
readers may see (``visible_to``, ``visible_to_partner``), and numbers what changed. What commits while a round
runs is not in its snapshot, neither the rows nor the marks: the next round finds both. So nothing can be
missed, however long a transaction takes, and nobody waits for it; rounds follow each other in the order of
commits, and the copy of a reader who has applied a whole round equals the database at its snapshot.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg import errors

from partners.domain import webhooks
from partners.models import Partner
from wecd.catalogue import RESOURCES
from wecd.common.rest.resource import Resource
from wecd.feed import looks, watching
from wecd.feed.cursors import Place
from wecd.feed.models import OPEN, State

MARKS_A_ROUND = 200_000
MARKS_IN_A_HURRY = 20_000  # a round, where a request waits: a second's work or two
ROWS_AT_ONCE = 20_000
ROUNDS = 1000  # at most, while others go on writing
PATIENCE = "3s"  # for another settler at work
# The database server, its line of history, and this database and table in it: another after a restore.
HERE = """concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
    left(pg_walfile_name(pg_current_wal_lsn()), 8),
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'feed_state'::regclass::oid)"""
Pair = tuple[UUID, UUID]  # an audience and a row
CLOCK_EVERY = timedelta(seconds=5)  # how late what changes by time alone may be
LEAP = 10**9  # places left out after a restore: more than were given out since its backup was made


def settle(*, seconds: float | None = None, tell: bool = True) -> bool:
    """Bring the feed up to date with all that was committed before this call; returns whether it is.

    Does nothing where the feed is up to date. False when another settler kept us waiting too long, or
    ``seconds`` were not enough: what is settled so far can be read all the same. ``tell``: announce the
    changes to webhooks.
    """
    until = None if seconds is None else time.monotonic() + seconds
    for _round_of in range(ROUNDS):
        if not pending():
            return True
        if until and time.monotonic() > until:
            return False
        try:
            _round(tell, MARKS_IN_A_HURRY if until else MARKS_A_ROUND)
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
            return False
    return not pending()


def pending() -> bool:
    """Whether there is something to settle, in the eyes of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM feed_mark)"
            " OR EXISTS (SELECT FROM feed_state WHERE clock < statement_timestamp() - %s * interval '1s')",
            [CLOCK_EVERY.total_seconds()],
        )
        return cursor.fetchone()[0]


def share(take: Callable[[str], None]) -> Place | None:
    """Settle once more, and let another connection look at the database exactly as it was settled.

    ``take`` is called with the name of the snapshot (``SET TRANSACTION SNAPSHOT``) while it can be taken.
    Returns the place in the feed after all it holds, so that what is read there and the feed from here lose
    nothing and repeat nothing, however much is written meanwhile. None, and nothing taken, when another
    settler kept us waiting too long or more is marked than one round settles.
    """
    places: list[Place] = []

    def look(one: Round) -> None:
        if one.marks < one.most:
            one.cursor.execute("SELECT pg_export_snapshot(), epoch FROM feed_state")
            name, epoch = one.cursor.fetchone()
            take(name)
            places.append(Place(epoch, one.seq, one.seq))

    try:
        _round(True, MARKS_A_ROUND, then=look)
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.LockNotAvailable):
            raise
    return places[0] if places else None


def _round(tell: bool, marks: int, then: "Callable[[Round], None] | None" = None) -> None:
    inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        # Past Django's wrappers, which may put a SELECT before a statement: these take no snapshot, so it is
        # taken by what follows, once we are alone.
        bare = connection.connection
        if not inside:
            bare.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with connection.wrap_database_errors:
            bare.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            bare.execute("SET LOCAL jit = off")
            bare.execute(f'LOCK TABLE "{State._meta.db_table}" IN EXCLUSIVE MODE')
        one = Round(cursor, tell, marks)
        one.run()
        if then:
            then(one)


@dataclass
class Round:
    """One round of settling. ``seq`` is the place of the last entry written so far."""

    cursor: Any
    tell: bool
    most: int  # marks to take
    seq: int = 0
    marks: int = 0  # taken
    quiet: dict[str, set[UUID]] = field(default_factory=dict)  # rows by resource that are no news to anybody
    changes: list[tuple] = field(default_factory=list)  # (audience, resource, row, kind), if somebody is told

    def run(self) -> None:
        # One clock for the feed and for what it reads: the database's.
        self.cursor.execute(f"SELECT seq, clock, statement_timestamp(), home, {HERE} FROM feed_state")  # noqa: S608
        self.seq, clock, now, home, here = self.cursor.fetchone()
        if home != here:
            self._move(here, known=bool(home))
        self.tell = self.tell and webhooks.anyone_listens()
        marked = self._take_marks()
        turned = {resource: resource().turned(clock, now) for resource in RESOURCES}
        touched = {resource: self._touched(resource, marked, turned[resource]) for resource in RESOURCES}
        touched = {resource: rows for resource, rows in touched.items() if rows}
        lost = {
            resource: [pair for some in batched(rows, ROWS_AT_ONCE) for pair in self._seen(resource(), some)]
            for resource, rows in touched.items()
        }
        for resource, pairs in reversed(lost.items()):
            self._gone(resource(), pairs)
        if self.changes:
            webhooks.announce(self.changes)
        self.cursor.execute("UPDATE feed_state SET seq = %s, clock = GREATEST(clock, %s)", [self.seq, now])

    def _move(self, here: str, *, known: bool) -> None:
        """Remember the database we are in; when it was another, go on beyond all places that one gave out.

        Places up to the backup stay good, whoever holds them; those given out after it are lost, and refused.
        Where nothing was lost (a copy, an upgrade), nobody holds such a place, and nobody notices.
        """
        before = self.seq
        if known and before:
            self.seq += LEAP
            self.cursor.execute(
                "UPDATE feed_state SET lost = lost || jsonb_build_array(%s::jsonb)",
                [json.dumps([before, self.seq])],
            )
        self.cursor.execute("UPDATE feed_state SET home = %s", [here])

    def _take_marks(self) -> dict[str, set[UUID]]:
        """Up to ``most`` marks, by label; they are gone when this transaction commits."""
        self.cursor.execute(
            "DELETE FROM feed_mark WHERE id IN (SELECT id FROM feed_mark ORDER BY id LIMIT %s) "
            "RETURNING model, row",
            [self.most],
        )
        marked: dict[str, set[UUID]] = defaultdict(set)
        self.marks = self.cursor.rowcount
        for label, row in self.cursor.fetchall():
            marked[label].add(row)
        return marked

    def _touched(self, resource: type[Resource], marked: dict, turned: set[UUID]) -> list[UUID]:
        """Keys of the resource's rows that a mark concerns, whether they exist still or not."""
        found = set(turned)
        for label, ways in watching.paths(resource).items():
            rows = marked.get(label)
            if not rows:
                continue
            for path in ways:
                if path:
                    found |= set(
                        resource.model._default_manager.filter(**{f"{path}__in": list(rows)})
                        .order_by()
                        .values_list("pk", flat=True)
                    )
                else:
                    found |= rows
        alone = marked.get(resource.model._meta.label_lower + watching.ALONE, set())
        self.quiet[resource.name] = alone - found
        return sorted(found | alone)

    def _seen(self, resource: Resource, rows: list[UUID]) -> list[Pair]:
        """Write what audiences see anew or see changed; return who saw what, and sees it no more."""
        asked = looks.statement(resource)
        self.cursor.execute(asked.sql, asked.fill(rows=rows))
        found = self.cursor.fetchall()
        seen = {(audience, row): (digest, whole) for audience, row, digest, whole, _data in found}
        self._keep(resource, {row: data for _audience, row, _digest, _whole, data in found})
        known = self._known(resource, rows)
        changed = sorted(
            (pair for pair, looks in seen.items() if known.get(pair) != looks[1]), key=lambda pair: pair[::-1]
        )
        self.cursor.execute(
            """
            INSERT INTO feed_entry
                (audience, resource, row, seq, seq_whole, since, gone, digest, digest_whole)
            SELECT audience, %s, row, %s + place, %s + place, %s + place, false, digest, whole
            FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[]) WITH ORDINALITY
                AS changed(audience, row, digest, whole, place)
            ON CONFLICT (audience, resource, row) DO UPDATE SET seq_whole = EXCLUDED.seq, gone = false,
                seq = CASE WHEN feed_entry.gone OR feed_entry.digest <> EXCLUDED.digest
                    THEN EXCLUDED.seq ELSE feed_entry.seq END,
                since = CASE WHEN feed_entry.gone THEN EXCLUDED.seq ELSE feed_entry.since END,
                digest = EXCLUDED.digest, digest_whole = EXCLUDED.digest_whole
            """,
            [
                resource.name,
                *[self.seq] * 3,
                *_columns(changed),
                *_columns([seen[pair] for pair in changed]),
            ],
        )
        self._note(resource, changed, lambda pair: "updated" if known.get(pair) else "created")
        return sorted((pair for pair, whole in known.items() if whole and pair not in seen), reverse=True)

    def _keep(self, resource: Resource, data: dict[UUID, str]) -> None:
        """Keep how rows look, for those who read the feed before anything else changes."""
        self.cursor.execute(
            """
            INSERT INTO feed_look (resource, row, data)
            SELECT %s, row, data FROM unnest(%s::uuid[], %s::text[]) AS looks(row, data)
            ON CONFLICT (resource, row) DO UPDATE SET data = EXCLUDED.data
                WHERE feed_look.data <> EXCLUDED.data
            """,
            [resource.name, list(data), list(data.values())],
        )

    def _known(self, resource: Resource, rows: list[UUID]) -> dict[Pair, UUID | None]:
        """What audiences were told of these rows last: how each looked, or None when it was gone."""
        self.cursor.execute(
            f"""
            SELECT audience, row, CASE WHEN NOT gone THEN digest_whole END FROM feed_entry
            WHERE audience IN ({_audiences(resource)}) AND resource = %s AND row = ANY(%s::uuid[])
            """,  # noqa: S608  (our own words)
            [resource.name, rows],
        )
        return {(audience, row): whole for audience, row, whole in self.cursor.fetchall()}

    def _gone(self, resource: Resource, lost: list[Pair]) -> None:
        """Write tombstones; what nobody sees is not kept."""
        self.cursor.execute(
            """
            UPDATE feed_entry SET gone = true, seq = %s + lost.place, seq_whole = %s + lost.place
            FROM unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS lost(audience, row, place)
            WHERE feed_entry.audience = lost.audience AND resource = %s AND feed_entry.row = lost.row
            """,
            [self.seq, self.seq, *_columns(lost), resource.name],
        )
        self.cursor.execute(
            f"""
            DELETE FROM feed_look WHERE resource = %s AND row = ANY(%s::uuid[]) AND NOT EXISTS (
                SELECT FROM feed_entry e WHERE e.audience IN ({_audiences(resource)})
                AND e.resource = feed_look.resource AND e.row = feed_look.row AND NOT e.gone)
            """,  # noqa: S608  (our own words)
            [resource.name, list({row for _audience, row in lost})],
        )
        self._note(resource, lost, lambda pair: "deleted")

    def _note(self, resource: Resource, pairs: list[Pair], kind: Callable[[Pair], str]) -> None:
        """Count the entries just written, and keep what they say if somebody is told."""
        self.seq += len(pairs)
        if self.tell:
            quiet = self.quiet[resource.name]
            for audience, row in pairs:
                if row in quiet:
                    continue
                told = None if audience == OPEN else audience
                self.changes.append((told, resource.name, row, kind((audience, row))))


def _audiences(resource: Resource) -> str:
    """SQL of those whom the resource's entries can be for."""
    return f'SELECT id FROM "{Partner._meta.db_table}"' if resource.scope else f"SELECT '{OPEN}'::uuid"  # noqa: S608


def _columns(pairs: Sequence[tuple[UUID, UUID]]) -> tuple[list[UUID], list[UUID]]:
    """Pairs as two arrays."""
    return [one for one, _other in pairs], [other for _one, other in pairs]


def batched(rows: list[UUID], size: int) -> Iterator[list[UUID]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
