"""A voucher in a few words, for lists and cards."""

from django.utils.translation import gettext as _

from vouchers.enums import VoucherState
from wecd.common import formatting

STEPS = 6  # own share, issued, provider agreed, delivered, claimed, paid
TAGS = {
    VoucherState.AWAITING_CONTRIBUTION: "needs-you",
    VoucherState.ISSUED: "done",
    VoucherState.EXPIRED: "closed",
    VoucherState.CANCELLED: "refused",
}


def as_card(voucher) -> dict:
    """A voucher as the c-voucher component takes it."""
    waiting = voucher.state == VoucherState.AWAITING_CONTRIBUTION
    issued = voucher.state == VoucherState.ISSUED
    steps = {
        VoucherState.AWAITING_CONTRIBUTION: _("Step 1 of 6: pay your own share of %(sum)s")
        % {"sum": formatting.money(voucher.own_share)},
        VoucherState.ISSUED: _("Step 2 of 6: choose a provider"),
    }
    return {
        "voucher": voucher,
        "axis": voucher.award.application.call.action.axis.mark,
        "kind": TAGS[voucher.state],
        "valid": _("usable until %(day)s") % {"day": formatting.date(voucher.expires_on)}
        if issued and voucher.expires_on
        else "",
        "done": 0 if waiting else 1 if issued else 0,
        "total": STEPS if waiting or issued else 0,
        "step": steps.get(voucher.state, ""),
    }
