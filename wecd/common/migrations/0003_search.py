"""Search that ignores accents and case: trigrams over ``wecd_plain(text)``, which indexes may use."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# unaccent() is only STABLE because its dictionary could change; ours is the one that comes with PostgreSQL.
PLAIN = """
CREATE OR REPLACE FUNCTION wecd_plain(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT lower({schema}.unaccent('{schema}.unaccent'::regdictionary, $1)) $$
"""


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
            "WHERE extname = 'unaccent'"
        )
        schema_editor.execute(PLAIN.format(schema=cursor.fetchone()[0]))


class Migration(migrations.Migration):
    dependencies = [("common", "0002_clocks_templates_views")]
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
