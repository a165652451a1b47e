"""Turn marks into entries: one settler at a time, each round from one snapshot of the database.

A round takes away the marks it sees, works out which rows they touch, asks each resource which of these its
readers may see (``visible_to``, ``visible_to_partner``), and numbers what changed. What commits while a round
runs is not in its snapshot, neither the rows nor the marks: the next round finds both. So nothing can be
missed, however long a transaction takes, and nobody waits for it; rounds follow each other in the order of
commits, and the copy of a reader who has applied a whole round equals the database at its snapshot.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import OperationalError, connection, transaction
from django.db.models import F, UUIDField
from django.db.models.expressions import RawSQL
from django.utils import timezone
from psycopg import errors

from partners.domain import webhooks
from partners.models import Partner
from wecd.catalogue import RESOURCES
from wecd.common.rest import holes
from wecd.common.rest.reader import ANYONE, Reader
from wecd.common.rest.resource import Resource
from wecd.feed import watching
from wecd.feed.models import OPEN, State

MARKS_A_ROUND = 50_000
ROWS_A_STATEMENT = 250_000
PATIENCE = "3s"  # for another settler at work
CLOCK_EVERY = timedelta(seconds=5)  # how late what changes by time alone may be


def settle(*, rounds: int = 1000, tell: bool = True) -> bool:
    """Bring the feed up to date with all that was committed before this call; returns whether it is.

    Does nothing where the feed is up to date. False when another settler kept us waiting too long, or
    ``rounds`` were not enough: what is settled so far can be read all the same. ``tell``: announce the
    changes to webhooks.
    """
    for _ in range(rounds):
        if not pending():
            return True
        try:
            _round(tell)
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
            return False
    return not pending()


def pending() -> bool:
    """Whether there is something to settle, in the eyes of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM feed_mark) OR EXISTS (SELECT FROM feed_state WHERE clock < %s)",
            [timezone.now() - CLOCK_EVERY],
        )
        return cursor.fetchone()[0]


def _round(tell: bool) -> None:
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
        Round(cursor, tell).run()


