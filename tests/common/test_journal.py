"""The journal: append-only, chained, sealed, and provable to a stranger."""

import importlib.util
import json
import threading
import uuid
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pgtrigger
import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from calls.models import Submission
from grants.models import LedgerEntry
from tests.accounts.factories import UndertakingFactory, UserFactory
from wecd.common import journal
from wecd.common.models import JournalEntry, JournalHead

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def row(db):
    return UndertakingFactory(name="Les Trois Sœurs")


def sentences():
    return list(journal.verify())


def rewrite(entry, **fields):
    """Change an entry behind the trigger's back, as a database administrator could."""
    with pgtrigger.ignore("common.JournalEntry:journal_append_only"):
        JournalEntry.objects.filter(pk=entry.pk).update(**fields)


def test_entries_chain(row, officer, django_assert_num_queries):
    with django_assert_num_queries(3):  # lock, last entry, insert
        first = journal.record(row, "x.open", by=officer, amount="3000")
    second = journal.record(row, "x.close", by=officer)

    assert (first.seq, first.prev_hash, second.seq, second.prev_hash) == (1, "", 2, first.hash)
    assert list(journal.entries_about(row)) == [first, second]
    assert sentences() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("about_type", "calls.call"),
        ("about_id", "another"),
        ("about_label", "Les Deux Sœurs"),
        ("seq", 7),
        ("verb", "x.shut"),
        ("at", "2020-01-01T00:00:00Z"),
        ("facts", {"amount": "9000"}),
        ("request_id", "other"),
        ("prev_hash", "0" * 64),
        ("hash", "0" * 64),
        ("xid", 1),
        ("cluster", 1),
        ("id", uuid.UUID(int=7)),
    ],
)
def test_tampering_with_any_field_shows(row, officer, field, value):
    journal.record(row, "x.open", by=officer)
    entry = journal.record(row, "x.pay", by=officer, amount="3000")
    assert sentences() == []

    rewrite(entry, **{field: value})

    assert sentences() != []


def test_tampering_with_the_actor_shows(row, officer, officer2):
    entry = journal.record(row, "x.open", by=officer)
    rewrite(entry, actor=officer2)
    assert "content was changed" in sentences()[0]


def test_every_column_is_chained():
    columns = {field.name for field in JournalEntry._meta.fields} - {"hash"}
    assert columns == set(journal.CHAINED)
    columns = {field.name for field in JournalHead._meta.fields} - {"hash", "created_at"}
    assert columns == set(journal.SEALED)


def test_a_missing_entry_shows(row, officer):
    entries = [journal.record(row, "x.open", by=officer) for _ in range(3)]
    with pgtrigger.ignore("common.JournalEntry:journal_append_only"):
        JournalEntry.objects.filter(pk=entries[1].pk).delete()
    assert any("entry 2 of this chain is missing" in sentence for sentence in sentences())


@pytest.mark.parametrize(
    "statement",
    ["UPDATE common_journalentry SET verb = 'x'", "DELETE FROM common_journalentry"],
)
def test_raw_sql_cannot_rewrite(row, officer, statement):
    journal.record(row, "x.open", by=officer)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["UPDATE common_journalhead SET entries = 0", "DELETE FROM common_journalhead"]
)
def test_raw_sql_cannot_rewrite_heads(statement):
    journal.seal()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_do_not_fork_the_chain(together):
    row, person = UndertakingFactory(), UserFactory()

    results = together(*[lambda n=n: journal.record(row, "x.note", by=person, n=n) for n in range(20)])

    assert [type(result) for result in results] == [JournalEntry] * 20
    assert [entry.seq for entry in journal.entries_about(row)] == list(range(1, 21))
    assert sentences() == []


@pytest.mark.django_db(transaction=True)
def test_heads_follow_each_other_and_seal_what_was_committed(officer):
    row = UndertakingFactory()
    journal.record(row, "x.open", by=officer)
    first = journal.seal(date(2026, 11, 22))
    journal.record(row, "x.pay", by=officer)
    journal.record(row, "x.close", by=officer)
    second = journal.seal(date(2026, 11, 23))

    assert (first.number, first.entries, second.number, second.entries) == (1, 1, 2, 2)
    assert (second.prev_hash, second.from_xid) == (first.hash, first.upto_xid)
    assert sentences() == []


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_falls_under_the_next_head(together):
    early, late, person = UndertakingFactory(), UndertakingFactory(), UserFactory()
    written, sealed, heads = threading.Event(), threading.Event(), []

    def slow():
        with transaction.atomic():
            journal.record(late, "x.slow", by=person)
            written.set()
            assert sealed.wait(30)

    def sealing():
        assert written.wait(30)
        journal.record(early, "x.fast", by=person)  # a later transaction that ends before the slow one
        heads.append(journal.seal())
        sealed.set()

    assert together(slow, sealing) == [None, None]
    heads.append(journal.seal())

    assert [head.entries for head in heads] == [0, 2]  # both wait for the oldest transaction running
    assert sentences() == []


