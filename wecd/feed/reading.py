"""A page of the feed, made by Postgres in one statement: entries in order, each with its row as in a list."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import BigIntegerField, TextField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from wecd.common.rest import holes
from wecd.common.rest.reader import Reader
from wecd.common.rest.resource import Resource
from wecd.feed.cursors import Place
from wecd.feed.models import OPEN


@dataclass(frozen=True)
class Page:
    """``body``: the changes as JSON, separated by commas; ``cursor``: the place after them."""

    body: str
    size: int
    cursor: Place
    has_more: bool


def read(resources: list[Resource], reader: Reader, after: Place, size: int, end: Place) -> Page:
    """Up to ``size`` changes of these resources after a place, not beyond ``end`` (what is settled)."""
    branches = [_branch(resource, reader) for resource in resources]
    union = " UNION ALL ".join(f"({branch.sql})" for branch in branches)
    values = {
        "partner": reader.partner,
        "epoch": end.epoch,
        "after": after.seq,
        "end": end.seq,
        "size": size + 1,
    }
    params = [param for branch in branches for param in branch.fill(now=timezone.now(), **values)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH page AS ({union} ORDER BY seq LIMIT %s)
            SELECT string_agg(change, ',' ORDER BY seq) FILTER (WHERE place <= %s),
                   count(change) FILTER (WHERE place <= %s),
                   max(seq) FILTER (WHERE place <= %s), count(*) > %s
            FROM (SELECT seq, change, row_number() OVER (ORDER BY seq) AS place FROM page) page
            """,  # noqa: S608  (SQL of our own querysets)
            [*params, size + 1, size, size, size, size],
        )
        body, count, last, has_more = cursor.fetchone()
    return Page(body or "", count, Place(end.epoch, last if has_more else end.seq), has_more)


def _branch(resource: Resource, reader: Reader) -> holes.Statement:
    """One resource's part of a page: (seq, change).

    The change is null where its row changed once more, or went, since it was settled: a later entry tells. So
    nothing is told twice, although rows are read as they are now.
    """
    row = RawSQL("e.row", [])  # noqa: S611
    anyone = Reader(reader.key, holes.partner(), reader.scopes)
    rows = resource.rows(anyone).filter(pk=row).annotate(_data=resource.as_json(resource.fields_for(reader)))
    data = holes.compiled(rows.values("_data"))
    digest = "digest_whole" if resource.fields_for(reader) == resource.fields else "digest"
    audience = "%s::uuid" if resource.scope else f"'{OPEN}'::uuid"
    sql = f"""
        SELECT e.seq, CASE WHEN e.gone OR r._data IS NOT NULL AND (
                e.{digest} = md5(r._data)::uuid OR NOT (SELECT EXISTS (SELECT FROM feed_mark))) THEN
            '{{"resource": "{resource.name}", "type": "' || CASE WHEN e.gone THEN 'deleted' WHEN e.since > %s
            THEN 'created' ELSE 'updated' END || '", "id": "' || e.row || '", "deleted": ' || e.gone::text
            || ', "cursor": "' || %s || '-' || lpad(e.seq::text, 18, '0') || '", "data": '
            || COALESCE(r._data, 'null') || '}}'
            END AS change
        FROM (SELECT seq, since, row, gone, {digest} FROM feed_entry
              WHERE audience = {audience} AND resource = '{resource.name}' AND seq > %s AND seq <= %s
              ORDER BY seq LIMIT %s) e
        LEFT JOIN LATERAL ({data.sql}) r ON NOT e.gone"""  # noqa: S608
    holes_before = [holes.partner()] if resource.scope else []
    place = [
        _hole("after"),
        holes.Hole("epoch", TextField()),
        *holes_before,
        _hole("after"),
        _hole("end"),
        _hole("size"),
    ]
    return holes.Statement(sql, (*place, *data.params))


def _hole(name: str) -> holes.Hole:
    return holes.Hole(name, BigIntegerField())
