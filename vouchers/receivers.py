"""What an award's moves do to vouchers: one function call each."""

from django.dispatch import receiver

from grants import signals
from vouchers.domain import vouchers


@receiver(signals.award_approved)
def create_voucher(sender, award, by, **kwargs):
    vouchers.create_for(award, by=by)


@receiver(signals.award_released)
def cancel_voucher(sender, award, by, reason, **kwargs):
    vouchers.cancel_for(award, by=by, reason=reason)