@pytest.mark.django_db(transaction=True)
def test_a_sealed_entry_taken_out_whole_shows(officer):
    row = UndertakingFactory()
    journal.record(row, "x.open", by=officer)
    journal.seal()
    with pgtrigger.ignore("common.JournalEntry:journal_append_only"):
        JournalEntry.objects.all().delete()
    assert sentences() == [
        "Head 1 (" + str(JournalHead.objects.get().day) + "): seals 1 entries, and there are 0."
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("field", "value"), [("day", date(2020, 1, 1)), ("hash", "0" * 64), ("entries", 5)])
def test_tampering_with_a_head_shows(officer, field, value):
    journal.record(UndertakingFactory(), "x.open", by=officer)
    journal.seal()
    with pgtrigger.ignore("common.JournalHead:journal_head_append_only"):
        JournalHead.objects.update(**{field: value})
    assert sentences() != []


@pytest.mark.django_db(transaction=True)
def test_a_long_transaction_in_another_database_holds_no_seal(officer):
    row = UndertakingFactory()
    with psycopg.connect(connection.connection.info.dsn, dbname="postgres", password=None) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        journal.record(row, "x.open", by=officer)
        assert journal.seal().entries == 1


@pytest.mark.django_db(transaction=True)
def test_a_dump_restored_elsewhere_goes_on(officer):
    """Transaction ids begin again in another cluster: what the old one left is sealed, then the new one's."""
    row = UndertakingFactory()
    journal.record(row, "x.open", by=officer)
    journal.seal()
    journal.record(row, "x.pay", by=officer)
    with (
        pgtrigger.ignore(
            "common.JournalEntry:journal_append_only", "common.JournalHead:journal_head_append_only"
        ),
        transaction.atomic(),
    ):  # as if all of it had been written in cluster 1, long ago
        previous = ""
        for entry in journal.entries_about(row):
            entry.cluster, entry.prev_hash = 1, previous
            entry.hash = previous = journal.digest(journal.as_dict(entry))
            entry.save()
        head = JournalHead.objects.get()
        head.cluster = 1
        _, hashes = journal._count_and_hash([journal.entries_about(row)[0].hash])
        head.hash = journal.head_digest(journal.head_as_dict(head), hashes)
        head.save()
    assert sentences() == []

    journal.record(row, "x.close", by=officer)
    journal.seal()

    assert [head.entries for head in JournalHead.objects.order_by("number")] == [1, 1, 1]
    assert sentences() == []


@pytest.mark.django_db(transaction=True)
def test_a_stranger_checks_an_export(officer, tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("checker", ROOT / "scripts" / "check_journal_export.py")
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    row = UndertakingFactory(name="Café “Ünïcode” 🧵")
    journal.record(row, "x.open", by=officer, note="é", when=date(2026, 11, 22), more={"b": [1, None, True]})
    journal.seal()
    journal.record(row, "x.pay", by=officer)
    export, head = tmp_path / "export.ndjson", tmp_path / "head.json"
    for path, arguments in ((export, ["--seal"]), (head, ["--head"])):
        out = StringIO()
        call_command("export_journal", *arguments, stdout=out)
        path.write_text(out.getvalue())

    assert checker.main(str(export), str(head)) == 0
    assert capsys.readouterr().out == "The export holds: 2 entries, 2 heads.\n"

    export.write_text(export.read_text().replace("x.pay", "x.pry"))
    assert checker.main(str(export)) == 1
    head.write_text(head.read_text().replace('"number": 2', '"number": 3'))
    assert checker.main(str(export), str(head)) == 1
    assert "this published head is not in the export" in capsys.readouterr().out


def test_command_says_whether_the_journal_is_whole(row, officer, capsys):
    entry = journal.record(row, "x.open", by=officer)
    call_command("verify_journal")
    assert "The journal is whole: 1 entries" in capsys.readouterr().out

    rewrite(entry, verb="x.shut")
    with pytest.raises(SystemExit) as stop:
        call_command("verify_journal")
    assert stop.value.code == 1
    assert "content was changed" in capsys.readouterr().err


def test_facts_survive_the_database(row, officer):
    facts = {"big": 1e20, "small": 1e-7, "whole": 10**18, "zero": -0.0, "text": "1e5", "none": None}
    journal.record(row, "x.open", by=officer, **facts)
    assert sentences() == []
    assert JournalEntry.objects.get().facts["big"] == "1e+20"


def test_history_from_elsewhere_keeps_its_date(row, officer):
    from django.utils import timezone

    then = timezone.now() - timedelta(days=400)
    assert journal.record(row, "x.open", by=officer, at=then).at == then
    assert sentences() == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON)
def test_canonical_form_does_not_depend_on_order_or_round_trips(data):
    text = journal.canonical(data)
    assert journal.canonical(json.loads(text)) == text
    if isinstance(data, dict):
        assert journal.canonical(dict(reversed(data.items()))) == text


@pytest.mark.django_db
@pytest.mark.parametrize("model", [JournalEntry, JournalHead, LedgerEntry, Submission])
def test_what_is_append_only_cannot_be_emptied_either(model):
    table = connection.ops.quote_name(model._meta.db_table)
    with (
        pytest.raises(DatabaseError, match="Cannot truncate"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")
