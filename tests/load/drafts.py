"""Drafts ready to be submitted, in the bench's database: each with its person, enterprise and session.

    python -m tests.load.drafts COUNT      makes them, and says where they are as a line of JSON
    python -m tests.load.drafts clean      takes everything away again, with what was submitted

One draft is made by the portal's own functions; the others are its copies, made by Postgres. Whatever belongs
to one draft has its number in it (keys, names, addresses), so a copy is the same row with another number, and
so is each statement of a submission: the first one is submitted here, over HTTP and through every middleware,
and what it sent to Postgres is written down as a script for pgbench.
"""

import json
import re
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Enterprise, EnterpriseActivity, Membership, Site, Undertaking, User  # noqa: E402
from calls.models import Answer, Application, Attachment, Call, ReferenceCounter  # noqa: E402
from wecd.demo import calls as demo_calls  # noqa: E402
from wecd.demo.content import load  # noqa: E402

FIRST = 70_000_000  # eight digits: the number of the draft all others are copied from
SLUG, CODE = "bench-submission", "BENCH-S"
BACKEND = "django.contrib.auth.backends.ModelBackend"
TOKEN = "t" * 32
PRESS: dict = {"HTTP_X_CSRFTOKEN": TOKEN, "HTTP_HOST": "localhost"}
IDEA = (
    "Nous voulons dessiner avec une créatrice textile une couverture que l’on répare au lieu de la jeter : "
    "laine de nos moutons, mailles visibles, pièces que l’on remplace. Le prototype sera montré en boutique "
    "et essayé par trente clients pendant un hiver, puis corrigé avant la première série."
)
ANSWERS = {
    "prestataire-nom": "Studio Ombelle",
    "prestataire-metier": "textile",
    "prestataire-site": "https://ombelle.example/",
    "prestataire-independant": True,
    "projet-idee": IDEA,
    "projet-valeur": IDEA,
    "projet-nouveau": True,
    "projet-debut": (timezone.localdate() + timedelta(days=90)).isoformat(),
    "projet-retombees": ["ventes", "emplois"],
    "budget": {
        "lines": [
            {"label": "Recherche de formes", "quantity": "4", "unit_price": "600.00"},
            {"label": "Prototype", "quantity": "8", "unit_price": "600.00"},
            {"label": "Essais", "quantity": "2", "unit_price": "400.00"},
        ]
    },
    "budget-pourquoi": IDEA,
    "aides-montant": "0.00",
    "aides-honneur": True,
}


def key(kind: int, number: int) -> uuid.UUID:
    return uuid.UUID(f"00000000-0000-7000-8000-{kind:04d}{number:08d}")


PERSON, GROUP, FIRM, SITE, ACTIVITY, PLACE, APPLICATION, FILE, ANSWER = range(1, 10)
UUID7 = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")
SUBMITTED = range(60, 80)  # kinds of the rows a submission writes, when pgbench plays it


def the_call(slug: str = SLUG, code: str = CODE) -> Call:
    """The demonstration's creative voucher with its form, documents and rules, open for a year."""
    found = Call.objects.filter(slug=slug).first()
    if found is None:
        plan = next(plan for plan in load("calls")["calls"] if plan["form"] == "voucher")
        plan |= {"slug": slug, "code": code, "action": "bench", "decision": 400}
        plan |= {"closes": {"days": 365, "hour": 12}}
        found = demo_calls.write(plan, now=timezone.now(), by=User.objects.get(email="staff@wecd.example"))
    Call.objects.filter(pk=found.pk).update(closes_at=timezone.now() + timedelta(days=365))
    return found


def plant(call: Call) -> Application:
    """The first draft, by the models themselves."""
    n = FIRST
    person = User.objects.create(id=key(PERSON, n), email=f"bench{n}@wecd.example", name=f"Claire {n}")
    firm = Enterprise.objects.create(
        id=key(FIRM, n),
        name=f"Tissages {n}",
        number=f"08{n}",
        legal_form="srl",
        size_class="micro",
        undertaking=Undertaking.objects.create(id=key(GROUP, n), name=f"Tissages {n}"),
    )
    Site.objects.create(
        id=key(SITE, n),
        enterprise=firm,
        is_registered_office=True,
        street="Rue du Tissage 1",
        postal_code="4800",
        municipality="Verviers",
    )
    EnterpriseActivity.objects.create(id=key(ACTIVITY, n), enterprise=firm, code="13920")
    Membership.objects.create(
        id=key(PLACE, n), user=person, enterprise=firm, role="owner", state="active", token=f"t{n}"
    )
    draft = Application.objects.create(
        id=key(APPLICATION, n),
        call=call,
        strand=call.strands.get(),
        form=call.form,
        enterprise=firm,
        applicant=person,
        title=f"Couverture réparable {n}",
        uniqueness_scope=call.pk,
    )
    Attachment.objects.create(
        id=key(FILE, n), application=draft, key="devis", file=f"bench/{n}", name="devis.pdf", size=81_230,
        content_type="application/pdf", sha256="0" * 64, uploaded_by=person,
    )  # fmt: skip
    for place, (question, value) in enumerate(ANSWERS.items()):
        Answer.objects.create(
            id=key(ANSWER + place, n), application=draft, key=question, value=value, updated_by=person
        )
    return draft


COPIED = (
    *(User, Undertaking, Enterprise, Site, EnterpriseActivity, Membership),
    *(Application, Attachment, Answer),
)


