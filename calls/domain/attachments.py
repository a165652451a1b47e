"""Files of a draft, or of the answer to an information request: what may come in, and out again."""

import hashlib
import re
import socket
import struct
import zipfile
from urllib.parse import urlsplit

import puremagic
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from calls.domain import pending
from calls.domain.answers import locked
from calls.enums import QuestionKind
from calls.models import Application, Attachment
from calls.questions import files
from calls.questions.base import one_line
from wecd.common import formatting, journal
from wecd.common.workflow import Refused

DEFAULT_MOST = 3
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
TYPES = {  # what may be attached: type → ending
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    WORD: ".docx",
    SHEET: ".xlsx",
} | OPEN_DOCUMENT
IMAGES, PDF = ("image/png", "image/jpeg", "image/webp"), "application/pdf"  # browsers show these in place
ACCEPT = ".pdf,.docx,.xlsx,.odt,.ods,.png,.jpg,.jpeg,.webp"
MEMBERS = {"word/document.xml": WORD, "xl/workbook.xml": SHEET}


def add(application, key: str, upload, *, by, received_at=None) -> Attachment:
    """Keep one file for a document or file question of the form.

    The type is read from the content, never from the name. The name is kept as data; the file is stored
    under its id. Refuses what is too large, of another type, infected, or one too many. The journal keeps
    its fingerprint and not its name, which may name people.
    """
    name = clean_name(upload.name)
    content_type = check_content(upload, name)
    scan(upload, name)
    with transaction.atomic():
        row, request = locked(application, key, by=by, received_at=received_at)
        most = most_files(row, key)
        check_type(row, key, content_type, name)
        if pending.count_files(row, request, key) >= most:
            raise Refused(
                _("“%(name)s” is one file too many: %(most)s at most. Remove one first.")
                % {"name": name, "most": most}
            )
        attachment = Attachment(
            application=row,
            request=request,
            key=key,
            name=name,
            size=upload.size,
            content_type=content_type,
            sha256=sha256(upload),
            uploaded_by=by,
        )
        upload.seek(0)
        attachment.file.save(name, upload, save=False)
        try:
            attachment.save(force_insert=True)
            journal.record(row, "calls.application.attach", by=by, **_facts(attachment))
        except Exception:
            attachment.file.delete(save=False)  # the rows are rolled back, so must the file be
            raise
    return attachment


def remove(attachment, *, by, received_at=None) -> None:
    """Take a file out of a draft; the stored file goes once the change is final.

    A file that was submitted is only marked: it goes when the information request is answered, and stays on
    record even then, because an earlier version names it.
    """
    with transaction.atomic():
        row, request = locked(attachment.application, attachment.key, by=by, received_at=received_at)
        gone = Attachment.everything.filter(
            Q(request=None) | Q(request=request), application=row, replaced_at=None, pk=attachment.pk
        ).first()
        if gone is None:
            return  # removed by another tab: what was asked is done
        if request and gone.request_id is None:
            pending.mark_removed(request, gone)
            return
        storage, path = gone.file.storage, gone.file.name
        journal.record(row, "calls.application.detach", by=by, **_facts(gone))
        gone.delete()
        transaction.on_commit(lambda: storage.delete(path))


def _facts(attachment: Attachment) -> dict:
    return {
        "file": str(attachment.pk),
        "key": attachment.key,
        "size": attachment.size,
        "type": attachment.content_type,
        "sha256": attachment.sha256,
    }


def most_files(application: Application, key: str) -> int:
    """How many files a document or file question takes; ``Refused`` when the form asks for no such thing."""
    document = application.form.documents.filter(key=key).first()
    if document:
        return document.max_files
    question = application.form.questions.filter(key=key, kind=QuestionKind.FILE).first()
    if question:
        return int((question.settings or {}).get("max_files") or DEFAULT_MOST)
    raise Refused(_("This form does not ask for this file any more. Reload the page."))


