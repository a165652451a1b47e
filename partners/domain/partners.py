"""Partners: registered and changed by the programme manager, one by one or from a file."""

from typing import Any

import rules
from django.db import transaction

from partners.models import Partner
from wecd.common import journal
from wecd.common.workflow import NotAllowed, why_not_permitted


def create(*, by, code: str, name: str, **texts) -> Partner:
    """A new partner. Its role in a programme is said on the programme's page. Writes the journal."""
    if not rules.has_perm(Partner.get_perm("add"), by):
        raise NotAllowed(why_not_permitted(Partner(), "add", by))
    with transaction.atomic():
        row = Partner.objects.create(code=code, name=name, **texts)
        journal.record(row, "partners.partner.create", by=by, code=code, name=name)
    return row


def update(partner: Partner, *, by, **fields) -> Partner:
    """Change facts and texts of a partner; the journal says which. Writes nothing when nothing differs."""
    with transaction.atomic():
        row = Partner.objects.select_for_update().get(pk=partner.pk)
        if not rules.has_perm(Partner.get_perm("change_facts"), by, row):
            raise NotAllowed(why_not_permitted(row, "change_facts", by))
        changed = different(row, fields)
        for key in changed:
            setattr(row, key, fields[key])
        if changed:
            row.save()
            journal.record(row, "partners.partner.update", by=by, changed=sorted(changed))
    partner.refresh_from_db()
    return partner


def different(partner: Partner, fields: dict[str, Any]) -> list[str]:
    """The fields whose value is not yet the one given."""
    return [key for key, value in fields.items() if (getattr(partner, key) or "") != (value or "")]
