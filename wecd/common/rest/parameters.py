"""What a request asks of a list. Nothing is ignored: what is unknown or wrong is named."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from wecd.common.rest import instants
from wecd.common.rest.fields import Field
from wecd.common.rest.pages import BadCursor, Cursor
from wecd.common.rest.reader import Reader
from wecd.common.rest.resource import Resource
from wecd.common.rest.spaces import trimmed

PAGE_SIZE, MAX_PAGE_SIZE = 50, 500
FORMATS = ("json", "ndjson", "csv")
COUNTS = ("exact", "estimate")
OF_LISTS = {"page_size", "cursor", "count", "ordering", "search", "updated_since"}
OF_ALL = {"fields", "format"}
OF_EXPORTS = {"fields", "search", "updated_since", "after", "trailer"}
PLACES = {"cursor", "updated_since"}


@dataclass(frozen=True)
class Asked:
    """The checked parameters of one request."""

    fields: dict[str, Field]
    format: str = "json"
    size: int = PAGE_SIZE
    ordering: str = ""
    cursor: Cursor | None = None
    count: str = ""
    search: str = ""
    updated_since: datetime | None = None
    after: UUID | None = None
    trailer: bool = True


class Parameters:
    """Reads parameters one by one and collects every mistake."""

    def __init__(self, query: QueryDict, known: set[str]):
        self.query, self.errors = query, {}
        for name, values in query.lists():
            if name not in known:
                self.errors[name] = "is not a parameter of this resource"
            elif any(not trimmed(value) or "\0" in value for value in values):
                self.errors[name] = (
                    "is empty" if not trimmed("".join(values)) else "has a character nobody types"
                )

    def one(self, name: str) -> str:
        values = self.query.getlist(name)
        if len(values) > 1:
            self.errors[name] = "is given twice"
        return trimmed(values[-1]) if values and name not in self.errors else ""

    def choice(self, name: str, choices) -> str:
        value = self.one(name)
        if value and value not in choices:
            self.errors[name] = f"must be one of {', '.join(choices)}"
            return ""
        return value

    def finish(self) -> None:
        if self.errors:
            raise ValidationError({name: [f"“{name}” {message}."] for name, message in self.errors.items()})


def of_detail(resource: Resource, reader: Reader, query: QueryDict) -> Asked:
    given = Parameters(query, {"fields"})
    available = resource.fields_for(reader, one=True)
    fields = _fields(given, available, available)
    given.finish()
    return Asked(fields)


def of_list(resource: Resource, reader: Reader, query: QueryDict, accept: str) -> Asked:
    """The checked parameters of a list; ``ValidationError`` names every one at fault."""
    filters = set(resource.filterset_class.base_filters)
    known = OF_LISTS | OF_ALL | filters
    if not resource.search:
        known -= {"search"}
    given = Parameters(query, known)
    ordering = given.choice("ordering", orderings(resource)) or resource.default_ordering
    asked = Asked(
        fields=_fields(given, resource.fields_for(reader, one=True), resource.fields_for(reader)),
        format=given.choice("format", FORMATS) or _accepted(accept),
        size=_size(given),
        ordering=ordering,
        cursor=_cursor(given, ordering),
        count=given.choice("count", COUNTS),
        search=given.one("search"),
        updated_since=_instant(given, "updated_since"),
    )
    if len(asked.search) > 200:
        given.errors["search"] = "is longer than 200 characters"
    given.finish()
    return asked


def everything(query: QueryDict) -> tuple:
    """What was asked, as a key."""
    return tuple((name, tuple(values)) for name, values in query.lists())


def without_places(query: QueryDict) -> tuple:
    """What was asked but for where a page begins: the same for every page and every round of a pull."""
    return tuple(each for each in everything(query) if each[0] not in PLACES)


def places(query: QueryDict, ordering: str) -> tuple[Cursor | None, datetime | None]:
    """Where the page begins; ``ValidationError`` when that cannot be."""
    if not any(name in query for name in PLACES):
        return None, None
    given = Parameters(query, set(query))
    cursor, since = _cursor(given, ordering), _instant(given, "updated_since")
    given.finish()
    return cursor, since


def of_export(resource: Resource, reader: Reader, query: QueryDict) -> Asked:
    """The checked parameters of an export: what chooses rows and members, nothing of pages."""
    known = OF_EXPORTS | set(resource.filterset_class.base_filters)
    if not resource.search:
        known -= {"search"}
    given = Parameters(query, known)
    asked = Asked(
        fields=_fields(given, resource.fields_for(reader, one=True), resource.fields_for(reader)),
        search=given.one("search"),
        updated_since=_instant(given, "updated_since"),
        after=_id(given, "after"),
        trailer=given.choice("trailer", ("yes", "no")) != "no",
    )
    if len(asked.search) > 200:
        given.errors["search"] = "is longer than 200 characters"
    given.finish()
    return asked


def orderings(resource: Resource) -> list[str]:
    """The values ``ordering`` may have."""
    return [sign + name for name in resource.orderings() for sign in ("", "-")]


def _fields(given: Parameters, available: dict[str, Field], default: dict[str, Field]) -> dict[str, Field]:
    text = given.one("fields")
    if not text:
        return default
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in available]
    if unknown:
        given.errors["fields"] = f"names what is not there: {', '.join(sorted(set(unknown)))}"
        return default
    return {name: available[name] for name in dict.fromkeys(names)}


def _size(given: Parameters) -> int:
    text = given.one("page_size")
    if not text:
        return PAGE_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_PAGE_SIZE):
        given.errors["page_size"] = f"must be a whole number from 1 to {MAX_PAGE_SIZE}"
        return PAGE_SIZE
    return int(text)


def _cursor(given: Parameters, ordering: str) -> Cursor | None:
    text = given.one("cursor")
    try:
        return Cursor.decode(text, ordering) if text else None
    except BadCursor as error:
        given.errors["cursor"] = str(error)
        return None


def _instant(given: Parameters, name: str) -> datetime | None:
    text = given.one(name)
    value = instants.parse(text) if text else None
    if text and value is None:
        given.errors[name] = instants.HOW
    return value


def _id(given: Parameters, name: str) -> UUID | None:
    text = given.one(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        given.errors[name] = "is not an id"
        return None


def _accepted(accept: str) -> str:
    """The format an Accept header asks for by name; JSON otherwise."""
    kinds = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    if "application/json" not in kinds:
        if "text/csv" in kinds:
            return "csv"
        if "application/x-ndjson" in kinds or "application/ndjson" in kinds:
            return "ndjson"
    return "json"
