"""Files: what comes in is what it says by its content, and nobody else's hands."""

import hashlib
import io
import socket
import struct
import threading
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from calls.domain import attachments
from calls.models import Attachment
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory
from tests.calls.forms import call_asking
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 40
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\0" * 40


def package(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


TYPES = {"[Content_Types].xml": ""}
DOCX = package(**TYPES, word__document_dot_xml="<w/>")
XLSX = package(**TYPES, xl__workbook_dot_xml="<x/>")
ODT = package(mimetype="application/vnd.oasis.opendocument.text")
ODS = package(mimetype="application/vnd.oasis.opendocument.spreadsheet")
MACROS = package(**TYPES, word__document_dot_xml="<w/>", word__vbaProject_dot_bin="x")


@pytest.fixture
def draft(entrepreneur, enterprise):
    call = call_asking(
        {"key": "pics", "kind": "file", "settings": {"max_files": 2}},
        documents=[{"key": "quote", "max_files": 1}],
    )
    return ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur)


def upload(content=PDF, name="devis.pdf"):
    return SimpleUploadedFile(name, content, content_type="text/html")  # what a browser claims is ignored


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF, ".pdf"),
        (PNG, ".png"),
        (JPEG, ".jpg"),
        (WEBP, ".webp"),
        (DOCX, ".docx"),
        (XLSX, ".xlsx"),
        (ODT, ".odt"),
        (ODS, ".ods"),
    ],
)
def test_the_type_is_read_from_the_content(draft, entrepreneur, content, ending):
    added = attachments.add(draft, "quote", upload(content, "anything.bin"), by=entrepreneur)
    assert attachments.TYPES[added.content_type] == ending
    assert added.sha256 == hashlib.sha256(content).hexdigest()
    assert added.file.read() == content
    assert added.file.name == f"applications/{draft.pk}/{added.pk}"
    assert added.name == "anything.bin"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"MZ\x90\0",
        b"<svg xmlns='x'/>",
        b"hello",
        MACROS,
        package(a="b"),
        b"PK\x03\x04broken",
        b"GIF89a",
    ],
)
def test_anything_else_is_refused_whatever_its_name(draft, entrepreneur, content):
    with pytest.raises(Refused, match="not a file we can read"):
        attachments.add(draft, "quote", upload(content, "devis.pdf"), by=entrepreneur)
    assert not Attachment.objects.exists()


def test_size_emptiness_and_number_are_limited(draft, entrepreneur, settings):
    settings.ATTACHMENT_MAX_BYTES = len(PDF)
    with pytest.raises(Refused, match="at most"):
        attachments.add(draft, "quote", upload(PDF + b"\n"), by=entrepreneur)
    with pytest.raises(Refused, match="empty"):
        attachments.add(draft, "quote", upload(b""), by=entrepreneur)
    attachments.add(draft, "quote", upload(), by=entrepreneur)
    with pytest.raises(Refused, match="one file too many"):
        attachments.add(draft, "quote", upload(), by=entrepreneur)
    for _n in range(2):
        attachments.add(draft, "pics", upload(PDF), by=entrepreneur)
    with pytest.raises(Refused, match="2 at most"):
        attachments.add(draft, "pics", upload(PDF), by=entrepreneur)


