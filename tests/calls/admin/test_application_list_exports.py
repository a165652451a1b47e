"""Exports of the list: exactly the rows filtered, answers as columns, nothing a spreadsheet would run."""

import csv
import hashlib
import io
import shutil
import subprocess
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from calls.domain import attachments, exports
from calls.models import Answer, Application
from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, DocumentRequestFactory
from wecd.common.models import JournalEntry
from wecd.demo.applications import PDF

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def call(db):
    return CallFactory()


@pytest.fixture
def communication(db):
    return UserFactory(roles=["communication"], email="communication@staff.example")


def submitted(call, state="submitted", **kwargs):
    return ApplicationFactory(call=call, submitted=True, state=state, **kwargs)


def export(client, user, kind, query=""):
    client.force_login(user)
    response = client.get(reverse("admin:calls_application_export", args=[kind]) + query, headers=EN)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response, content


def table(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_holds_the_filters_rows_in_their_order(client, officer, call):
    first, second = submitted(call), submitted(call)
    submitted(call, "rejected")
    submitted(CallFactory())

    response, content = export(client, officer, "csv", f"?call={call.pk}&state=submitted&after=x")

    assert [row["Reference"] for row in table(content)] == [second.reference, first.reference]
    assert response["Content-Disposition"].startswith('attachment; filename="applications-')
    assert "no-store" in response["Cache-Control"]


def test_answers_are_columns_when_all_are_of_one_call(client, officer, call):
    row = submitted(call)
    Answer.objects.filter(application=row, key="new").update(value=False)

    (found,) = table(export(client, officer, "csv", f"?call={call.pk}")[1])

    assert found["Pitch"] == "A blanket that can be repaired."
    assert found["New"] == "No"
    assert found["Budget"] == "8000.00"
    assert found["Requested (€)"] == "6000.00"
    assert found["Municipality"] == "Namur"
    submitted(CallFactory())
    assert "Pitch" not in table(export(client, officer, "csv")[1])[0]


def test_every_version_of_the_form_has_its_columns(client, officer, call):
    from calls.domain import forms

    old = submitted(call)
    new_form = forms.new_version(call, by=officer)
    new_form.questions.filter(key="pitch").update(key="story", label_fr="Histoire", label_en="Story")
    row = submitted(call, form=new_form)
    Answer.objects.filter(application=row, key="pitch").update(key="story", value="New words")

    found = {line["Reference"]: line for line in table(export(client, officer, "csv")[1])}

    assert found[old.reference]["Pitch"] == "A blanket that can be repaired."
    assert found[old.reference]["Story"] == ""
    assert found[row.reference]["Story"] == "New words"


def test_nothing_is_a_formula(client, officer, call):
    row = submitted(call, title="=HYPERLINK(1)")
    Answer.objects.filter(application=row, key="pitch").update(value="@SUM(A1)")
    Answer.objects.filter(application=row, key="provider").update(value="\t=1+1")

    (found,) = table(export(client, officer, "csv")[1])

    assert (found["Project"], found["Pitch"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")
    assert found["Provider"] == "'\t'=1+1"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_personal_data_is_for_those_who_may_see_it(client, officer, communication, call, kind):
    row = submitted(call)
    row.applicant.email = "claire@somewhere.example"
    row.applicant.save()

    assert row.applicant.email.encode() in unpacked(kind, export(client, officer, kind)[1])
    assert row.applicant.email.encode() not in unpacked(kind, export(client, communication, kind)[1])


def unpacked(kind, content):
    if kind == "csv":
        return content
    book = zipfile.ZipFile(io.BytesIO(content))
    return b"".join(book.read(name) for name in book.namelist())


def test_the_journal_says_who_exported_what(client, officer, call):
    submitted(call)
    export(client, officer, "csv", "?state=submitted")

    entry = JournalEntry.objects.get(verb="calls.application.export")
    assert (entry.actor, entry.facts) == (officer, {"kind": "csv", "filter": "state=submitted", "rows": 1})


@pytest.mark.parametrize("query", ["?state=nonsense", "?nonsense=1", "?call=x"])
def test_a_filter_that_means_nothing_exports_nothing(client, officer, call, query):
    submitted(call)

    assert export(client, officer, "csv", query)[0].status_code == 302
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "zip"])
def test_others_export_nothing(client, entrepreneur, call, kind):
    address = reverse("admin:calls_application_export", args=[kind])
    assert client.get(address).status_code == 302
    client.force_login(entrepreneur)
    assert client.get(address).status_code in (302, 403)
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_export_query_count(client, officer, call, rows, django_assert_num_queries):
    for _ in range(rows):
        submitted(call)
    query = f"?call={call.pk}"
    export(client, officer, "csv", query)

    with django_assert_num_queries(24):
        assert len(table(export(client, officer, "csv", query)[1])) == rows


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_libreoffice_opens_it_and_reads_the_same_rows(client, officer, call, kind, tmp_path):
    """Converted by a real spreadsheet: each row of the filter, each cell as it was."""
    rows = [submitted(call, title=f"=1+{n}; Café «{n}»") for n in range(3)]
    Answer.objects.filter(key="pitch").update(value="Two\nlines, and “quotes”")
    submitted(call, "rejected")
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program, "LibreOffice is missing: scripts/system_libraries.py test"
    source = tmp_path / f"export.{kind}"
    source.write_bytes(export(client, officer, kind, "?state=submitted")[1])
    expected = table(export(client, officer, "csv", "?state=submitted")[1])

    out = tmp_path / "out"
    command = [program, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    utf8 = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
    command += [utf8, "--infilter=CSV:44,34,76,1", "--outdir", str(out), str(source)]
    if kind == "xlsx":
        command.remove("--infilter=CSV:44,34,76,1")
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    found = table((out / "export.csv").read_bytes())

    assert len(found) == len(rows)
    same = ("Reference", "Project", "State", "Enterprise", "Enterprise number", "Pitch", "Provider", "New")
    for line, wanted in zip(found, expected, strict=True):
        assert {name: line[name] for name in same} == {name: wanted[name] for name in same}
        assert float(line["Requested (€)"].replace(",", "")) == 6000


# --- Files --------------------------------------------------------------------------------------------
def with_files(call, *names):
    application = ApplicationFactory(call=call, answers=False)
    for name in names:
        file = SimpleUploadedFile(name, PDF)
        attachments.add(application, call.form.documents.get().key, file, by=application.applicant)
    Application.objects.filter(pk=application.pk).update(
        state="submitted", reference="CC-1-0001", number=1, requested=1, submitted_at="2026-11-01T10:00Z"
    )
    return application


def call_with_document():
    call = CallFactory(parts=False, draft=True)
    from tests.calls.factories import FormFactory, StrandFactory

    StrandFactory(call=call)
    DocumentRequestFactory(form=FormFactory(call=call), max_files=5)
    type(call).objects.filter(pk=call.pk).update(state="published", published_at=call.opens_at)
    call.form.__class__.objects.filter(call=call).update(published_at=call.opens_at)
    call.refresh_from_db()
    return call


def test_zip_holds_each_file_in_its_folder_with_a_manifest(client, officer):
    row = with_files(call_with_document(), "devis.pdf", "devis.pdf")

    _response, content = export(client, officer, "zip")
    bundle = zipfile.ZipFile(io.BytesIO(content))

    assert bundle.testzip() is None
    assert sorted(bundle.namelist()) == ["CC-1-0001/devis (2).pdf", "CC-1-0001/devis.pdf", "manifest.csv"]
    manifest = table(bundle.read("manifest.csv"))
    assert [line["application"] for line in manifest] == ["CC-1-0001"] * 2
    for line in manifest:
        assert hashlib.sha256(bundle.read(line["file"])).hexdigest() == line["sha256"]
    assert row.attachments.count() == 2


def test_a_name_never_leaves_its_folder(client, officer):
    row = with_files(call_with_document(), "devis.pdf")
    row.attachments.update(name="../../etc/=passwd\x01.pdf")

    bundle = zipfile.ZipFile(io.BytesIO(export(client, officer, "zip")[1]))

    assert bundle.namelist()[0] == "CC-1-0001/_.._etc_=passwd_.pdf"


def test_a_file_that_is_gone_is_named_in_the_manifest(client, officer):
    row = with_files(call_with_document(), "devis.pdf")
    file = row.attachments.get().file
    file.storage.delete(file.name)

    bundle = zipfile.ZipFile(io.BytesIO(export(client, officer, "zip")[1]))

    assert bundle.namelist() == ["manifest.csv"]
    assert "not in the store" in bundle.read("manifest.csv").decode()


def test_files_are_for_those_who_may_see_personal_data(client, communication):
    with_files(call_with_document(), "devis.pdf")

    assert export(client, communication, "zip")[0].status_code == 403


def test_a_large_export_is_sent_in_blocks(officer, call, monkeypatch):
    monkeypatch.setattr(exports, "BLOCK", 1)
    for _ in range(3):
        submitted(call)

    found = exports.table(Application.objects.order_by("pk"), by=officer, query="", kind="csv")

    assert len(list(exports.as_csv(found))) > 3
