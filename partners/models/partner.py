"""The consortium that runs the programme."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_communication, is_manager, is_reader, sees_personal_data
from partners.querysets import PartnerQuerySet
from partners.rules import edits_partner, is_at_home
from wecd.common.models import Row


class Partner(Row):
    """An organisation of the consortium. Its role in a programme is dated: ``actions.PartnerPeriod``."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    description = models.TextField(_("description"), blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name"]
        rules_permissions = {
            "view": is_reader | edits_partner,
            "add": is_manager,
            "change": is_communication | edits_partner,  # its texts
            "change_facts": is_manager,
            "import": is_manager,
            "enter": is_at_home,  # its space: keys, webhooks, usage
        }

    def __str__(self) -> str:
        return self.name


class PartnerMember(Row):
    """A person who works for a partner."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="partner_memberships")

    class Meta:
        verbose_name = _("partner's member")
        verbose_name_plural = _("partner's members")
        constraints = [models.UniqueConstraint(fields=["partner", "user"], name="partner_member_once")]
        rules_permissions = {
            "view": sees_personal_data,
            "add": is_manager,
            "change": is_manager,
            "delete": is_manager,
        }

    def __str__(self) -> str:
        return f"{self.user}, {self.partner}"