@dataclass
class Round:
    """One round of settling. ``seq`` is the place of the last entry written so far."""

    cursor: Any
    tell: bool
    seq: int = 0
    first: int = 0  # the last entry of the round before
    changes: list[tuple] = field(default_factory=list)  # (audience, resource, row, kind), if somebody is told

    def run(self) -> None:
        now = timezone.now()
        self.cursor.execute("SELECT seq, clock FROM feed_state")
        self.seq, clock = self.cursor.fetchone()
        self.first = self.seq
        self.tell = self.tell and webhooks.anyone_listens()
        marked = self._take_marks()
        turned = {resource: resource().turned(clock, now) for resource in RESOURCES}
        touched = {resource: self._touched(resource, marked, turned[resource]) for resource in RESOURCES}
        touched = {resource: rows for resource, rows in touched.items() if rows}
        for resource, rows in touched.items():
            for some in batched(rows, ROWS_A_STATEMENT):
                self._seen(resource(), some)
        for resource, rows in reversed(touched.items()):
            for some in batched(rows, ROWS_A_STATEMENT):
                self._gone(resource(), some)
        if self.changes:
            webhooks.announce(self.changes)
        self.cursor.execute("UPDATE feed_state SET seq = %s, clock = GREATEST(clock, %s)", [self.seq, now])

    def _take_marks(self) -> dict[str, set[UUID]]:
        """Up to ``MARKS_A_ROUND`` marks, by label; they are gone when this transaction commits."""
        self.cursor.execute(
            "DELETE FROM feed_mark WHERE id IN (SELECT id FROM feed_mark ORDER BY id LIMIT %s) "
            "RETURNING model, row",
            [MARKS_A_ROUND],
        )
        marked: dict[str, set[UUID]] = defaultdict(set)
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
        return sorted(found)

    def _seen(self, resource: Resource, rows: list[UUID]) -> None:
        """Entries of what an audience may see now, moved to the end of the feed if it looks different."""
        sql, params = _visible(resource, with_data=True)
        self.cursor.execute(
            f"""
            WITH written AS (
                INSERT INTO feed_entry (audience, resource, row, seq, since, gone, digest, digest_whole)
                SELECT audience, %s, row, %s + place, %s + place, false, digest, digest_whole
                FROM (SELECT *, row_number() OVER (ORDER BY row, audience) AS place FROM ({sql}) v) v
                ON CONFLICT (audience, resource, row) DO UPDATE SET seq = EXCLUDED.seq, gone = false,
                    digest = EXCLUDED.digest, digest_whole = EXCLUDED.digest_whole,
                    since = CASE WHEN feed_entry.gone THEN EXCLUDED.seq ELSE feed_entry.since END
                WHERE feed_entry.gone OR feed_entry.digest_whole <> EXCLUDED.digest_whole
                RETURNING seq, audience, row, CASE WHEN since = seq THEN 'created' ELSE 'updated' END AS kind
            ) {self._told}
            """,  # noqa: S608  (SQL of our own querysets)
            [resource.name, self.seq, self.seq, *_filled(params, rows)],
        )
        self._note(resource)

    def _gone(self, resource: Resource, rows: list[UUID]) -> None:
        """Tombstones of the rows that an audience saw and sees no more: none that this round just wrote."""
        partners = f'SELECT id AS audience FROM "{Partner._meta.db_table}"'  # noqa: S608
        audiences = partners if resource.scope else f"SELECT '{OPEN}'::uuid AS audience"
        entries = f"""
            ({audiences}) a CROSS JOIN unnest(%s::uuid[]) touched(row) JOIN feed_entry e USING (audience, row)
            """
        self.cursor.execute(
            f"SELECT DISTINCT row FROM {entries} WHERE e.resource = %s AND NOT e.gone AND e.seq <= %s",  # noqa: S608
            [rows, resource.name, self.first],
        )
        rows = [row for (row,) in self.cursor.fetchall()]
        if not rows:
            return
        sql, params = _visible(resource)
        self.cursor.execute(
            f"""
            WITH written AS (
                UPDATE feed_entry SET gone = true, seq = %s + lost.place
                FROM (
                    SELECT e.audience, e.row, row_number() OVER (ORDER BY e.row, e.audience) AS place
                    FROM {entries}
                    LEFT JOIN ({sql}) v ON v.audience = e.audience AND v.row = e.row
                    WHERE e.resource = %s AND NOT e.gone AND v.row IS NULL
                ) lost
                WHERE feed_entry.audience = lost.audience AND resource = %s AND feed_entry.row = lost.row
                RETURNING seq, feed_entry.audience, feed_entry.row, 'deleted' AS kind
            ) {self._told}
            """,  # noqa: S608
            [self.seq, rows, *_filled(params, rows), resource.name, resource.name],
        )
        self._note(resource)

    @property
    def _told(self) -> str:
        """What a statement tells of the entries it wrote: each of them only if somebody is told of each."""
        return "SELECT * FROM written ORDER BY seq" if self.tell else "SELECT max(seq) FROM written"

    def _note(self, resource: Resource) -> None:
        written = self.cursor.fetchall()
        self.seq = (written and written[-1][0]) or self.seq
        if self.tell:
            self.changes += [
                (None if audience == OPEN else audience, resource.name, row, kind)
                for _seq, audience, row, kind in written
            ]


ROWS = holes.Hole("rows", ArrayField(UUIDField()))
AMONG = RawSQL("SELECT unnest(%s::uuid[])", [ROWS])  # noqa: S611  (no text of anyone's in it)


def _visible(resource: Resource, *, with_data: bool = False) -> tuple[str, tuple]:
    """SQL of (audience, row): who sees which of some rows. The resource's own reads decide.

    ``with_data``: and digests of what they see, without and with what needs a further scope.
    """
    partner = RawSQL("p.id", [])  # noqa: S611
    reader = Reader(partner=partner) if resource.scope else ANYONE
    rows = resource.rows(reader).filter(pk__in=AMONG).annotate(_row=F("pk"))
    shown = "v._row AS row"
    if with_data:
        open_to_all = resource.fields_for(ANYONE)
        rows = rows.annotate(_data=resource.as_json(open_to_all))
        whole = "_data"
        if open_to_all != resource.fields:
            rows, whole = rows.annotate(_whole=resource.as_json(resource.fields)), "_whole"
        shown += f", md5(v._data)::uuid AS digest, md5(v.{whole})::uuid AS digest_whole"
    statement = holes.compiled(rows.values("_row", *(["_data", whole] if with_data else [])))
    if resource.scope:
        everyone = f'"{Partner._meta.db_table}" p CROSS JOIN LATERAL'
        sql = f"SELECT p.id AS audience, {shown} FROM {everyone} ({statement.sql}) v"  # noqa: S608
    else:
        sql = f"SELECT '{OPEN}'::uuid AS audience, {shown} FROM ({statement.sql}) v"  # noqa: S608
    return sql, statement.params


def batched(rows: list[UUID], size: int) -> Iterator[list[UUID]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _filled(params: tuple, rows: list[UUID]) -> tuple:
    return holes.Statement("", params).fill(rows=rows, now=timezone.now())
