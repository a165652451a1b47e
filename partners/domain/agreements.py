"""Processing agreements: put on file and kept up to date by the programme manager."""

import hashlib
from datetime import date
from typing import Any

import rules
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from partners.models import Partner, ProcessingAgreement
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted

PDF = b"%PDF-"


def create(
    *,
    partner: Partner,
    reference: str,
    purpose: str,
    signed_on: date,
    by,
    ends_on: date | None = None,
    document=None,
) -> ProcessingAgreement:
    """Put an agreement on file: from the day it was signed, keys with the scope for it read personal data.

    Writes the journal, with the document's fingerprint.
    """
    row = ProcessingAgreement(
        partner=partner, reference=reference, purpose=purpose, signed_on=signed_on, ends_on=ends_on
    )
    if not rules.has_perm(ProcessingAgreement.get_perm("add"), by, row):
        raise NotAllowed(why_not_permitted(row, "add", by))
    check(row, document)
    with transaction.atomic():
        row.save(force_insert=True)
        facts = _put(row, document) if document else {}
        journal.record(
            row,
            "partners.processingagreement.create",
            by=by,
            partner=partner.code,
            reference=reference,
            signed_on=signed_on,
            ends_on=ends_on,
            **facts,
        )
    return row


def update(agreement: ProcessingAgreement, *, by, document=None, **fields) -> ProcessingAgreement:
    """Change what is on file; a last day that has passed ends it. The journal keeps before and after.

    Whose agreement it is never changes. A new document replaces the one before, whose fingerprint stays in
    the journal.
    """
    with transaction.atomic():
        row = ProcessingAgreement.objects.select_for_update().get(pk=agreement.pk)
        if not rules.has_perm(ProcessingAgreement.get_perm("change"), by, row):
            raise NotAllowed(why_not_permitted(row, "change", by))
        facts: dict[str, Any] = {
            name: {"from": getattr(row, name), "to": value}
            for name, value in fields.items()
            if getattr(row, name) != value
        }
        for name in facts:
            setattr(row, name, fields[name])
        check(row, document)
        if facts or document:
            row.save()
            facts |= _put(row, document) if document else {}
            journal.record(row, "partners.processingagreement.update", by=by, **facts)
    agreement.refresh_from_db()
    return agreement


def check(row: ProcessingAgreement, document) -> None:
    """Refuse dates the wrong way round, and a document that is no PDF or too large."""
    if row.ends_on and row.ends_on < row.signed_on:
        raise Refused(_("The agreement would end before it was signed: choose a later last day."))
    if document is None:
        return
    if document.size > settings.ATTACHMENT_MAX_BYTES:
        raise Refused(_("The document is too large: save it as a smaller PDF."))
    document.seek(0)
    if document.read(len(PDF)) != PDF:
        raise Refused(_("The signed document must be a PDF."))


def _put(row: ProcessingAgreement, document) -> dict[str, str]:
    """Store the document beside the row; returns what the journal says of it."""
    document.seek(0)
    digest = hashlib.sha256(document.read()).hexdigest()
    document.seek(0)
    row.document.save("agreement.pdf", document, save=False)
    ProcessingAgreement.objects.filter(pk=row.pk).update(document=row.document.name)
    return {"document": digest}
