"""The data dictionary, made from what the resources declare: it says what the API does."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wecd.common.rest import fields as kinds
from wecd.common.rest.reader import ANYONE
from wecd.common.rest.resource import Resource

Words = str | Promise
OBJECT, LIST = _("Group"), _("List of groups")


@dataclass(frozen=True)
class Entry:
    """One member: ``path`` as it stands in CSV headings and in DuckDB; ``depth`` inside others."""

    path: str
    name: str
    depth: int
    kind: Words
    unit: str
    meaning: SafeString
    optional: bool
    choices: tuple[tuple[str, Words], ...] = ()
    only_alone: bool = False  # not in lists and files: only where one row is asked for


def entries(resource: Resource) -> list[Entry]:
    """Every member anyone may read, those inside others after them."""
    shown = resource.fields_for(ANYONE, one=True)
    alone = frozenset(resource.more_fields)
    return [entry for name, field in shown.items() for entry in _walk(name, name, 0, field, name in alone)]


def _walk(path: str, name: str, depth: int, field: kinds.Field, alone: bool) -> Iterator[Entry]:
    yield Entry(
        path=path,
        name=name,
        depth=depth,
        kind=kind(field),
        unit="EUR" if isinstance(field, kinds.Money) else field.unit,
        meaning=_marked(field.help),
        optional=field.null,
        choices=_choices(field),
        only_alone=alone,
    )
    if isinstance(field, kinds.Object | kinds.Many):
        several = "[]" if isinstance(field, kinds.Many) else ""
        for inner, each in field.fields.items():
            if ANYONE.may_see(each.scope):
                yield from _walk(f"{path}{several}.{inner}", inner, depth + 1, each, alone)


def _marked(text: str) -> SafeString:
    """Words of the API, written between backticks, as code."""
    parts = text.split("`")
    words = [format_html("<code>{}</code>", part) if n % 2 else part for n, part in enumerate(parts)]
    return format_html_join("", "{}", ((word,) for word in words))


def _choices(field: kinds.Field) -> tuple[tuple[str, Words], ...]:
    if not isinstance(field, kinds.Enum):
        return ()
    return tuple(choice for choice in field.choices.choices if choice[0] not in field.never)


@singledispatch
def kind(field: kinds.Field) -> Words:
    """What kind of value it is, in words."""
    return _("Text")


for _kind, _words in {
    kinds.Id: _("Identifier (UUID)"),
    kinds.Link: _("Web address"),
    kinds.Enum: _("One word of a list"),
    kinds.Integer: _("Whole number"),
    kinds.Boolean: _("Yes or no"),
    kinds.Decimal: _("Exact number"),
    kinds.Instant: _("Instant, UTC"),
    kinds.Day: pgettext_lazy("kind of value", "Day"),
    kinds.Money: _("Sum of money"),
    kinds.Words: _("Text in fr, de, nl, en"),
    kinds.Object: OBJECT,
    kinds.Many: LIST,
}.items():
    kind.register(_kind, lambda field, words=_words: words)
