"""What a partner signed before it may process personal data."""

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_manager, sees_personal_data
from partners.models.partner import Partner
from partners.querysets import AgreementQuerySet
from partners.rules import is_member
from wecd.common.models import Row


def document_path(agreement, name: str) -> str:
    """Under the agreement's own id: a name may tell more than it should."""
    return f"agreements/{agreement.pk}.pdf"


@pghistory.track(model_name="ProcessingAgreementHistory")
class ProcessingAgreement(Row):
    """A data-processing agreement (GDPR, article 28) with a partner. Without one in force, no key of the
    partner shows personal data, whatever its scopes.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="agreements", verbose_name=_("partner"))
    reference = models.CharField(_("reference"), max_length=100)
    purpose = models.TextField(_("purpose of the processing"))
    signed_on = models.DateField(_("signed on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    document = models.FileField(_("signed document"), upload_to=document_path, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("processing agreement")
        verbose_name_plural = _("processing agreements")
        ordering = ["-signed_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("signed_on")),
                name="agreement_ends_after_it_begins",
            )
        ]
        rules_permissions = {
            "view": sees_personal_data,
            "add": is_manager,
            "change": is_manager,
            "read": sees_personal_data | is_member,  # the signed document
        }

    def __str__(self) -> str:
        return f"{self.reference} ({self.partner})"

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.signed_on <= today and (self.ends_on is None or self.ends_on >= today)