def copy(numbers: range) -> None:
    """The first draft again under each of these numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows that are right already
        for model in COPIED:
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} SELECT copied.* FROM {table} AS t, "  # noqa: S608  (our own tables)
                "generate_series(%s, %s) AS n, jsonb_populate_record(NULL::" + table + ", "
                "replace(to_jsonb(t)::text, %s, n::text)::jsonb) AS copied "
                "WHERE t.id::text LIKE %s",
                [numbers[0], numbers[-1], str(FIRST), f"00000000-0000-7000-8000-%{FIRST}"],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def sign_in(numbers: range) -> None:
    """A session each."""
    first = User.objects.get(pk=key(PERSON, FIRST))
    signed, until = first.get_session_auth_hash(), timezone.now() + timedelta(days=1)
    Session.objects.bulk_create(
        [
            Session(
                session_key=f"bench{number}",
                session_data=SessionStore().encode(
                    {
                        "_auth_user_id": str(key(PERSON, number)),
                        "_auth_user_backend": BACKEND,
                        "_auth_user_hash": signed,
                    }
                ),
                expire_date=until,
            )
            for number in numbers
        ],
        batch_size=2000,
    )


def address(number: int) -> str:
    return f"/fr/applications/{key(APPLICATION, number)}/review/"


def press(number: int) -> list[str]:
    """Submit one as the browser would; the statements that were sent, in order."""
    client = Client(raise_request_exception=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = f"bench{number}"
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    with CaptureQueriesContext(connection) as sent:
        response = client.post(address(number), **PRESS)
    if response.status_code != 302 or not response["Location"].endswith("receipt/"):
        raise SystemExit(f"The submission answered {response.status_code}: {response.content[:2000]!r}")
    return [query["sql"] for query in sent.captured_queries]


# --- The same for pgbench ----------------------------------------------------------------------------------
def script(number: int, statements: list[str]) -> str:
    """These statements for any draft: its number is a variable, and so is what Postgres itself answers.

    New rows get keys made of the number; the reference follows from the counter, as it does in the portal.
    """
    row = Application.objects.get(pk=key(APPLICATION, number))
    known = {str(pk) for pk in _keys_known(row)}
    new: dict[str, str] = {}
    lines = [r"\set i :i + 1", r"\set n :first + :client_id * :each + :i"]
    for statement in statements:
        text = statement.strip().rstrip(";")
        for found in UUID7.findall(text):
            if found not in known and str(uuid.UUID(found)) not in known and str(number) not in found:
                new.setdefault(str(uuid.UUID(found)), str(key(SUBMITTED[len(new) % 20], number)))
                text = text.replace(found, new[str(uuid.UUID(found))])
        text = text.replace(row.reference, f"{row.call.code}-:last").replace(
            f'"number" = {row.number},', '"number" = :last,'
        )
        text = text.replace(str(number), ":n")
        counts = "calls_referencecounter" in text and "RETURNING" in text
        context, mark, rest = text.partition("true); ")  # what the history is told travels with the statement
        text = f"{context}true)\\; {rest}" if mark and "set_config" in context else text
        lines.append(text + (r" \aset" if counts else ";"))
    return "\n".join(lines) + "\n"


def _keys_known(row: Application):
    """Keys that are the same for every draft: the call's parts, and people who are not the applicant."""
    form = row.form
    yield from (row.call_id, row.strand_id, row.form_id, row.call.envelope_id, row.call.action_id)
    yield from (part.pk for part in (*form.sections.all(), *form.questions.all(), *form.documents.all()))
    yield from User.objects.filter(is_system=True).values_list("pk", flat=True)


# --- Cleaning up -------------------------------------------------------------------------------------------
WRITTEN = (
    ("calls_submission", "application_id::text LIKE %s"),
    ("common_clock", "about_id::text LIKE %s"),
    ("common_outboxmessage", "about_id LIKE %s"),
    ("common_journalentry", "about_id LIKE %s"),
)


def clean() -> None:
    """Take away all drafts, and all that was written when they were submitted; the call and its form stay."""
    mark = "00000000-0000-7000-8000-____7_______"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, ours in WRITTEN:
            cursor.execute(f"DELETE FROM {table} WHERE {ours}", [mark])  # noqa: S608
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers")
        for model in reversed(COPIED):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id::text LIKE %s", [mark])  # noqa: S608
        cursor.execute("DELETE FROM django_session WHERE session_key LIKE 'bench%%'")
        ReferenceCounter.objects.filter(call__slug=SLUG).update(last=0)


def main(count: int) -> None:
    clean()
    with transaction.atomic():
        call = the_call()
        plant(call)
        numbers = range(FIRST + 1, FIRST + count + 10)
        copy(numbers)
        sign_in(numbers)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE calls_application, calls_answer, accounts_user, accounts_membership")
    press(numbers[0])  # what is read once a process is read now
    statements = press(numbers[1])
    path = Path(settings.DATA_DIR) / "submission.pgbench"
    path.write_text(script(numbers[1], statements))
    ready = {
        "drafts": numbers[2],
        "statements": len(statements),
        "script": str(path),
        "session": settings.SESSION_COOKIE_NAME,
        "csrf": settings.CSRF_COOKIE_NAME,
        "token": TOKEN,
    }
    print(json.dumps(ready))


if __name__ == "__main__":
    if sys.argv[1] == "clean":
        clean()
    else:
        main(int(sys.argv[1]))
