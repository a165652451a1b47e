"""Vouchers: created by an approved award, issued once the own share is received, cancelled with the award."""

import secrets
from calendar import monthrange
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.enums import CallKind
from grants import signals
from grants.domain import awards
from grants.models import Award
from vouchers.enums import VoucherState
from vouchers.models import Voucher
from wecd.common import formatting, identifiers, journal
from wecd.common.outbox import queue_mail
from wecd.common.workflow import Refused, move

LIVE = (VoucherState.AWAITING_CONTRIBUTION, VoucherState.ISSUED)


@transaction.atomic
def create_for(award: Award, *, by) -> Voucher | None:
    """The voucher of an award just approved; None when its call gives grants without a voucher.

    With an own share to pay first, it waits and the holder is told how to pay; otherwise it is issued now.
    """
    call = _call_of(award)
    if call is None or call.kind != CallKind.CREATIVE_VOUCHER:
        return None
    voucher = Voucher.objects.create(
        award=award,
        enterprise=award.enterprise,
        code=award.reference,
        amount=award.amount,
        own_share=award.own_share,
        vat_rate=call.vat_rate,
        project_months=call.project_months,
    )
    journal.record(voucher, "vouchers.voucher.create", by=by, amount=str(voucher.amount))
    if call.own_share_first and voucher.own_share > 0:
        voucher.payment_reference = _payment_reference()
        voucher.save(update_fields=["payment_reference", "updated_at"])
        _tell(voucher, "pay_own_share", call=call)
    else:
        _issue(voucher, by=by, starts_on=timezone.localdate(), received_on=None)
    return voucher


def issue(voucher: Voucher, *, by, received_on) -> Voucher:
    """Finance saw the own share arrive on a day: the voucher is valid from then, for the call's months.

    Work done before that day is not covered. Tells the holder.
    """
    approved_on = timezone.localdate(voucher.award.approved_at)
    if received_on is None:
        raise Refused(_("Say on which day the own share arrived."))
    if received_on > timezone.localdate():
        raise Refused(_("The own share cannot have arrived later than today."))
    if received_on < approved_on:
        raise Refused(
            _("The award was approved on %(day)s: the own share cannot have arrived before.")
            % {"day": formatting.date(approved_on)}
        )
    return _issue(voucher, by=by, starts_on=received_on, received_on=received_on)


def _issue(voucher: Voucher, *, by, starts_on, received_on) -> Voucher:
    with move(voucher, "issue", by=by, received_on=received_on) as row:
        row.contribution_on = received_on
        row.issued_at = timezone.now()
        row.expires_on = months_after(starts_on, row.project_months)
        row.journal_facts["expires_on"] = row.expires_on
        _tell(row, "issued", call=_call_of(row.award))
    return voucher


@transaction.atomic
def expire(voucher: Voucher, *, by) -> Voucher:
    """The last day has passed: the voucher ends, its money is free again, the holder is told."""
    if voucher.expires_on is None or voucher.expires_on >= timezone.localdate():
        raise Refused(_("%(voucher)s has not expired.") % {"voucher": voucher})
    signals.award_locking.send(Award, award=voucher.award, by=by)  # the order of locks: application first
    with move(voucher, "expire", by=by):
        pass
    reason = _("The voucher could be used until %(day)s.") % {"day": formatting.date(voucher.expires_on)}
    awards.release(voucher.award, by=by, reason=reason)
    return voucher


def cancel(voucher: Voucher, *, by, reason: str) -> Voucher:
    """End a voucher before its time. Its award is released: the money is free again, the holder is told."""
    if not reason.strip():
        raise Refused(_("Say why the voucher is cancelled."))
    awards.release(voucher.award, by=by, reason=reason)
    voucher.refresh_from_db()
    return voucher


def cancel_for(award: Award, *, by, reason: str) -> None:
    """A released award takes its voucher with it. An expired one stays expired."""
    voucher = Voucher.objects.filter(award=award, state__in=LIVE).first()
    if voucher is not None:
        with move(voucher, "cancel", by=by, reason=reason):
            pass


def problem(voucher: Voucher, today=None) -> str:
    """Why a provider must not accept this voucher today, as a sentence; empty when it is valid."""
    today = today or timezone.localdate()
    if voucher.state == VoucherState.AWAITING_CONTRIBUTION:
        return _("It is not issued yet: the enterprise's own share has not been received.")
    if voucher.state == VoucherState.EXPIRED or (voucher.expires_on and voucher.expires_on < today):
        return _("It was not used in time: it has expired.")
    if voucher.state == VoucherState.CANCELLED:
        return _("It was cancelled.")
    return ""


def months_after(day, months: int):
    """The last day of a period of months that begins on ``day``: 13 October and 12 months give 12 October."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_free = min(day.day, _days_in(year, month + 1))
    end = day.replace(year=year, month=month + 1, day=first_free)
    return end if first_free < day.day else end - timedelta(days=1)


def _days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _payment_reference() -> str:
    """A structured reference no other voucher has."""
    while True:
        reference = identifiers.structured_reference(secrets.randbelow(10**10))
        if not Voucher.objects.filter(payment_reference=reference).exists():
            return reference


def _call_of(award: Award):
    application = getattr(award, "application", None)
    return application.call if application else None


def _tell(voucher: Voucher, what: str, **context) -> None:
    application = voucher.award.application
    person = application.submitted_by or application.applicant
    queue_mail(f"vouchers/{what}", to=person, about=voucher, **context)
