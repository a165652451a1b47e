"""Single undertakings (Regulation 2023/2831, art. 2(2)): which enterprises count as one.

Staff link enterprises under one control, and part them again. Past de minimis aid follows the enterprise,
which the apps above learn by ``accounts.signals.undertaking_changed``.
"""

import rules
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Enterprise, Undertaking
from accounts.signals import undertaking_changed
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted


def link(enterprise: Enterprise, undertaking: Undertaking, *, by, reason: str) -> Enterprise:
    """Count an enterprise in a control group. Its past aid follows; the journal keeps the reason."""
    with transaction.atomic():
        row = _locked(enterprise, by, reason)
        if row.undertaking_id == undertaking.pk:
            raise Refused(
                _("%(enterprise)s is already in %(undertaking)s.")
                % {"enterprise": row, "undertaking": undertaking}
            )
        _change(row, undertaking, "accounts.enterprise.link", by, reason)
    enterprise.refresh_from_db()
    return enterprise


def separate(enterprise: Enterprise, *, by, reason: str) -> Enterprise:
    """Count an enterprise alone again, in a new undertaking of its name. Its own past aid follows it."""
    with transaction.atomic():
        row = _locked(enterprise, by, reason)
        if not Enterprise.objects.filter(undertaking=row.undertaking_id).exclude(pk=row.pk).exists():
            raise Refused(_("%(enterprise)s is already alone in its control group.") % {"enterprise": row})
        _change(row, Undertaking.objects.create(name=row.name), "accounts.enterprise.separate", by, reason)
    enterprise.refresh_from_db()
    return enterprise


def rename(undertaking: Undertaking, *, by, name: str) -> Undertaking:
    """Name a control group, after its mother company for instance."""
    with transaction.atomic():
        row = Undertaking.objects.select_for_update().get(pk=undertaking.pk)
        if not rules.has_perm(Undertaking.get_perm("change"), by, row):
            raise NotAllowed(why_not_permitted(row, "change", by))
        if row.name != name:
            journal.record(row, "accounts.undertaking.rename", by=by, **{"from": row.name, "to": name})
            row.name = name
            row.save()
    undertaking.refresh_from_db()
    return undertaking


def _locked(enterprise: Enterprise, by, reason: str) -> Enterprise:
    """The enterprise, locked against an award that would count its aid in the group it leaves."""
    row = Enterprise.objects.select_for_update(no_key=True, of=("self",)).get(pk=enterprise.pk)
    if not rules.has_perm(Undertaking.get_perm("change"), by, row.undertaking):
        raise NotAllowed(why_not_permitted(row.undertaking, "change", by))
    if not reason.strip():
        raise Refused(_("Say why: who controls whom, and since when."))
    return row


def _change(row: Enterprise, undertaking: Undertaking, verb: str, by, reason: str) -> None:
    previous = row.undertaking
    row.undertaking = undertaking
    row.save()
    journal.record(
        row,
        verb,
        by=by,
        reason=reason,
        **{"from": {"id": str(previous.pk), "name": previous.name}},
        to={"id": str(undertaking.pk), "name": undertaking.name},
    )
    undertaking_changed.send(sender=Enterprise, enterprise=row, previous=previous, by=by)
