"""De minimis aid a single undertaking received (Regulation (EU) 2023/2831)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise, Undertaking
from accounts.rules import is_finance, is_manager, is_officer, is_reader, sees_personal_data
from grants.models.award import Award
from grants.models.envelope import MONEY
from grants.querysets import DeMinimisQuerySet
from wecd.common.models import Row

# Locks the undertaking, then looks at every three-year window the new aid falls in: a window ends on the
# day of an aid. "Rolling three years" to D = (D - 3 years, D].
# An aid that only follows its enterprise into another control group was lawful when given: it is kept.
CEILING_TRIGGER = """
    IF NEW.cancelled_on IS NOT NULL OR NEW.enforced = FALSE THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND NEW.amount = OLD.amount AND NEW.granted_on = OLD.granted_on
        AND OLD.cancelled_on IS NULL AND OLD.enforced THEN RETURN NEW; END IF;
    PERFORM 1 FROM accounts_undertaking WHERE id = NEW.undertaking_id FOR UPDATE;
    SELECT amount, years INTO rule FROM grants_deminimisceiling
        WHERE valid_from <= NEW.granted_on ORDER BY valid_from DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no de minimis ceiling is recorded for %', NEW.granted_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deminimis_ceiling_known';
    END IF;
    SELECT MAX(total) INTO worst FROM (
        SELECT (SELECT COALESCE(SUM(a.amount), 0) FROM grants_deminimisaid a
                WHERE a.undertaking_id = NEW.undertaking_id AND a.cancelled_on IS NULL AND a.id <> NEW.id
                  AND a.granted_on <= ends.day
                  AND a.granted_on > ends.day - make_interval(years => rule.years)
               ) AS total
        FROM (SELECT NEW.granted_on AS day UNION
              SELECT granted_on FROM grants_deminimisaid
              WHERE undertaking_id = NEW.undertaking_id AND cancelled_on IS NULL
                AND granted_on >= NEW.granted_on
                AND granted_on < NEW.granted_on + make_interval(years => rule.years)) AS ends
    ) AS windows;
    IF worst + NEW.amount > rule.amount THEN
        RAISE EXCEPTION 'de minimis ceiling of % would be passed: % + %', rule.amount, worst, NEW.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deminimis_ceiling';
    END IF;
    RETURN NEW;
"""


class DeMinimisCeiling(Row):
    """The ceiling in force from a date: EUR 300,000 over 3 years since 1 January 2024."""

    valid_from = models.DateField(_("valid from"), unique=True)
    amount = models.DecimalField(_("ceiling (€)"), **MONEY)
    years = models.PositiveSmallIntegerField(_("rolling years"), default=3)
    legal_reference = models.CharField(_("legal reference"), max_length=200)

    class Meta:
        verbose_name = _("de minimis ceiling")
        verbose_name_plural = _("de minimis ceilings")
        ordering = ["-valid_from"]
        rules_permissions = {"view": is_reader, "add": is_manager, "change": is_manager}

    def __str__(self) -> str:
        return f"{self.amount} € ({self.valid_from})"


class DeMinimisAid(Row):
    """One aid to one undertaking on one date: ours (with its award) or declared by the applicant.

    The date is that of the legal right, not of payment. Postgres refuses an aid of ours that would pass
    the ceiling; a declared one (``enforced`` false) is a fact and is kept as it is.
    """

    undertaking = models.ForeignKey(Undertaking, models.PROTECT, related_name="aids")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="aids")
    award = models.OneToOneField(Award, models.PROTECT, null=True, blank=True, related_name="aid")
    amount = models.DecimalField(_("amount (€)"), **MONEY)
    granted_on = models.DateField(_("granted on"))
    granting_authority = models.CharField(_("granting authority"), max_length=200)
    instrument = models.CharField(_("instrument"), max_length=100, default="grant")
    nace_code = models.CharField(_("NACE code"), max_length=6, blank=True)
    enforced = models.BooleanField(default=True, editable=False)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)

    objects = DeMinimisQuerySet.as_manager()

    class Meta:
        verbose_name = _("de minimis aid")
        verbose_name_plural = _("de minimis aid")
        ordering = ["-granted_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="deminimis_amount_is_positive")]
        indexes = [models.Index(fields=["undertaking", "granted_on"])]
        triggers = [
            pgtrigger.Trigger(
                name="deminimis_ceiling",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("rule", "RECORD"), ("worst", "NUMERIC")],
                func=CEILING_TRIGGER,
            )
        ]
        rules_permissions = {
            "view": sees_personal_data,
            "add": is_officer | is_finance,
            "change": is_officer | is_finance,
        }

    def __str__(self) -> str:
        return f"{self.enterprise}, {self.granted_on}, {self.amount} €"
