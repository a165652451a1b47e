"""A page of the feed: its entries in order, each with its row as in a list, as PostgreSQL writes it.

Two prepared statements, one after the other. The first looks along the feed's index for the page's last
place. The second reads everything up to there, without a limit, so that PostgreSQL may share the work among
processes.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import BigIntegerField, IntegerField, TextField
from django.db.models.expressions import RawSQL

from wecd.catalogue import BY_NAME
from wecd.common.rest import holes
from wecd.common.rest.reader import Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.statements import Kept, Ready
from wecd.common.rest.views import anyone_with
from wecd.feed.cursors import Place
from wecd.feed.models import OPEN

AFTER, END = holes.Hole("after", BigIntegerField()), holes.Hole("end", BigIntegerField())
SIZE, EPOCH = holes.Hole("size", IntegerField()), holes.Hole("epoch", TextField())
UNTOLD = b"!"  # where a page ends early

kept = Kept(most=50)


@dataclass(frozen=True)
class Page:
    """``changes``: as JSON, each with a comma before it; ``cursor``: the place after them."""

    changes: list[bytes]
    cursor: Place
    has_more: bool


def read(resources: tuple[str, ...], reader: Reader, after: Place, size: int, end: Place) -> Page:
    """Up to ``size`` changes of these resources after a place, not beyond ``end`` (what is settled)."""
    same = resources, reader.scopes
    pages = kept.get(same)
    if pages is None:
        pages = Pages([BY_NAME[name]() for name in resources], anyone_with(reader.scopes))
        kept.put(same, pages)
    return pages.read(reader, after, size, end)


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
        """SQL of the changes up to a place, in order."""
        changes = _together([branch.changes() for branch in self.branches])
        return Ready.from_sql(f"{changes.sql} ORDER BY seq", changes.params)

    def read(self, reader: Reader, after: Place, size: int, end: Place) -> Page:
        values = {"partner": reader.partner and str(reader.partner), "epoch": end.epoch}
        places = {"after": str(after.seq), "end": str(end.seq), "size": str(size)}
        bound = self.bound.run(values | places)
        last, has_more = bound.get_value(0, 0), bound.get_value(0, 1) == b"t"
        if last is None:
            return Page([], end, False)
        last = last.decode()
        found = self.changes.run(values | {"after": str(after.seq), "end": last})
        changes = [change for row in range(found.ntuples) if (change := found.get_value(row, 1))]
        for place, change in enumerate(changes):
            if change.startswith(UNTOLD):
                before = Place(end.epoch, int(change.removeprefix(UNTOLD)))
                return Page(changes[:place], before, True)
        return Page(changes, Place(end.epoch, int(last)) if has_more else end, has_more)


class Branch:
    """One resource's part of a page."""

    def __init__(self, resource: Resource, reader: Reader):
        self.resource, self.reader = resource, reader
        self.fields = resource.fields_for(reader)
        whole = self.fields == resource.fields
        self.seq, self.digest = ("seq_whole", "digest_whole") if whole else ("seq", "digest")

    def entries(self, columns: str) -> holes.Statement:
        """SQL of the entries this reader follows, between two places."""
        audience, params = ("%s::uuid", [holes.partner()]) if self.resource.scope else (f"'{OPEN}'::uuid", [])
        return holes.Statement(
            f"""
            SELECT {columns} FROM feed_entry WHERE audience = {audience} AND resource = '{self.resource.name}'
            AND {self.seq} > %s::bigint AND {self.seq} <= %s::bigint
            """,  # noqa: S608  (our own words)
            (*params, AFTER, END),
        )

    def places(self) -> holes.Statement:
        """SQL of the places of a page's entries, as far as this resource has them."""
        entries = self.entries(f"{self.seq} AS seq")
        return holes.Statement(
            f"{entries.sql} ORDER BY {self.seq} LIMIT %s::int + 1", (*entries.params, SIZE)
        )

    def changes(self) -> holes.Statement:
        """SQL of (seq, change).

        The change is null where its row changed once more, or went, since it was settled: a later entry
        tells. So nothing is told twice, although rows are read as they are now. Had the reader not been told
        of the row yet, that later entry would say "updated" of a row unknown to them: the page ends before it.
        """
        rows = self.resource.rows(self.reader).filter(pk=RawSQL("e.row", []))  # noqa: S611
        data = holes.compiled(rows.annotate(_data=self.resource.as_json(self.fields)).values("_data"))
        entries = self.entries(f"{self.seq} AS seq, since, row, gone, {self.digest} AS digest")
        calm = "NOT (SELECT EXISTS (SELECT FROM feed_mark))"  # asked once a page; nothing changed since, then
        return holes.Statement(
            f"""
            SELECT e.seq, CASE
                WHEN e.gone OR r._data IS NOT NULL AND ({calm} OR e.digest = md5(r._data)::uuid) THEN
                    concat(',{{"resource": "{self.resource.name}", "type": "',
                    CASE WHEN e.gone THEN 'deleted' WHEN e.since > %s::bigint THEN 'created' ELSE 'updated' END,
                    '", "id": "', e.row, '", "deleted": ', e.gone::text, ', "cursor": "', %s::text, '-', lpad(e.seq::text, 18, '0'), '", "data": ',
                    COALESCE(r._data, 'null'), '}}')
                WHEN e.since > %s::bigint AND NOT {calm} THEN '{UNTOLD.decode()}' || e.seq - 1
            END AS change
            FROM ({entries.sql}) e LEFT JOIN LATERAL ({data.sql}) r ON NOT e.gone
            """,  # noqa: S608  (SQL of our own querysets)
            (AFTER, EPOCH, AFTER, *entries.params, *data.params),
        )


def _together(statements: list[holes.Statement]) -> holes.Statement:
    sql = " UNION ALL ".join(f"({each.sql})" for each in statements)
    sql = f"SELECT * FROM ({sql}) together"  # noqa: S608
    return holes.Statement(sql, tuple(param for each in statements for param in each.params))
