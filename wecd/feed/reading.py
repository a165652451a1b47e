"""A page of the feed: its entries in order, each with its row as in a list, as PostgreSQL writes it.

Two prepared statements, one after the other. The first looks along the feed's index for the page's last
place. The second reads everything up to there, without a limit, so that PostgreSQL may share the work among
processes.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from django.db import connection, transaction
from django.db.models import BigIntegerField, F, IntegerField, TextField
from django.db.models.expressions import RawSQL
from psycopg.pq.abc import PGresult

from wecd.catalogue import BY_NAME
from wecd.common.rest import holes
from wecd.common.rest.reader import ANYONE, Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.statements import Kept, Ready
from wecd.common.rest.views import anyone_with
from wecd.feed import cursors
from wecd.feed.cursors import End, Place
from wecd.feed.models import OPEN

AFTER, END = holes.Hole("after", BigIntegerField()), holes.Hole("end", BigIntegerField())
SIZE, EPOCH = holes.Hole("size", IntegerField()), holes.Hole("epoch", TextField())
KNOWN = holes.Hole("known", BigIntegerField())
UNTOLD = b"!"  # in place of a change: a page ends before it
CALM = "NOT (SELECT EXISTS (SELECT FROM feed_mark))"  # nothing changed since; asked once a page
ENTRY = ("_seq", "_since", "_of", "_digest")

kept = Kept(most=50)


@dataclass(frozen=True)
class Page:
    """``changes``: as JSON, each with a comma before it; ``cursor``: the place after them."""

    changes: list[bytes]
    cursor: Place
    has_more: bool


def read(resources: tuple[str, ...], reader: Reader, after: Place, size: int) -> Page | None:
    """Up to ``size`` changes of these resources after a place, as far as the feed is settled.

    None when the place is not of this feed. All is read from one snapshot: an entry that moves to the end
    between two looks would be passed over.
    """
    same = resources, reader.scopes
    pages = kept.get(same)
    if pages is None:
        pages = Pages([BY_NAME[name]() for name in resources], anyone_with(reader.scopes))
        kept.put(same, pages)
    with _snapshot():
        end = cursors.settled()
        return pages.read(reader, after, size, end) if end.gave(after) else None


@contextmanager
def _snapshot():
    """Inside, all statements see the database at one moment. In a transaction (tests) it is that one's."""
    inside = connection.in_atomic_block
    with transaction.atomic():
        if not inside:
            connection.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class Pages:
    """The statements of a choice of resources, for readers with some scopes. Holds nothing of any reader."""

    def __init__(self, resources: list[Resource], reader: Reader):
        self.branches = [Branch(resource, reader) for resource in resources]

    @cached_property
    def bound(self) -> Ready:
        """SQL of: the last place of the page (null for an empty one), whether there is more."""
        places = _together([branch.places() for branch in self.branches])
        return Ready.from_sql(
            f"""
            SELECT max(seq) FILTER (WHERE place <= %s::int), count(*) > %s::int
            FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM (
                {places.sql} ORDER BY seq LIMIT %s::int + 1) page) page
            """,  # noqa: S608  (SQL of our own querysets)
            (SIZE, SIZE, *places.params, SIZE),
        )

    @cached_property
    def changes(self) -> Ready:
        """SQL of (seq, change) up to a place, in no order, whatever changed since it was settled."""
        return _ready([part for branch in self.branches for part in branch.changes()])

    @cached_property
    def calm_changes(self) -> Ready:
        """The same where nothing changed since."""
        return _ready([part for branch in self.branches for part in branch.calm_changes()])

    def read(self, reader: Reader, after: Place, size: int, upto: End) -> Page:
        end = upto.place
        values: dict[str, str | None] = {
            "partner": str(reader.partner) if reader.partner else None,
            "epoch": end.epoch,
            "after": str(after.seq),
            "known": str(after.known),
        }
        bound = self.bound.run(values | {"end": str(end.seq), "size": str(size)})
        last, has_more = int(bound.get_value(0, 0) or 0), bound.get_value(0, 1) == b"t"
        if not last:
            return Page([], end, False)
        told = _told(self.calm_changes.run(values | {"end": str(last)})) if upto.calm else []
        if not upto.calm or any(change == UNTOLD for _seq, change in told):
            told = _told(self.changes.run(values | {"end": str(last)}))
        for place, (seq, change) in enumerate(told):
            if change == UNTOLD:
                before = Place(end.epoch, seq - 1, after.known)
                return Page([change for _seq, change in told[:place]], before, True)
        changes = [change for _seq, change in told]
        if has_more:
            return Page(changes, Place(end.epoch, last, after.known), True)
        if changes:  # who goes on from the last change is up to date, too
            its = b"-%018d" % told[-1][0]
            changes[-1] = changes[-1].replace(b'%s-%d"' % (its, after.known), b'%s"' % its, 1)
        return Page(changes, end, False)


def _told(found: PGresult) -> list[tuple[int, bytes]]:
    """Places and changes in order, without those a later entry tells of."""
    return sorted(
        (int(found.get_value(row, 0) or 0), change)
        for row in range(found.ntuples)
        if (change := found.get_value(row, 1))
    )


