"""Import rows of a file through the domain: first as a trial that leaves nothing, then all or nothing.

An ``Importer`` says which columns there are and what one row does. Every row is tried, so that one look shows
every mistake with its row and column; a single mistake, and nothing at all is written.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wecd.common.places import fold
from wecd.common.sheets import Sheet, is_formula
from wecd.common.workflow import Refused

NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass(frozen=True)
class Column:
    """One column of the file: its name in the reader's language, and how a cell becomes a value."""

    key: str
    label: str | Promise
    help: str | Promise = ""
    convert: Callable[[str], Any] = str
    needed: bool = False  # in every file; the rest only where a row is new, or not at all


@dataclass
class Mistake:
    """What is wrong, and where: an empty column stands for the row as a whole."""

    column: str
    message: str


@dataclass
class Result:
    """What one row does, or why it cannot."""

    number: int
    outcome: str
    name: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


@dataclass
class Report:
    """What a file does: each row's result, and the columns nobody knows, which are left out."""

    results: list[Result]
    ignored: list[str]

    @cached_property
    def counts(self) -> dict[str, int]:
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in (NEW, CHANGED, SAME, WRONG)}

    @property
    def is_whole(self) -> bool:
        """Whether every row can be imported."""
        return not self.counts[WRONG]

    @property
    def wrong(self) -> list[Result]:
        return [result for result in self.results if result.outcome == WRONG]

    @property
    def useful(self) -> list[Result]:
        return [result for result in self.results if result.outcome in (NEW, CHANGED)]


class RowRefused(Exception):
    """A row that cannot be imported, with each mistake."""

    def __init__(self, *mistakes: Mistake):
        self.mistakes = list(mistakes)
        super().__init__()


class Importer:
    """What can be imported: subclasses give ``columns``, and ``save_row`` which calls the domain."""

    columns: tuple[Column, ...] = ()

    def prepare(self, rows: list[dict[str, Any]]) -> None:
        """Read once what every row needs; ``rows`` are the cells as they came, by column."""

    def save_row(self, values: dict[str, Any], *, by) -> tuple[str, str, list[tuple[str, str, str]]]:
        """(outcome, name, changes as label, old, new). Raises ``RowRefused`` or ``Refused``."""
        raise NotImplementedError

    def label(self, key: str) -> str:
        return str(next(column.label for column in self.columns if column.key == key))


def run(importer: Importer, sheet: Sheet, *, by, save: bool) -> Report:
    """Try every row in one transaction and keep it only if ``save`` and nothing is wrong."""
    places, ignored = _places(importer, sheet.header)
    rows = [
        (number, {key: cells[at] if at < len(cells) else "" for key, at in places.items()})
        for number, cells in sheet.rows
    ]
    importer.prepare([cells for _number, cells in rows])
    with transaction.atomic():
        report = Report([_try(importer, number, cells, by) for number, cells in rows], ignored)
        if not save or not report.is_whole:
            transaction.set_rollback(True)
    return report


def _try(importer: Importer, number: int, cells: dict[str, str], by) -> Result:
    values, mistakes = _converted(importer, cells)
    if mistakes:
        return Result(number, WRONG, mistakes=mistakes)
    try:
        with transaction.atomic():
            outcome, name, changes = importer.save_row(values, by=by)
    except RowRefused as refused:
        return Result(number, WRONG, mistakes=refused.mistakes)
    except Refused as refused:
        return Result(number, WRONG, mistakes=[Mistake("", str(refused))])
    return Result(number, outcome, name, changes)


def _converted(importer: Importer, cells: dict[str, str]) -> tuple[dict[str, Any], list[Mistake]]:
    """Values of the cells that hold something, and a mistake for each that makes no sense."""
    values: dict[str, Any] = {}
    mistakes = []
    for column in importer.columns:
        text = cells.get(column.key, "")
        if not text:
            if column.needed:
                mistakes.append(Mistake(str(column.label), _("This cell is empty.")))
            continue
        if is_formula(text):
            mistakes.append(
                Mistake(str(column.label), _("This cell holds a formula. Paste its value instead."))
            )
            continue
        try:
            values[column.key] = column.convert(text)
        except ValidationError as error:
            mistakes.append(Mistake(str(column.label), " ".join(error.messages)))
        except Refused as error:
            mistakes.append(Mistake(str(column.label), str(error)))
    return values, mistakes


def _places(importer: Importer, header: list[str]) -> tuple[dict[str, int], list[str]]:
    """{column: its place in the file}, and the headings nobody knows."""
    words = {word: column.key for column in importer.columns for word in names_of(column)}
    places: dict[str, int] = {}
    ignored = []
    for at, heading in enumerate(header):
        key = words.get(fold(heading.replace("_", " ").replace("*", "")))
        if key is None:
            ignored += [heading] if heading else []
        elif key in places:
            raise Refused(_("Two columns are called “%(column)s”. Keep one.") % {"column": heading})
        else:
            places[key] = at
    missing = [str(column.label) for column in importer.columns if column.needed and column.key not in places]
    if missing:
        raise Refused(
            _("The first row must name the columns. Missing: %(columns)s. Begin from the template.")
            % {"columns": ", ".join(missing)}
        )
    return places, ignored


def names_of(column: Column) -> Iterable[str]:
    """What a heading may say: the column's key, or its label in any language of the portal."""
    yield fold(column.key.replace("_", " "))
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield fold(str(column.label))
