"""What changed in a row and in the rows that hang on it: each version, its difference, and who made it.

Read from the tables that triggers fill (pghistory). Every read costs the same number of queries whatever the
number of rows; a page holds the last ``EVENTS`` changes of each table, older ones follow.
"""

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pghistory.core
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wecd.common import formatting
from wecd.common.fields import EncryptedCharField
from wecd.common.personal import masked, may_see_personal

EVENTS = 200
NEVER = {"id", "created_at", "updated_at"}
LANGUAGES = dict(settings.LANGUAGES)
LONGEST = 600  # words compared one by one


@dataclass(frozen=True)
class Change:
    """One field: how it was and how it became, as people read it."""

    label: str
    old: str | SafeString
    new: str | SafeString


@dataclass
class Part:
    """What became of one row in a version. ``act`` is insert, update or delete."""

    kind: str
    name: str
    act: str
    changes: list[Change]


@dataclass
class Version:
    """Everything one person changed at one moment."""

    at: dt.datetime
    who: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A history table, and the condition on it that finds the rows asked for."""

    model: type[models.Model]
    lookup: str = "pgh_obj"  # or the field of the rows that points at the one asked for
    hides: tuple[str, ...] = ()


@cache
def table_of(model: type[models.Model]) -> type[models.Model] | None:
    """The model's history, or None where none is kept."""
    found = pghistory.core.event_models(tracks_model=model)
    return found[0] if found else None


def read(pk, sources: list[Source], *, reader, before=None) -> tuple[list[Version], dt.datetime | None]:
    """(versions, newest first; the moment before which older ones go on, or None).

    ``reader`` decides what stays masked: bank accounts for everybody, people's names and numbers for roles
    that do not need them.
    """
    events, floor = [], None
    for source in sources:
        rows, cut = _events(source, pk, before)
        events += rows
        floor = max(filter(None, (floor, cut)), default=None)
    if floor:
        events = [each for each in events if each[1].pgh_created_at >= floor]
    words = _Words(events, reader)
    versions: dict[tuple, Version] = {}
    for source, event, previous in sorted(events, key=lambda each: each[1].pgh_created_at, reverse=True):
        part = words.part(source, event, previous)
        if part is None:
            continue
        key = (event.pgh_created_at, event.pgh_context_id)
        version = versions.setdefault(key, Version(event.pgh_created_at, words.who(event)))
        version.parts.append(part)
    return list(versions.values()), floor


def _kept(model: type[models.Model]) -> Any:
    """The history of a model that has one."""
    table = table_of(model)
    if table is None:
        raise TypeError(f"No history is kept of {model.__name__}.")
    return table


def _model(each: models.Field) -> Any:
    return each.related_model


def _events(source: Source, pk, before):
    """[(source, event, the event before it of the same row)], and from when on more was cut off."""
    table = _kept(source.model)
    earlier = table._default_manager.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    rows = table._default_manager.filter(**{source.lookup: pk}).select_related("pgh_context")
    if before:
        rows = rows.filter(pgh_created_at__lt=before)
    previous = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
    found = list(rows.annotate(pgh_previous=previous).order_by("-pgh_created_at", "-pgh_id")[: EVENTS + 1])
    cut = found[EVENTS - 1].pgh_created_at if len(found) > EVENTS else None
    there = {event.pgh_id: event for event in found}
    missing = {event.pgh_previous for event in found} - there.keys() - {None}
    there |= table._default_manager.in_bulk(missing)
    return [(source, event, there.get(event.pgh_previous)) for event in found[:EVENTS]], cut


