"""Applications as tables and as a bundle of their files: exactly the rows asked for, read in one pass.

Nothing is kept in memory but a few hundred rows. Who exports, what and how much goes into the journal first;
personal data only for those who may see it.
"""

import csv
import io
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import IO, cast

import xlsxwriter
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from calls import questions
from calls.enums import QuestionKind
from calls.models import Application, Attachment, Call, DocumentRequest, Question
from wecd.common import formatting, journal, places
from wecd.common.identifiers import format_enterprise_number
from wecd.common.personal import may_see_personal
from wecd.common.spreadsheets import harmless, harmless_alone
from wecd.common.workflow import NotAllowed

CHUNK = 500  # rows read at once
BLOCK = 64 * 1024  # bytes sent at once
SHEET_ROWS = 1_048_575  # of a sheet, its heading aside
PERSONAL_KINDS = (QuestionKind.EMAIL,)


@dataclass(frozen=True)
class Column:
    title: str
    value: Callable[[Application], object]


# --- What is in it ------------------------------------------------------------------------------------
def common_columns(*, personal: bool) -> list[Column]:
    """What every application has, whatever its call."""
    found = [
        Column(_("Reference"), lambda a: a.reference),
        Column(_("Call"), lambda a: a.call.title),
        Column(_("Strand"), lambda a: a.strand.title),
        Column(_("Project"), lambda a: a.title),
        Column(_("State"), lambda a: a.get_state_display()),
        Column(_("Submitted"), lambda a: _local(a.submitted_at)),
        Column(_("Eligible cost, excl. VAT (€)"), lambda a: a.eligible_cost),
        Column(_("Requested (€)"), lambda a: a.requested),
        Column(_("Award (€)"), lambda a: a.award.amount if a.award else None),
        Column(_("Decided"), lambda a: _local(a.decided_at)),
        Column(_("Reasons"), lambda a: "\n".join(r.get("sentence", "") for r in a.decision_reasons or [])),
        Column(_("Officer"), lambda a: str(a.officer or "")),
        Column(_("Enterprise"), lambda a: a.enterprise.name),
        Column(_("Enterprise number"), lambda a: format_enterprise_number(a.enterprise.number)),
        Column(_("Legal form"), lambda a: a.enterprise.get_legal_form_display()),
        Column(_("Size"), lambda a: a.enterprise.get_size_class_display()),
        Column(_("Postal code"), lambda a: _office(a, "postal_code")),
        Column(_("Municipality"), lambda a: _office(a, "municipality")),
        Column(_("Province"), lambda a: places.province_of(_office(a, "postal_code"))),
        Column(_("Main activity (NACE)"), _main_activity),
    ]
    if personal:
        found += [
            Column(_("Submitted by"), lambda a: str(a.submitted_by or a.applicant)),
            Column(_("E-mail"), lambda a: (a.submitted_by or a.applicant).email),
            Column(_("Telephone"), lambda a: a.enterprise.phone),
        ]
    return found


def answer_columns(call: Call, *, personal: bool) -> list[Column]:
    """One column a question and a document of any version of the call's form, in the latest's words."""
    asked: dict[str, dict] = {}  # key: {form id: question}
    of_call = Question.objects.filter(form__call=call).select_related("form", "section")
    for question in of_call.order_by("-form__number", "section__position", "position", "pk"):
        asked.setdefault(question.key, {})[question.form_id] = question
    columns = [
        _answer_column(key, versions)
        for key, versions in asked.items()
        if personal or not any(each.kind in PERSONAL_KINDS for each in versions.values())
    ]
    documents: dict[str, str] = {}
    for document in DocumentRequest.objects.filter(form__call=call).order_by("-form__number", "position"):
        documents.setdefault(document.key, document.label)
    return columns + [Column(label, _files_of(key)) for key, label in documents.items()]


def _answer_column(key: str, versions: dict) -> Column:
    latest = next(iter(versions.values()))
    files = _files_of(key)

    def value(application):
        question = versions.get(application.form_id, latest)
        if question.kind == QuestionKind.FILE:
            return files(application)
        return _cell(question, application.given.get(key))

    return Column(latest.label, value)


def _cell(question, value):
    """An answer as a number where it is one, else in words."""
    if value is None:
        return ""
    if question.kind in (QuestionKind.NUMBER, QuestionKind.MONEY):
        try:
            return Decimal(str(value))
        except InvalidOperation:
            return str(questions.raw_of(value))
    if question.kind == QuestionKind.BUDGET:
        return questions.budget_totals(questions.raw_of(value))["cost"]
    return str(questions.display(question, value))


def _files_of(key: str) -> Callable:
    return lambda application: ", ".join(file.name for file in application.sent if file.key == key)


def _office(application, field: str) -> str:
    office = application.enterprise.registered_office
    return getattr(office, field) if office else ""


def _main_activity(application) -> str:
    main = next((each for each in application.enterprise.activities.all() if each.is_main), None)
    return main.code if main else ""


def _local(at):
    """A moment as the clock in Brussels showed it: spreadsheets know no time zones."""
    return formatting.local(at).replace(tzinfo=None, microsecond=0) if at else None


# --- The table ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Table:
    """Columns, and the rows to come; ``count`` of them when the export began."""

    columns: list[Column]
    rows: Iterable[list]
    count: int

    @property
    def heading(self) -> list[str]:
        return [column.title for column in self.columns]


