"""Turn marks into entries: one settler at a time, each round from one snapshot of the database.

A round takes away the marks it sees, works out which rows they touch, asks each resource which of these its
readers may see (``visible_to``, ``visible_to_partner``), and numbers what changed. What commits while a round
runs is not in its snapshot, neither the rows nor the marks: the next round finds both. So nothing can be
missed, however long a transaction takes, and nobody waits for it; rounds follow each other in the order of
commits, and the copy of a reader who has applied a whole round equals the database at its snapshot.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
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
from wecd.feed.cursors import Place
from wecd.feed.models import OPEN, State

MARKS_A_ROUND = 200_000
ROWS_AT_ONCE = 100_000
PATIENCE = "3s"  # for another settler at work
Pair = tuple[UUID, UUID]  # an audience and a row
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


def share(take: Callable[[str], None]) -> Place | None:
    """Settle once more, and let another connection look at the database exactly as it was settled.

    ``take`` is called with the name of the snapshot (``SET TRANSACTION SNAPSHOT``) while it can be taken.
    Returns the place in the feed after all it holds, so that what is read there and the feed from here lose
    nothing and repeat nothing, however much is written meanwhile. None, and nothing taken, when another
    settler kept us waiting too long or more is marked than one round settles.
    """
    places: list[Place] = []

    def look(one: Round) -> None:
        if one.marks < MARKS_A_ROUND:
            one.cursor.execute("SELECT pg_export_snapshot(), epoch FROM feed_state")
            name, epoch = one.cursor.fetchone()
            take(name)
            places.append(Place(epoch, one.seq))

    try:
        _round(tell=True, then=look)
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.LockNotAvailable):
            raise
    return places[0] if places else None


def _round(tell: bool, then: "Callable[[Round], None] | None" = None) -> None:
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
        one = Round(cursor, tell)
        one.run()
        if then:
            then(one)


@dataclass
class Round:
    """One round of settling. ``seq`` is the place of the last entry written so far."""

    cursor: Any
    tell: bool
    seq: int = 0
    marks: int = 0  # taken
    changes: list[tuple] = field(default_factory=list)  # (audience, resource, row, kind), if somebody is told

    def run(self) -> None:
        now = timezone.now()
        self.cursor.execute("SELECT seq, clock FROM feed_state")
        self.seq, clock = self.cursor.fetchone()
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

    def _take_marks(self) -> dict[str, set[UUID]]:
        """Up to ``MARKS_A_ROUND`` marks, by label; they are gone when this transaction commits."""
        self.cursor.execute(
            "DELETE FROM feed_mark WHERE id IN (SELECT id FROM feed_mark ORDER BY id LIMIT %s) "
            "RETURNING model, row",
            [MARKS_A_ROUND],
        )
        marked: dict[str, set[UUID]] = defaultdict(set)
        self.marks = self.cursor.rowcount
        for label, row in self.cursor.fetchall():
            marked[label].add(row)
        return marked

    def _touched(self, resource: type[Resource], marked: dict, turned: set[UUID]) -> list[UUID]:
        """Keys of the resource's rows that a mark concerns, whether they exist still or not."""
        found = turned | marked.get(resource.model._meta.label_lower + watching.ALONE, set())
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

    def _seen(self, resource: Resource, rows: list[UUID]) -> list[Pair]:
        """Write what audiences see anew or see changed; return who saw what, and sees it no more."""
        sql, params = _visible(resource)
        self.cursor.execute(sql, holes.Statement(sql, params).fill(rows=rows, now=timezone.now()))
        seen = {(audience, row): (digest, whole) for audience, row, digest, whole in self.cursor.fetchall()}
        known = self._known(resource, rows)
        changed = sorted(
            (pair for pair, looks in seen.items() if known.get(pair) != looks[1]), key=lambda pair: pair[::-1]
        )
        self.cursor.execute(
            """
            INSERT INTO feed_entry (audience, resource, row, seq, since, gone, digest, digest_whole)
            SELECT audience, %s, row, %s + place, %s + place, false, digest, whole
            FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[]) WITH ORDINALITY
                AS changed(audience, row, digest, whole, place)
            ON CONFLICT (audience, resource, row) DO UPDATE SET seq = EXCLUDED.seq, gone = false,
                digest = EXCLUDED.digest, digest_whole = EXCLUDED.digest_whole,
                since = CASE WHEN feed_entry.gone THEN EXCLUDED.seq ELSE feed_entry.since END
            """,
            [
                resource.name,
                self.seq,
                self.seq,
                *_columns(changed),
                *_columns([seen[pair] for pair in changed]),
            ],
        )
        self._note(resource, changed, lambda pair: "updated" if known.get(pair) else "created")
        return sorted((pair for pair, whole in known.items() if whole and pair not in seen), reverse=True)

    def _known(self, resource: Resource, rows: list[UUID]) -> dict[Pair, UUID | None]:
        """What audiences were told of these rows last: how each looked, or None when it was gone."""
        partners = f'SELECT id FROM "{Partner._meta.db_table}"'  # noqa: S608
        audiences = partners if resource.scope else f"SELECT '{OPEN}'::uuid"
        self.cursor.execute(
            f"""
            SELECT audience, row, CASE WHEN NOT gone THEN digest_whole END FROM feed_entry
            WHERE audience IN ({audiences}) AND resource = %s AND row = ANY(%s::uuid[])
            """,  # noqa: S608  (our own words)
            [resource.name, rows],
        )
        return {(audience, row): whole for audience, row, whole in self.cursor.fetchall()}

    def _gone(self, resource: Resource, lost: list[Pair]) -> None:
        """Write tombstones."""
        self.cursor.execute(
            """
            UPDATE feed_entry SET gone = true, seq = %s + lost.place
            FROM unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS lost(audience, row, place)
            WHERE feed_entry.audience = lost.audience AND resource = %s AND feed_entry.row = lost.row
            """,
            [self.seq, *_columns(lost), resource.name],
        )
        self._note(resource, lost, lambda pair: "deleted")

    def _note(self, resource: Resource, pairs: list[Pair], kind: Callable[[Pair], str]) -> None:
        """Count the entries just written, and keep what they say if somebody is told."""
        self.seq += len(pairs)
        if self.tell:
            for audience, row in pairs:
                told = None if audience == OPEN else audience
                self.changes.append((told, resource.name, row, kind((audience, row))))


