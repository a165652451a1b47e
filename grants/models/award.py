"""A decision to give a sum to an enterprise."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from accounts.rules import is_reader
from grants.enums import AWARD_MOVES, AwardState, LegalBasis
from grants.models.envelope import MONEY, Envelope
from grants.querysets import PUBLIC_STATES, AwardQuerySet
from grants.rules import (
    handles_proposals,
    is_approver,
    is_beneficiary,
    is_not_beneficiary,
    is_not_proposer,
    releases_money,
)
from wecd.common.models import Row
from wecd.common.workflow import all_of


class Award(Row):
    """Money proposed by one person and approved by another. Moves only in ``grants.domain.awards``."""

    MOVES = AWARD_MOVES

    envelope = models.ForeignKey(Envelope, models.PROTECT, related_name="awards", verbose_name=_("envelope"))
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="awards", verbose_name=_("enterprise")
    )
    reference = models.CharField(_("reference"), max_length=40)
    title = models.CharField(_("project"), max_length=200)
    eligible_cost = models.DecimalField(_("eligible cost, excl. VAT (€)"), **MONEY)
    rate = models.DecimalField(_("funding rate (%)"), max_digits=5, decimal_places=2)
    amount = models.DecimalField(_("amount (€)"), **MONEY)
    legal_basis = models.CharField(
        _("legal basis"), max_length=12, choices=LegalBasis, default=LegalBasis.DE_MINIMIS
    )
    reasons = models.TextField(_("reasons"), blank=True, help_text=_("Published with the award."))
    state = models.CharField(_("state"), max_length=10, choices=AwardState, default=AwardState.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed on"), auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved on"), null=True, blank=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_amount_is_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "active", "completed", "released"])
                | (Q(approved_by__isnull=False) & Q(approved_at__isnull=False)),
                name="award_in_force_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("proposed_by")),
                name="award_needs_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-created_at", "-id"]),
            # What is open data, in each order it is asked for.
            models.Index(
                fields=["-approved_at", "-id"], name="award_published", condition=Q(state__in=PUBLIC_STATES)
            ),
            models.Index(
                fields=["created_at", "id"], name="award_published_made", condition=Q(state__in=PUBLIC_STATES)
            ),
            models.Index(
                fields=["updated_at", "id"],
                name="award_published_changed",
                condition=Q(state__in=PUBLIC_STATES),
            ),
            models.Index(
                fields=["amount", "id"], name="award_published_sum", condition=Q(state__in=PUBLIC_STATES)
            ),
        ]
        rules_permissions = {
            "view": is_reader,
            "propose": handles_proposals,
            "promote": all_of(handles_proposals),
            "approve": all_of(is_approver, is_not_proposer, is_not_beneficiary),
            "decline": all_of(is_approver, is_not_proposer, is_not_beneficiary),
            "lapse": handles_proposals | is_beneficiary,
            "release": all_of(releases_money),
        }

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def own_share(self):
        """What the enterprise pays of the eligible cost, excl. VAT, in euros."""
        return self.eligible_cost - self.amount