class _Words:
    """Events in the reader's words. Names of people and of rows pointed at are read once, all together."""

    def __init__(self, events, reader):
        self.reader = reader
        self.open = may_see_personal(reader)
        people = {self._person_id(event) for _source, event, _previous in events}
        self.people = get_user_model().objects.in_bulk(people - {None})
        wanted: dict[type[models.Model], set] = {}
        for source, event, previous in events:
            for each in _fields(source):
                if each.related_model:
                    values = {getattr(row, each.attname, None) for row in (event, previous) if row}
                    wanted.setdefault(_model(each), set()).update(values - {None})
        self.names = {model: model._base_manager.in_bulk(ids) for model, ids in wanted.items()}

    @staticmethod
    def _person_id(event):
        user = (event.pgh_context.metadata or {}).get("user") if event.pgh_context else None
        return get_user_model()._meta.pk.to_python(user) if user else None

    def who(self, event) -> str:
        person = self.people.get(self._person_id(event))
        if person is None or getattr(person, "is_system", False):
            return _("The portal itself")
        if self.open or person == self.reader:
            return str(person)
        return _("Somebody else")

    def part(self, source: Source, event, previous) -> Part | None:
        act = event.pgh_label
        changes = []
        for each in _fields(source):
            was, became = getattr(previous, each.attname, None), getattr(event, each.attname)
            if act == "update" and was == became:
                continue
            old = self._shown(each, became if act == "delete" else was)
            new = "" if act == "delete" else self._shown(each, became)
            if old == new == "":
                continue
            if old == new:  # a masked value changed
                new = f"{new} ({_('changed')})"
            words = isinstance(each, (models.CharField, models.TextField)) and "•" not in new
            changes.append(Change(_label(each), *(compared(old, new) if words else (old, new))))
        if act == "update" and not changes:
            return None
        kind = str(source.model._meta.verbose_name)
        return Part(kind[:1].upper() + kind[1:], self._name(source, event), act, changes)

    def _name(self, source, event) -> str:
        for name in ("title", "label", "question", "name", "code", "municipality", "key"):
            for column in (f"{name}_{formatting.language()}", f"{name}_fr", name):
                text = getattr(event, column, "")
                if text:
                    return str(text)[:120]
        return ""

    def _shown(self, each: models.Field, value) -> str:
        kind = getattr(each.model, "PERSONAL", {}).get(each.name, "")
        if value in (None, "", [], {}):
            return ""
        if isinstance(each, EncryptedCharField):
            return masked(value, "iban")
        if kind and not self.open:
            return masked(value, kind)
        if each.is_relation:
            return self._pointed_at(each, value)
        if each.choices:
            return str(dict(each.flatchoices).get(value, value))
        return plain(value)

    def _pointed_at(self, each, value) -> str:
        row = self.names.get(_model(each), {}).get(value)
        if row is None:
            return _("no longer there")
        if isinstance(row, get_user_model()) and not self.open:
            return masked(str(row), "name")
        return str(row)


def plain(value) -> str:
    """A value as text: dates, sums, lists and ticks as people write them."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return formatting.moment(value, "medium")
    if isinstance(value, dt.date):
        return formatting.date(value, "medium")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {plain(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(each) for each in value)
    if hasattr(value, "quantize"):
        return formatting.number(value)
    return str(value)


@cache
def _columns(model: type[models.Model], hides: tuple[str, ...]) -> tuple[models.Field, ...]:
    table = _kept(model)
    kept = {each.name for each in table._meta.concrete_fields}
    names = {each.name for each in model._meta.concrete_fields}
    translated = {name for name in names if f"{name}_fr" in names}
    return tuple(
        each
        for each in model._meta.concrete_fields
        if each.name in kept and each.name not in NEVER | translated | set(hides) and _is_for_people(each)
    )


def _fields(source: Source) -> tuple[models.Field, ...]:
    return _columns(source.model, source.hides)


def _is_for_people(each: models.Field) -> bool:
    """A column of the machine's own has no words of its own: ``refnis``, an index, a hash."""
    return bool(each.choices) or each.editable or str(each.verbose_name) != each.name.replace("_", " ")


def _label(each: models.Field) -> str:
    words = str(each.verbose_name)
    found = re.fullmatch(r"(.+) \[(\w\w)\]", words)
    if found:
        language = str(LANGUAGES[found[2]])
        language = language.lower() if formatting.language() in ("fr", "nl") else language
        words = found[1] if found[2] == "fr" else f"{found[1]} ({language})"
    return words[:1].upper() + words[1:]


def compared(old: str, new: str) -> tuple[str, str]:
    """Both texts, with the words that went and came marked when they are sentences."""
    before, after = (re.findall(r"\s*\S+\s*", text) for text in (old, new))
    if not (2 < len(before) < LONGEST and 2 < len(after) < LONGEST):
        return old, new
    left: list[tuple[str, str]] = []
    right: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for side, part, mark in ((left, before[a:b], "del"), (right, after[c:d], "ins")):
            if part:
                side.append((mark if tag != "equal" else "span", "".join(part)))
    return _joined(left), _joined(right)


def _joined(side: list[tuple[str, str]]) -> SafeString:
    return format_html_join("", "<{}>{}</{}>", ((mark, text, mark) for mark, text in side))
