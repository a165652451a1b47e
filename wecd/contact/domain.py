"""Receive what the public writes, answer it, and forget it in time."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from wecd.common import journal
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused, move
from wecd.contact.models import Enquiry


@transaction.atomic
def receive(
    *, by, kind: str, text: str, page: str = "", name: str = "", email: str = "", language: str = "fr"
):
    """Keep a message. The journal says that one came, never what it says or from whom."""
    enquiry = Enquiry.objects.create(
        kind=kind, text=text, page=page[:300], name=name, email=email, language=language
    )
    journal.record(enquiry, "contact.enquiry.receive", by=by, kind=kind)
    return enquiry


def answer(enquiry: Enquiry, *, by, text: str) -> Enquiry:
    """Answer by mail, in the language of whoever asked; refused when they left no address."""
    text = text.strip()
    if not text:
        raise Refused(_("Write the answer first."))
    if not enquiry.email:
        raise Refused(_("They left no address: close the message instead."))
    with move(enquiry, "answer", by=by) as row:
        row.answer = text
        _settle(row, by)
        queue_mail("contact/answered", to=row.email, about=row)
    return enquiry


def close(enquiry: Enquiry, *, by, reason: str) -> Enquiry:
    """Settle it without a mail; the reason is for colleagues."""
    if not reason.strip():
        raise Refused(_("Say why, for your colleagues."))
    with move(enquiry, "close", by=by, reason=reason.strip()) as row:
        _settle(row, by)
    return enquiry


def forget(now=None) -> int:
    """Remove what was settled long enough ago; how many."""
    before = (now or timezone.now()) - timedelta(days=settings.ENQUIRY_KEEP_DAYS)
    return Enquiry.objects.filter(settled_at__lt=before).delete()[0]


def _settle(row: Enquiry, by) -> None:
    row.settled_at, row.settled_by = timezone.now(), by
