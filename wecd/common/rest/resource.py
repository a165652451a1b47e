"""What a resource declares."""

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from wecd.common.rest.fields import Field, Id, Instant, JsonObject, json_text
from wecd.common.rest.reader import Reader
from wecd.common.rest.spaces import words

ID = Id(source="id", help="Public id; never changes.")
CREATED = Instant(source="created_at", help="When the row was made, in UTC.")
UPDATED = Instant(source="updated_at", help="When the row itself last changed, in UTC.")


class Resource:
    """Rows of one model, as the API shows them. Subclasses declare; the mechanism does the rest.

    Exactly one of ``open`` and ``scope`` says who may read: everyone, or keys with that scope, which see
    what ``visible_to_partner`` of the model's queryset gives their partner.
    """

    name: str  # in addresses: "calls"
    model: type[models.Model]
    open = False
    scope = ""
    help = ""
    fields: dict[str, Field]
    more_fields: dict[str, Field] = {}  # only where one row is asked for
    filterset_class: type
    search: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()  # relations whose rows show in, or decide about, this resource's rows
    ordering: dict[str, str | models.Expression] = {}  # public name: column, never null
    default_ordering = "created_at"

    def rows(self, reader: Reader) -> models.QuerySet:
        """The rows this reader may see. Every read starts here."""
        manager = self.model._default_manager
        rows = manager.visible_to_partner(reader.partner) if self.scope else manager.visible_to(None)
        return self.joined(rows.order_by())

    def lanes(self, reader: Reader) -> tuple[str, models.QuerySet] | None:
        """Where a partner's rows lie: a relation of the row, and those of its rows that are the partner's.

        Only of use where an index begins with that relation and goes on with the ordering: a partner that
        sees little is then served from there (``pages``). Decides nothing: ``rows`` does.
        """
        return None

    def fields_for(self, reader: Reader, *, one: bool = False) -> dict[str, Field]:
        """The members this reader may see: what is outside its scopes is absent, not null."""
        fields = self.all_fields if one else self.fields
        return {name: each for name, each in fields.items() if reader.may_see(each.scope)}

    def joined(self, rows: models.QuerySet) -> models.QuerySet:
        """Annotations that several fields or filters share."""
        return rows

    def turned(self, since: datetime, until: datetime) -> set[UUID]:
        """Keys of the rows that changed between two instants by the clock alone."""
        return set()

    def orderings(self) -> dict[str, models.Expression]:
        declared = {"created_at": "created_at", "updated_at": "updated_at"} | self.ordering
        return {name: F(it) if isinstance(it, str) else it for name, it in declared.items()}

    def searched(self, rows: models.QuerySet, text: str) -> models.QuerySet:
        """Rows in which each word stands in one of the ``search`` columns."""
        for word in words(text):
            found = Q()
            for column in self.search:
                found |= Q(**{f"{column}__icontains": word})
            rows = rows.filter(found)
        return rows

    def as_json(self, fields: dict[str, Field]) -> models.Expression:
        """The SQL of one row as JSON text."""
        return json_text(JsonObject({name: each.expression() for name, each in fields.items()}))

    @property
    def component(self) -> str:
        """The name of its schema: "Call" for calls."""
        return self.model.__name__

    @property
    def all_fields(self) -> dict[str, Field]:
        return self.fields | self.more_fields