def test_the_form_must_ask_for_it(draft, entrepreneur):
    for key in ("pitch", "nothing"):
        with pytest.raises(Refused, match="does not ask"):
            attachments.add(draft, key, upload(), by=entrepreneur)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\devis.pdf", "devis.pdf"),
        ("a\x00b\n.pdf", "ab .pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_names_are_data_not_paths(given, kept):
    assert attachments.clean_name(given) == kept


def test_only_editors_of_a_draft_in_time(draft, entrepreneur, officer):
    reader = MembershipFactory(enterprise=draft.enterprise, role="reader").user
    added = attachments.add(draft, "quote", upload(), by=entrepreneur)
    late = draft.call.accepts_until + timedelta(seconds=1)
    for person in (reader, officer, UserFactory()):
        with pytest.raises(NotAllowed):
            attachments.add(draft, "pics", upload(), by=person)
        with pytest.raises(NotAllowed):
            attachments.remove(added, by=person)
    with pytest.raises(Refused):
        attachments.add(draft, "pics", upload(), by=entrepreneur, received_at=late)
    draft.state = "withdrawn"
    draft.save()
    with pytest.raises(Refused):
        attachments.remove(added, by=entrepreneur)
    assert Attachment.objects.get() == added


def test_remove_deletes_the_stored_file_once_final(draft, entrepreneur, django_capture_on_commit_callbacks):
    added = attachments.add(draft, "quote", upload(), by=entrepreneur)
    path = added.file.name
    with django_capture_on_commit_callbacks(execute=True):
        attachments.remove(added, by=entrepreneur)
        assert default_storage.exists(path)
    assert not default_storage.exists(path)
    attachments.remove(added, by=entrepreneur)  # by another tab: nothing left to do


def test_the_journal_says_who_attached_and_removed_what_without_its_name(draft, entrepreneur):
    added = attachments.add(draft, "quote", upload(name="CV de Zoé.pdf"), by=entrepreneur)
    attachments.remove(added, by=entrepreneur)
    entries = list(journal.entries_about(draft))
    assert [(e.verb, e.actor) for e in entries] == [
        ("calls.application.attach", entrepreneur),
        ("calls.application.detach", entrepreneur),
    ]
    for entry in entries:
        assert (entry.facts["key"], entry.facts["sha256"]) == ("quote", hashlib.sha256(PDF).hexdigest())
        assert "Zoé" not in str(entry.facts)


def test_a_failure_leaves_no_stored_file(draft, entrepreneur, monkeypatch):
    stored = []

    def fail(self, *args, **kwargs):
        stored.append(self.file.name)
        raise RuntimeError("no database")

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(RuntimeError):
        attachments.add(draft, "quote", upload(), by=entrepreneur)
    assert stored
    assert not default_storage.exists(stored[0])


# --- The virus scanner: a small clamd of our own, on a real socket --------------------------------
@pytest.fixture
def clamd():
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)
    seen = []

    def serve():
        while True:
            try:
                client, _address = server.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                body = b""
                while size := struct.unpack("!L", stream.read(4))[0]:
                    body += stream.read(size)
                seen.append(body)
                client.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in body else b"stream: OK\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"tcp://127.0.0.1:{server.getsockname()[1]}", seen
    server.close()


def test_the_scanner_sees_the_whole_file_and_its_no_is_ours(draft, entrepreneur, settings, clamd):
    settings.CLAMAV_URL, seen = clamd
    big = PDF + b"x" * 200_000
    attachments.add(draft, "quote", upload(big), by=entrepreneur)
    assert seen == [big]
    with pytest.raises(Refused, match="virus scanner refuses"):
        attachments.add(draft, "pics", upload(PDF + b"EICAR"), by=entrepreneur)


def test_a_scanner_that_is_down_lets_nothing_in(draft, entrepreneur, settings):
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    with pytest.raises(Refused, match="does not answer"):
        attachments.add(draft, "quote", upload(), by=entrepreneur)
    assert not Attachment.objects.exists()


# --- Kinds of file a question asks for ---------------------------------------------------------------
@pytest.mark.parametrize(("content", "name"), [(PNG, "plan.png"), (DOCX, "plan.pdf")])
def test_a_question_that_asks_for_pdf_takes_nothing_else(entrepreneur, enterprise, content, name):
    call = call_asking({"key": "plan", "kind": "file", "settings": {"types": ["pdf"]}})
    draft = ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur)

    with pytest.raises(Refused, match="another type than asked for here: PDF"):
        attachments.add(draft, "plan", upload(content, name), by=entrepreneur)
    assert not Attachment.objects.exists()

    attachments.add(draft, "plan", upload(PDF, "plan.png"), by=entrepreneur)
    assert Attachment.objects.get().content_type == "application/pdf"


def test_the_applicant_sees_which_kinds_before_choosing(client, entrepreneur, enterprise):
    call = call_asking({"key": "plan", "kind": "file", "settings": {"types": ["pdf", "image"]}})
    draft = ApplicationFactory(call=call, enterprise=enterprise, applicant=entrepreneur)
    client.force_login(entrepreneur)

    page = client.get(f"/en/applications/{draft.pk}/more/").content.decode()

    assert 'accept=".pdf,.png,.jpg,.jpeg,.webp"' in page
    assert "PDF, Image (PNG, JPEG, WebP)" in page