class Branch:
    """One resource's part of a page."""

    def __init__(self, resource: Resource, reader: Reader):
        self.resource, self.reader = resource, reader
        self.fields = resource.fields_for(reader)
        whole = self.fields == resource.fields
        self.seq, self.digest = ("seq_whole", "digest_whole") if whole else ("seq", "digest")
        self.is_kept = self.fields == resource.fields_for(ANYONE)

    def entries(self, columns: str, where: str = "true") -> holes.Statement:
        """SQL of the entries this reader follows, between two places."""
        audience, params = ("%s::uuid", [holes.partner()]) if self.resource.scope else (f"'{OPEN}'::uuid", [])
        return holes.Statement(
            f"""
            SELECT {columns} FROM feed_entry WHERE audience = {audience} AND resource = '{self.resource.name}'
            AND {self.seq} > %s::bigint AND {self.seq} <= %s::bigint AND {where}
            """,  # noqa: S608  (our own words)
            (*params, AFTER, END),
        )

    def places(self) -> holes.Statement:
        """SQL of the places of a page's entries, as far as this resource has them."""
        entries = self.entries(f"{self.seq} AS seq")
        sql = f"{entries.sql} ORDER BY {self.seq} LIMIT %s::int + 1"
        return holes.Statement(sql, (*entries.params, SIZE))

    def changes(self) -> list[holes.Statement]:
        """SQL of (seq, change), in no order: of rows that are there, of those that are gone, of those amiss.

        The change is null where the row has changed once more since it was settled: a later entry tells. So
        nothing is told twice, although rows are read as they are now. Where the reader may not have been told
        of the row yet, the page ends before it: nothing untold is ever passed over.
        """
        rows, gone = self.rows("_data"), self.entries(f"{self.seq} AS seq, row", "gone")
        unseen = self.entries(f"{self.seq} AS seq, row", "NOT gone AND since > %s::bigint")
        there = self.rows("_row")
        return [
            holes.Statement(
                f"""
                SELECT r._seq AS seq, CASE
                    WHEN {CALM} OR r._digest = md5(r._data)::uuid THEN {self.change("r._of", "r._data")}
                    WHEN r._since > %s::bigint THEN '{UNTOLD.decode()}'
                END AS change FROM ({rows.sql}) r
                """,  # noqa: S608  (SQL of our own querysets)
                (KNOWN, EPOCH, KNOWN, KNOWN, *rows.params),
            ),
            self._deletions(gone),
            holes.Statement(
                f"""
                SELECT e.seq, '{UNTOLD.decode()}' FROM ({unseen.sql}) e
                WHERE NOT {CALM} AND e.row NOT IN (SELECT r._row FROM ({there.sql}) r)
                """,  # noqa: S608  (SQL of our own querysets)
                (*unseen.params, KNOWN, *there.params),
            ),
        ]

    def calm_changes(self) -> list[holes.Statement]:
        """The same where nothing changed since: from what was kept, unless the reader sees more than that.

        Should a row not be kept, the change says so (``UNTOLD``), and is looked for the other way.
        """
        if not self.is_kept:
            return self.changes()
        shown = f"{self.seq} AS _seq, since AS _since, row AS _of"
        entries, gone = self.entries(shown, "NOT gone"), self.entries(f"{self.seq} AS seq, row", "gone")
        return [
            holes.Statement(
                f"""
                SELECT r._seq AS seq, CASE WHEN l.data IS NULL THEN '{UNTOLD.decode()}'
                    ELSE {self.change("r._of", "l.data")} END AS change
                FROM ({entries.sql}) r
                LEFT JOIN feed_look l ON l.resource = '{self.resource.name}' AND l.row = r._of
                """,  # noqa: S608  (our own words)
                (KNOWN, EPOCH, KNOWN, *entries.params),
            ),
            self._deletions(gone),
        ]

    def _deletions(self, gone: holes.Statement) -> holes.Statement:
        sql = f"SELECT e.seq, {self.change('e.row')} FROM ({gone.sql}) e"  # noqa: S608  (our own words)
        return holes.Statement(sql, (EPOCH, KNOWN, *gone.params))

    def change(self, row: str, data: str = "") -> str:
        """SQL of one change as JSON, a comma before it; a deletion where there are no data."""
        kind = "CASE WHEN r._since > %s::bigint THEN 'created' ELSE 'updated' END" if data else "'deleted'"
        place = "r._seq" if data else "e.seq"
        return f"""concat(',{{"resource": "{self.resource.name}", "type": "', {kind}, '", "id": "', {row},
            '", "deleted": {"false" if data else "true"}, "cursor": "', %s::text, '-',
            lpad({place}::text, 18, '0'), '-', %s::bigint, '", "data": ', {data or "'null'"}, '}}')"""

    def rows(self, *columns: str) -> holes.Statement:
        """SQL of the rows of these entries that the reader sees, as they are now, each with its entry."""
        meta = self.resource.model._meta
        shown = f"{self.seq} AS _seq, since AS _since, row AS _of, {self.digest} AS _digest"
        entries = self.entries(shown, "NOT gone")
        few = f"""
            SELECT t.*, e.* FROM ({entries.sql}) e JOIN "{meta.db_table}" t ON t."{meta.pk.column}" = e._of
            """  # noqa: S608  (our own words)
        rows = self.resource.rows(self.reader).annotate(
            _row=F("pk"), _data=self.resource.as_json(self.fields)
        )
        for name in ENTRY:
            rows = rows.annotate(**{name: RawSQL(f'"{meta.db_table}"."{name}"', [])})  # noqa: S611
        whole = holes.compiled(rows.values(*columns, *ENTRY))
        return holes.among(holes.Statement(few, entries.params), whole, self.resource.model)


def _ready(parts: list[holes.Statement]) -> Ready:
    changes = _together(parts)
    return Ready.from_sql(changes.sql, changes.params)


def _together(statements: list[holes.Statement]) -> holes.Statement:
    sql = " UNION ALL ".join(f"({each.sql})" for each in statements)
    sql = f"SELECT * FROM ({sql}) together"  # noqa: S608
    return holes.Statement(sql, tuple(param for each in statements for param in each.params))
