"""Which tables the feed watches, and the triggers that mark what changes in them.

The list follows from the resources: the tables of their rows and of each relation in ``Resource.depends``.
Triggers mark rows once a statement, for one row or a million; what follows from a mark is worked out
later, by ``settling``, so that nobody who writes waits for it.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from wecd.catalogue import RESOURCES
from wecd.common.rest.resource import Resource
from wecd.feed import looks
from wecd.feed.models import State


@dataclass(frozen=True)
class Mark:
    """When a row of ``table`` changes, the ``label`` row whose key stands in ``column`` is marked."""

    table: str
    label: str
    column: str


def marks_of(resource: type[Resource]) -> Iterator[tuple[Mark, str]]:
    """What is marked for this resource, each with the path from its rows to the marked ones ("": own)."""
    yield _itself(resource.model), ""
    for path in resource.depends:
        model, walked = resource.model, ""
        for step in path.split("__"):
            relation: Any = model._meta.get_field(step)
            if relation.one_to_many or (relation.one_to_one and not relation.concrete):
                link = relation.field  # rows that point here: mark what they point to
                yield (
                    Mark(relation.related_model._meta.db_table, model._meta.label_lower, link.column),
                    walked,
                )
            elif relation.many_to_many:
                through = relation.remote_field.through._meta
                column = through.get_field(relation.m2m_field_name()).column
                yield Mark(through.db_table, model._meta.label_lower, column), walked
            model, before = relation.related_model, walked
            walked = f"{before}__{step}".removeprefix("__")
            if not relation.one_to_many:
                yield _itself(model), walked


def _itself(model: type[models.Model]) -> Mark:
    return Mark(model._meta.db_table, model._meta.label_lower, str(model._meta.pk.column))


def paths(resource: type[Resource]) -> dict[str, set[str]]:
    """For each label: the paths by which a marked row of it leads to rows of the resource ("": its own)."""
    found: dict[str, set[str]] = defaultdict(set)
    for mark, path in marks_of(resource):
        found[mark.label].add(path)
    return dict(found)


def watched() -> dict[str, set[Mark]]:
    """All marks, by table."""
    found: dict[str, set[Mark]] = defaultdict(set)
    for resource in RESOURCES:
        for mark, _path in marks_of(resource):
            found[mark.table].add(mark)
    return dict(found)


# --- Triggers -----------------------------------------------------------------------------------------
EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "update": "REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows",
}


def trigger_sql(table: str, marks: set[Mark]) -> str:
    """The function and the three triggers of a table."""

    def insert(*sources: str) -> str:
        rows = " UNION ".join(
            f'SELECT \'{mark.label}\', "{mark.column}" FROM {source} WHERE "{mark.column}" IS NOT NULL'  # noqa: S608
            for mark in sorted(marks, key=str)
            for source in sources
        )
        return f"INSERT INTO feed_mark (model, row) {rows};"

    triggers = "".join(
        f'CREATE OR REPLACE TRIGGER feed_{event} AFTER {event.upper()} ON "{table}" {tables} '
        f"FOR EACH STATEMENT EXECUTE FUNCTION feed_mark_{table}();\n"
        for event, tables in EVENTS.items()
    )
    return f"""
        CREATE OR REPLACE FUNCTION feed_mark_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'INSERT' THEN {insert("new_rows")}
            ELSIF TG_OP = 'DELETE' THEN {insert("old_rows")}
            ELSE {insert("old_rows", "new_rows")}
            END IF;
            RETURN NULL;
        END $$;
        {triggers}"""


def install() -> None:
    """Make the triggers say what the resources say; those of tables no longer watched go."""
    tables = watched()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
            "WHERE tgname LIKE 'feed\\_%' AND NOT tgisinternal"
        )
        for table, name in cursor.fetchall():
            if table.strip('"') not in tables:
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
        for table, marks in sorted(tables.items()):
            cursor.execute(trigger_sql(table, marks))


ALONE = "!"  # after a label: the row itself, not those that show it


def mark_everything(resources: Iterable[type[Resource]] = RESOURCES) -> None:
    """Mark every row of these resources, and every one the feed knows: all are settled again.

    Nobody is told of them but by the feed: for webhooks they are no news. Waits for a settler at work.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{State._meta.db_table}" IN EXCLUSIVE MODE')
        for resource in resources:
            meta = resource.model._meta
            cursor.execute(
                f"""
                INSERT INTO feed_mark (model, row) SELECT %s, row FROM (
                    SELECT "{meta.pk.column}" AS row FROM "{meta.db_table}"
                    UNION SELECT row FROM feed_entry WHERE resource = %s AND NOT gone
                    EXCEPT SELECT row FROM feed_mark WHERE model = %s) every
                """,  # noqa: S608  (our own words)
                [meta.label_lower + ALONE, resource.name, meta.label_lower + ALONE],
            )


def new_epoch() -> str:
    return secrets.token_hex(4)


def after_migrate(**kwargs) -> None:
    """Triggers follow the code, and so do the rows: those that a release shows otherwise, or shows at all for
    the first time, are settled again.

    SECURITY: a row whose entry tells of looks it no longer has could be passed over by readers.
    """
    install()
    with transaction.atomic():
        state = State.objects.first() or State.objects.create(epoch=new_epoch())
        shapes = {resource.name: looks.fingerprint(resource()) for resource in RESOURCES}
        mark_everything([each for each in RESOURCES if shapes[each.name] != state.shapes.get(each.name)])
        State.objects.update(shapes=shapes)