ROWS = holes.Hole("rows", ArrayField(UUIDField()))
AMONG = RawSQL("SELECT unnest(%s::uuid[])", [ROWS])  # noqa: S611  (no text of anyone's in it)


def _visible(resource: Resource) -> tuple[str, tuple]:
    """SQL of (audience, row, digest, digest_whole): who sees which of some rows, and how they look.

    The resource's own reads decide. The second digest is with the members that need a further scope.
    """
    partner = RawSQL("p.id", [])  # noqa: S611
    reader = Reader(partner=partner) if resource.scope else ANYONE
    open_to_all, whole = resource.fields_for(ANYONE), "_data"
    rows = resource.rows(reader).filter(pk__in=AMONG)
    rows = rows.annotate(_row=F("pk"), _data=resource.as_json(open_to_all))
    if open_to_all != resource.fields:
        rows, whole = rows.annotate(_whole=resource.as_json(resource.fields)), "_whole"
    statement = holes.compiled(rows.values("_row", "_data", *({whole} - {"_data"})))
    shown = f"v._row, md5(v._data)::uuid, md5(v.{whole})::uuid"
    if resource.scope:
        everyone = f'"{Partner._meta.db_table}" p CROSS JOIN LATERAL'
        sql = f"SELECT p.id, {shown} FROM {everyone} ({statement.sql}) v"  # noqa: S608
    else:
        sql = f"SELECT '{OPEN}'::uuid, {shown} FROM ({statement.sql}) v"  # noqa: S608
    return sql, statement.params


def _columns(pairs: Sequence[tuple[UUID, UUID]]) -> tuple[list[UUID], list[UUID]]:
    """Pairs as two arrays."""
    return [one for one, _other in pairs], [other for _one, other in pairs]


def batched(rows: list[UUID], size: int) -> Iterator[list[UUID]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
