"""Money in and out of an envelope: each movement is one conditional UPDATE and one ledger row."""

from django.db import transaction
from django.db.models import Case, F, Sum, When
from django.utils.translation import gettext as _

from grants.enums import LedgerKind
from grants.models import Envelope, LedgerEntry
from wecd.common import formatting
from wecd.common.workflow import Refused


def lock(envelope: Envelope) -> Envelope:
    """Lock the envelope's row until the transaction ends; return it fresh.

    Whoever counts what is free before deciding holds this lock, so two of them never see the same euro.
    """
    return Envelope.objects.select_for_update(no_key=True).get(pk=envelope.pk)


@transaction.atomic
def commit(envelope: Envelope, *, award, by) -> LedgerEntry:
    """Set the award's amount aside, or refuse with what is free. Holds the envelope's lock afterwards."""
    done = Envelope.objects.filter(pk=envelope.pk, committed__lte=F("amount") - award.amount).update(
        committed=F("committed") + award.amount
    )
    envelope.refresh_from_db()
    if not done:
        raise Refused(
            _("“%(envelope)s” has %(free)s left: %(amount)s cannot be committed. Nothing was changed.")
            % {
                "envelope": envelope,
                "free": formatting.money(envelope.free),
                "amount": formatting.money(award.amount),
            }
        )
    return _write(envelope, award, LedgerKind.COMMIT, award.amount, by)


@transaction.atomic
def release(envelope: Envelope, *, award, by) -> LedgerEntry:
    """Free what is still set aside for the award: what was committed, less what was released or paid."""
    amount = set_aside(award)
    done = amount > 0 and Envelope.objects.filter(pk=envelope.pk, committed__gte=F("paid") + amount).update(
        committed=F("committed") - amount
    )
    envelope.refresh_from_db()
    if not done:
        raise Refused(
            _("Nothing is set aside for %(award)s any more: there is nothing to release.") % {"award": award}
        )
    return _write(envelope, award, LedgerKind.RELEASE, amount, by)


def set_aside(award):
    """What the ledger still holds for one award, in euros: commitments less releases and payments."""
    signed = Case(When(kind=LedgerKind.COMMIT, then=F("amount")), default=-F("amount"))
    return LedgerEntry.objects.filter(award=award).aggregate(total=Sum(signed))["total"] or 0


def _write(envelope, award, kind, amount, by) -> LedgerEntry:
    return LedgerEntry.objects.create(envelope=envelope, award=award, kind=kind, amount=amount, by=by)
