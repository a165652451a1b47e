"""Money set aside for a purpose, and every euro's movement in it."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_finance, is_manager, is_reader
from actions.models import Action
from grants.enums import LedgerKind
from grants.querysets import EnvelopeQuerySet
from wecd.common.models import Row
from wecd.common.models.base import append_only

MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


@pghistory.track(model_name="EnvelopeHistory")
class Envelope(Row):
    """A sum in euros. ``0 <= paid <= committed <= amount`` always holds, whatever runs in parallel.

    Only ``grants.domain.envelopes`` changes ``committed`` and ``paid``, each time with a ledger row.
    """

    action = models.ForeignKey(Action, models.PROTECT, related_name="envelopes", verbose_name=_("action"))
    name = models.CharField(_("name"), max_length=200)
    amount = models.DecimalField(_("amount (€)"), **MONEY)
    committed = models.DecimalField(_("committed (€)"), default=0, editable=False, **MONEY)
    paid = models.DecimalField(_("paid (€)"), default=0, editable=False, **MONEY)
    funding_source = models.CharField(_("funding source"), max_length=200, blank=True)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("envelope")
        verbose_name_plural = _("envelopes")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paid__gte=0) & Q(paid__lte=F("committed")) & Q(committed__lte=F("amount")),
                name="envelope_paid_committed_amount",
            )
        ]
        rules_permissions = {
            "view": is_reader,
            "add": is_manager | is_finance,
            "change": is_manager | is_finance,
        }

    def __str__(self) -> str:
        return self.name

    @property
    def free(self):
        """What may still be committed, in euros."""
        return self.amount - self.committed

    @property
    def paid_percent(self) -> float:
        return float(100 * self.paid / self.amount) if self.amount else 0.0

    @property
    def committed_percent(self) -> float:
        """What is committed and not yet paid, as a percentage of the whole: the hatched part of a meter."""
        return float(100 * (self.committed - self.paid) / self.amount) if self.amount else 0.0


class LedgerEntry(models.Model):
    """One movement on an envelope. Postgres refuses to change or delete it."""

    id = models.BigAutoField(primary_key=True)
    envelope = models.ForeignKey(Envelope, models.PROTECT, related_name="ledger")
    award = models.ForeignKey("grants.Award", models.PROTECT, related_name="ledger", null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=LedgerKind)
    amount = models.DecimalField(_("amount (€)"), **MONEY)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_is_positive")]
        triggers = append_only("ledger")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} €"
