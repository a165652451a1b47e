"""Has anything a public page shows changed? One query that answers by looking at row versions.

PostgreSQL gives each version of a row a new place (``ctid``) and names the transaction that wrote it
(``xmin``): no column has to be kept up to date, and bulk updates and raw SQL count as well.
"""

from datetime import datetime, timedelta
from functools import cache

from django.db import connection, models

from actions.models import Action, Axis
from calls.models import (
    Call,
    CallRule,
    Criterion,
    DocumentRequest,
    Extension,
    Form,
    PublicAnswer,
    ReferenceCounter,
    Strand,
)
from grants.models import DeMinimisCeiling, Envelope
from partners.models import Partner
from wecd.common.rest.holes import Hole
from wecd.common.rest.statements import Ready

EVERYWHERE = (Axis, Action, Partner, DeMinimisCeiling)
OF_ALL_CALLS = (Call, Strand, CallRule, Envelope)
OF_ONE_CALL = (Strand, CallRule, Criterion, Extension, Form, PublicAnswer, ReferenceCounter)


def versions_of(model, where: str = "") -> str:
    """SQL that sums up the versions of a table's rows."""
    table = connection.ops.quote_name(model._meta.db_table)
    return f"(SELECT sum(hashtext(t.ctid::text || t.xmin::text)) FROM {table} t {where})"  # noqa: S608  (our own names)


def stamp(slug: str | None = None) -> str:
    """A text that changes with anything shown of one call, or of all calls in the list. One query."""
    return said(_stamp(of_one=slug is not None).run({"slug": slug or ""}))


def said(result) -> str:
    """The one text of the one row."""
    return (result.get_value(0, 0) or b"").decode()


@cache
def _stamp(*, of_one: bool) -> Ready:
    """Its statement, planned once a connection: asked at each request for a public page."""
    parts = [versions_of(model) for model in EVERYWHERE]
    if not of_one:
        parts += [versions_of(model) for model in OF_ALL_CALLS]
    else:
        forms = connection.ops.quote_name(Form._meta.db_table)
        parts += [versions_of(model, "WHERE t.call_id IN (SELECT id FROM c)") for model in OF_ONE_CALL]
        parts += [
            versions_of(Call, "WHERE t.id IN (SELECT id FROM c)"),
            versions_of(Envelope, "WHERE t.id IN (SELECT envelope_id FROM c)"),
            versions_of(
                DocumentRequest,
                f"WHERE t.form_id IN (SELECT id FROM {forms} WHERE call_id IN (SELECT id FROM c))",  # noqa: S608
            ),
        ]
    calls = connection.ops.quote_name(Call._meta.db_table)
    return Ready.from_sql(
        f"WITH c AS (SELECT id, envelope_id FROM {calls} WHERE slug = %s) "  # noqa: S608  (our own names)
        f"SELECT concat_ws('.', {', '.join(f'coalesce({part}, 0)' for part in parts)})",
        (Hole("slug", models.TextField()),),
    )


def next_moment(after: datetime) -> datetime | None:
    """When next a call opens, closes or takes nothing more, after this instant."""
    calls = Call.objects.filter(state="published").order_by()
    graced = models.ExpressionWrapper(
        models.F("closes_at") + models.F("grace_seconds") * timedelta(seconds=1), models.DateTimeField()
    )
    moments = (models.F("opens_at"), models.F("closes_at"), graced)
    found = calls.annotate(**{f"m{n}": moment for n, moment in enumerate(moments)}).aggregate(
        **{f"n{n}": models.Min(f"m{n}", filter=models.Q(**{f"m{n}__gt": after})) for n in range(len(moments))}
    )
    return min((moment for moment in found.values() if moment), default=None)
