"""Queue entry points of vouchers."""

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from accounts.models import User
from vouchers.domain import vouchers
from vouchers.enums import VoucherState
from vouchers.models import Voucher
from wecd.common.workflow import Refused

log = structlog.get_logger(__name__)


@app.periodic(cron="30 3 * * *")
@app.task(queue="default", queueing_lock="expire_vouchers")
def expire_vouchers(timestamp: int) -> None:
    """End each voucher whose last day has passed; one that is refused stops no other."""
    system = User.objects.system()
    due = Voucher.objects.filter(state=VoucherState.ISSUED, expires_on__lt=timezone.localdate())
    for voucher in due.select_related("award"):
        try:
            vouchers.expire(voucher, by=system)
        except Refused as refusal:
            log.warning("voucher_not_expired", code=voucher.code, reason=str(refusal))