def table(applications: QuerySet, *, by, query: str, kind: str) -> Table:
    """The table of ``applications``, in their order; with answers when all are of one call.

    Writes to the journal who exports which filter and how many. The rows are read when they are iterated.
    """
    personal = may_see_personal(by)
    # the filter's own index says quickly whether there is a second call
    calls = list(applications.order_by().values_list("call", flat=True).distinct()[:2])
    columns = common_columns(personal=personal)
    one = Call.objects.filter(pk=calls[0]).first() if len(calls) == 1 else None
    if one:
        columns += answer_columns(one, personal=personal)
    count = _note(applications, by=by, query=query, kind=kind)
    return Table(columns, _rows(applications, columns, with_answers=one is not None), count)


@transaction.atomic
def _note(applications, *, by, query, kind) -> int:
    count = applications.order_by().count()
    journal.record(by, "calls.application.export", by=by, kind=kind, filter=query, rows=count)
    return count


def _rows(applications, columns, *, with_answers) -> Iterator[list]:
    read = applications.select_related(
        "call", "strand", "enterprise", "officer", "award", "applicant", "submitted_by"
    ).prefetch_related("enterprise__sites", "enterprise__activities")
    if with_answers:
        read = read.prefetch_related("answers", "attachments")
    for application in read.iterator(chunk_size=CHUNK):
        if with_answers:
            application.given = {answer.key: answer.value for answer in application.answers.all()}
            application.sent = list(application.attachments.all())
        yield [column.value(application) for column in columns]


def as_csv(found: Table) -> Iterator[bytes]:
    """UTF-8 with a mark that spreadsheets know it by; numbers with a point, dates as ISO 8601."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write("\ufeff")
    for row in itertools.chain([found.heading], found.rows):
        writer.writerow([_text(cell) for cell in row])
        if out.tell() > BLOCK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _text(cell):
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return harmless(cell.isoformat(" ") if hasattr(cell, "isoformat") else cell)


def write_xlsx(found: Table, file) -> None:
    """A workbook in ``file``, written row by row; more rows than a sheet holds go on in the next sheet."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options | {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        bold, sum_format = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        rows = iter(found.rows)
        for number in itertools.count(1):
            sheet = book.add_worksheet(_("Applications") if number == 1 else f"{_('Applications')} {number}")
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(found.columns), 18)
            sheet.write_row(0, 0, found.heading, bold)
            written = 0
            for written, row in enumerate(itertools.islice(rows, SHEET_ROWS), start=1):
                for column, cell in enumerate(row):
                    _write(sheet, written, column, cell, sum_format)
            if written < SHEET_ROWS:
                break


def _write(sheet, row: int, column: int, cell, sum_format) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), sum_format)
    elif isinstance(cell, str):
        sheet.write_string(row, column, harmless_alone(cell)[:32_767])
    else:
        sheet.write(row, column, cell)


# --- The files ----------------------------------------------------------------------------------------
MANIFEST = ("application", "file", "name", "size", "type", "sha256")


def attachments(applications: QuerySet, *, by, query: str) -> Iterator[bytes]:
    """A ZIP of the applications' files, a folder each, with ``manifest.csv`` last; streamed.

    ``NotAllowed`` for those who may not see personal data: CVs and quotes are full of it. A file that is
    gone from the store is named in the manifest, without a hash.
    """
    if not may_see_personal(by):
        raise NotAllowed(_("These files hold personal data, which your role does not show."))
    _note(applications, by=by, query=query, kind="zip")
    return _zip(applications)


def _zip(applications) -> Iterator[bytes]:
    files = (
        Attachment.objects.filter(application__in=applications.order_by().values("pk"))
        .select_related("application")
        .order_by("application__reference", "application", "created_at", "pk")
    )
    pipe, manifest = _Pipe(), [MANIFEST]
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_STORED, allowZip64=True) as bundle:
        used: set[str] = set()
        for file in files.iterator(chunk_size=CHUNK):
            path = _path(file, used)
            row = (file.application.reference, path, file.name, file.size, file.content_type)
            try:
                source = file.file.open("rb")
            except OSError:
                manifest.append((*row, _("not in the store")))
                continue
            with source, bundle.open(_info(path, file), "w") as target:
                while block := source.read(BLOCK):
                    target.write(block)
                    yield from pipe.drain()
            manifest.append((*row, file.sha256))
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(
            [[harmless(cell) for cell in row] for row in manifest]
        )
        bundle.writestr("manifest.csv", "\ufeff" + text.getvalue())
        yield from pipe.drain()
    yield from pipe.drain()


def _info(path: str, file: Attachment) -> zipfile.ZipInfo:
    at = timezone.localtime(file.created_at)
    info = zipfile.ZipInfo(path, date_time=at.timetuple()[:6])
    info.file_size = file.size
    info.external_attr = 0o644 << 16
    return info


def _path(file: Attachment, used: set[str]) -> str:
    """SECURITY: a name people gave never leaves its folder, and never covers another file's."""
    name = "".join("_" if char in '/\\:*?"<>|' or ord(char) < 32 else char for char in file.name).strip(". ")
    stem, dot, suffix = (name or "file").rpartition(".")
    stem, end = (stem, f".{suffix}") if stem else (name or "file", "")
    folder = file.application.reference or str(file.application_id)
    path, number = f"{folder}/{stem}{end}", 2
    while path in used:
        path, number = f"{folder}/{stem} ({number}){end}", number + 1
    used.add(path)
    return path


class _Pipe:
    """What a ZIP is written into and read from at once; it cannot be rewound."""

    def __init__(self):
        self.waiting: list[bytes] = []

    def write(self, data) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def drain(self) -> Iterator[bytes]:
        waiting, self.waiting = self.waiting, []
        if waiting:
            yield b"".join(waiting)
