"""Rows whose every text says whose they are, so that one word in an answer tells of a leak."""

from dataclasses import dataclass, field

from django.db import DatabaseError, models, transaction

from accounts.models import User
from tests.actions.factories import ActionFactory
from tests.api import rows
from tests.calls.factories import ApplicationFactory, CallFactory, selected_application
from tests.partners.factories import ApiKeyFactory, PartnerFactory
from tests.vouchers.factories import VoucherFactory

PERSON, DRAFT = "Markperson", "Markdraft"  # nobody may read these
KEYS = {"ours": "wecd_of_ours", "theirs": "wecd_of_theirs"}
MARKS = {"ours": "Markours", "theirs": "Marktheirs"}
READERS = {"anonymous": "", **KEYS}


@dataclass
class World:
    """Two partners, each with an application, a selected one, a voucher and a draft; nobody else's matter."""

    ids: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # side: resource: ids
    marked: dict[str, set[str]] = field(default_factory=dict)  # model: columns that hold a mark

    def __init__(self, officer, manager):
        self.ids, self.marked = {}, {}
        for side in KEYS:
            self.side(side, officer, manager)
        for name in rows.OPEN:
            made = rows.make(name, ActionFactory(), officer, manager)
            self.ids.setdefault("open", {})[name] = [str(made.pk)]
        for person in User.objects.filter(is_system=False):
            self.mark(person, PERSON)

    def side(self, side, officer, manager):
        partner = PartnerFactory(code=f"code-{side}")
        ApiKeyFactory(partner=partner, raw=KEYS[side])
        action = ActionFactory(lead=partner)
        application = ApplicationFactory(call=CallFactory(action=action), submitted=True)
        selected = selected_application(proposed_by=officer, call=CallFactory(action=action))
        voucher = VoucherFactory(award=rows.award(action, officer, manager))
        for row in (
            application,
            application.enterprise,
            selected,
            selected.enterprise,
            selected.award,
            voucher,
        ):
            self.mark(row, MARKS[side])
        for row in (application, selected):
            for relation in row._meta.related_objects:
                for related in relation.related_model.objects.filter(**{relation.field.name: row}):
                    self.mark(related, MARKS[side])
        self.mark(ApplicationFactory(call=application.call), DRAFT)
        self.mark(CallFactory(action=action, draft=True), DRAFT)
        self.ids[side] = {
            "applications": [str(application.pk), str(selected.pk)],
            "vouchers": [str(voucher.pk)],
            "awards": [str(selected.award_id)],  # proposed: nobody's business, not even ours
        }

    def mark(self, row: models.Model, mark: str) -> None:
        """Put the mark into every column that holds free text; the database may refuse some of them."""
        for column in row._meta.concrete_fields:
            text = f"{mark} {column.name}" if not column.unique else f"{mark}{row.pk}"
            if isinstance(column, models.JSONField):
                value: object = {"text": text}
            elif isinstance(column, models.CharField | models.TextField) and not column.choices:
                value = text[: column.max_length]
            else:
                continue
            if column.max_length and column.max_length < len(mark):
                continue
            try:
                with transaction.atomic():
                    type(row)._base_manager.filter(pk=row.pk).update(**{column.name: value})
            except DatabaseError:
                continue
            self.marked.setdefault(row._meta.label, set()).add(column.name)

    def hidden_from(self, reader: str) -> list[bytes]:
        """Marks that no answer to this reader may hold."""
        return [mark.encode() for side, mark in MARKS.items() if side != reader] + [
            PERSON.encode(),
            DRAFT.encode(),
        ]

    def all_ids(self) -> list[str]:
        return [each for names in self.ids.values() for found in names.values() for each in found]