def check_type(application: Application, key: str, content_type: str, name: str) -> None:
    """``Refused`` when the question asks for other kinds of file. A document request takes all."""
    question = application.form.questions.filter(key=key, kind=QuestionKind.FILE).first()
    if question is None:
        return
    types = files.types_of(question)
    if TYPES[content_type] not in files.endings(types):
        raise Refused(
            _("“%(name)s” is of another type than asked for here: %(types)s. Save it as one of these.")
            % {"name": name, "types": files.words_of(types)}
        )


def clean_name(name: str) -> str:
    """The name people gave, without its path, control characters or excess length."""
    name = re.sub(r'[\\/:*?"<>|]+', " ", one_line(re.split(r"[\\/]", name or "")[-1])).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:180]}.{ending[:10]}" if dot and stem else (name[:190] or str(_("file")))


def check_content(upload, name: str) -> str:
    """The type of a file by what is in it; ``Refused`` with what to send instead."""
    if not upload.size:
        raise Refused(_("“%(name)s” is empty. Choose the file again.") % {"name": name})
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise Refused(
            _("“%(name)s” is %(size)s; %(most)s at most. Save it as a smaller PDF or split it.")
            % {
                "name": name,
                "size": formatting.filesize(upload.size),
                "most": formatting.filesize(settings.ATTACHMENT_MAX_BYTES),
            }
        )
    found = content_type(upload)
    if found not in TYPES:
        raise Refused(
            _(
                "“%(name)s” is not a file we can read. "
                "Send a PDF, a Word, Excel or OpenDocument file, or an image."
            )
            % {"name": name}
        )
    return found


def content_type(upload) -> str:
    """The type in the allow-list that the content has, else an empty string."""
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if head.startswith(b"PK"):
        return _office_type(upload)
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    types = {guess.mime_type for guess in guesses if guess.byte_match and head.startswith(_start(guess))}
    return next((known for known in TYPES if known in types), "")


def _start(guess) -> bytes:
    return (
        guess.byte_match if guess.offset == 0 else b"RIFF" if guess.mime_type == "image/webp" else b"\x00\x01"
    )


def _office_type(upload) -> str:
    """Word, Excel or OpenDocument, without macros, from the list of what is inside."""
    try:
        with zipfile.ZipFile(upload) as package:
            names = set(package.namelist()[:5000])
            if any(name.lower().endswith(("vbaproject.bin", ".exe", ".js")) for name in names):
                return ""
            for member, kind in MEMBERS.items():
                if member in names and "[Content_Types].xml" in names:
                    return kind
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                declared = package.read("mimetype").decode("ascii", "replace").strip()
                return declared if declared in OPEN_DOCUMENT else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return ""
    finally:
        upload.seek(0)
    return ""


def sha256(upload) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in iter(lambda: upload.read(1 << 20), b""):
        digest.update(chunk)
    return digest.hexdigest()


def scan(upload, name: str) -> None:
    """Ask ClamAV, when one is configured; a scanner that does not answer refuses rather than lets in."""
    if not settings.CLAMAV_URL:
        return
    try:
        verdict = instream(settings.CLAMAV_URL, upload)
    except OSError as error:
        raise Refused(_("The virus scanner does not answer. Try again in a few minutes.")) from error
    if not verdict.endswith("OK"):
        raise Refused(_("The virus scanner refuses “%(name)s”. Check your computer.") % {"name": name})


def instream(url: str, upload) -> str:
    """The answer of clamd's INSTREAM: "stream: OK" or "stream: <name> FOUND". ``tcp://host:3310`` or ``unix:///path``."""
    where = urlsplit(url)
    if where.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        connection.connect(where.path)
    else:
        connection = socket.create_connection((where.hostname, where.port or 3310), timeout=30)
    with connection:
        connection.sendall(b"zINSTREAM\0")
        upload.seek(0)
        for chunk in iter(lambda: upload.read(1 << 16), b""):
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    upload.seek(0)
    return answer.decode("utf-8", "replace").strip("\0\n ")
