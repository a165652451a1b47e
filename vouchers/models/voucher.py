"""A voucher: an award the enterprise redeems with a creative provider."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from grants.models import Award
from grants.models.envelope import MONEY
from vouchers.enums import VOUCHER_MOVES, VoucherState
from vouchers.querysets import VoucherQuerySet
from vouchers.rules import handles_money, is_not_holder, sees_voucher
from wecd.common.models import Row
from wecd.common.workflow import all_of


def new_token() -> str:
    """What the QR code carries: 128 random bits, unrelated to any id."""
    return secrets.token_urlsafe(16)


class Voucher(Row):
    """A sum set aside for one enterprise, usable once its own share is paid, until ``expires_on``."""

    MOVES = VOUCHER_MOVES

    award = models.OneToOneField(Award, models.PROTECT, related_name="voucher", verbose_name=_("award"))
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="vouchers", verbose_name=_("enterprise")
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    amount = models.DecimalField(_("amount (€)"), **MONEY)
    own_share = models.DecimalField(_("own share, excl. VAT (€)"), **MONEY)
    vat_rate = models.DecimalField(_("VAT rate (%)"), max_digits=4, decimal_places=2, default=21)
    payment_reference = models.CharField(_("payment reference"), max_length=24, blank=True)
    contribution_on = models.DateField(_("own share received on"), null=True, blank=True)
    project_months = models.PositiveSmallIntegerField(_("months to use it"))
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    expires_on = models.DateField(_("usable until"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=24, choices=VoucherState, default=VoucherState.AWAITING_CONTRIBUTION
    )

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False, expires_on__isnull=False),
                name="issued_voucher_is_dated",
            )
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["updated_at", "id"], name="voucher_changed"),
        ]
        rules_permissions = {
            "view": sees_voucher,
            "issue": all_of(handles_money, is_not_holder),
            "expire": all_of(handles_money),
            "cancel": all_of(handles_money, is_not_holder),
        }

    def __str__(self) -> str:
        return self.code

    @property
    def eligible_cost(self):
        return self.amount + self.own_share

    @property
    def vat(self):
        """VAT on the whole cost, paid by the enterprise straight to its provider, in euros."""
        return (self.eligible_cost * self.vat_rate / 100).quantize(self.amount)
