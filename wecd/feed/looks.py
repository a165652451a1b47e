"""Who sees which rows of a resource, and how they look to them: asked of the resource's own reads."""

import hashlib

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, QuerySet, UUIDField
from django.db.models.expressions import RawSQL

from partners.models import Partner
from wecd.common.rest import holes
from wecd.common.rest.reader import ANYONE, Reader
from wecd.common.rest.resource import Resource
from wecd.feed.models import OPEN

KEPT = 2  # the manner in which looks are kept: another one has all rows settled again
ROWS = holes.Hole("rows", ArrayField(UUIDField()))


def statement(resource: Resource) -> holes.Statement:
    """SQL of (audience, row, digest, digest_whole, data), with a hole for the keys of the rows asked about.

    The second digest is with the members that need a further scope; the data are without.
    """
    rows, columns = _shown(resource)
    meta, every = resource.model._meta, holes.compiled(rows.annotate(_row=F("pk")).values("_row", *columns))
    asked = f'SELECT * FROM "{meta.db_table}" WHERE "{meta.pk.column}" = ANY(%s::uuid[]) OFFSET 0'  # noqa: S608
    found = holes.among(holes.Statement(asked, (ROWS,)), every, resource.model)
    shown = f"v._row, md5(v.{columns[0]})::uuid, md5(v.{columns[-1]})::uuid, v.{columns[0]}"
    if resource.scope:
        everyone = f'"{Partner._meta.db_table}" p CROSS JOIN LATERAL'
        sql = f"SELECT p.id, {shown} FROM {everyone} ({found.sql}) v"  # noqa: S608
    else:
        sql = f"SELECT '{OPEN}'::uuid, {shown} FROM ({found.sql}) v"  # noqa: S608
    return holes.Statement(sql, found.params)


def fingerprint(resource: Resource) -> str:
    """Changes when a release, or a setting, makes the resource's rows look otherwise or be seen by others."""
    rows, columns = _shown(resource)
    found = [holes.compiled(rows.values(column)) for column in columns]  # of several, Django keeps no order
    told = repr([KEPT, *((each.sql, *map(str, each.params)) for each in found)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _shown(resource: Resource) -> tuple[QuerySet, list[str]]:
    """The resource's rows as the partner ``p`` sees them, with their looks: for all its keys, and in full."""
    reader = Reader(partner=RawSQL("p.id", [])) if resource.scope else ANYONE  # noqa: S611
    open_to_all = resource.fields_for(ANYONE)
    rows = resource.rows(reader).annotate(_data=resource.as_json(open_to_all))
    if open_to_all == resource.fields:
        return rows, ["_data"]
    return rows.annotate(_whole=resource.as_json(resource.fields)), ["_data", "_whole"]
