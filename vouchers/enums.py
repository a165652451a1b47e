"""States and moves of vouchers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VoucherState(models.TextChoices):
    AWAITING_CONTRIBUTION = "awaiting_contribution", _("Waiting for your own share")
    ISSUED = "issued", _("Issued")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


VOUCHER_MOVES = {  # verb: (from, to)
    "issue": ({VoucherState.AWAITING_CONTRIBUTION}, VoucherState.ISSUED),
    "expire": ({VoucherState.AWAITING_CONTRIBUTION, VoucherState.ISSUED}, VoucherState.EXPIRED),
    "cancel": ({VoucherState.AWAITING_CONTRIBUTION, VoucherState.ISSUED}, VoucherState.CANCELLED),
}
