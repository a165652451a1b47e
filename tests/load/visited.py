"""Two open calls whose pages are measured: one with a hundred applications, one with ten thousand.

python -m tests.load.visited      makes what is missing, and prints their addresses
"""

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from calls.models import Application, Call, ReferenceCounter  # noqa: E402
from tests.load.drafts import the_call  # noqa: E402

SIZES = {"bench-hundred": ("BENCH-H", 100), "bench-ten-thousand": ("BENCH-T", 10_000)}


def fill(call: Call, count: int) -> None:
    """So many applications to a call, each of another enterprise: copies of one, made by Postgres."""
    strand, one = call.strands.get(), Application.objects.exclude(submitted_at=None).order_by("pk")[0]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows that are right already
        cursor.execute(
            "INSERT INTO calls_application SELECT copied.* FROM "
            "(SELECT id, row_number() OVER () AS n FROM accounts_enterprise LIMIT %s) AS e, "
            "calls_application AS a, "
            "jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'enterprise_id', e.id, "
            "'call_id', %s, 'strand_id', %s, 'form_id', %s, 'uniqueness_scope', %s, 'number', e.n, "
            "'reference', %s || e.n, 'award_id', NULL)) AS copied WHERE a.id = %s",
            [count, call.pk, strand.pk, call.form.pk, call.pk, f"{call.code}-", one.pk],
        )
        ReferenceCounter.objects.filter(call=call).update(last=count)


def main() -> None:
    for slug, (code, count) in SIZES.items():
        call = the_call(slug, code)
        if not Application.objects.filter(call=call).exists():
            fill(call, count)
        print(f"/fr/calls/{slug}/")


if __name__ == "__main__":
    main()
