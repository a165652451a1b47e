"""Words of the partners app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerRole(models.TextChoices):
    LEAD = "lead", _("Lead partner")
    PARTNER = "partner", _("Partner")
    ASSOCIATED = "associated", _("Associated partner")


class Scope(models.TextChoices):
    """What an API key may read beyond open data."""

    APPLICATIONS_READ = "applications:read", _("Read the applications of our actions")
    VOUCHERS_READ = "vouchers:read", _("Read the vouchers of our actions")
    PERSONAL_READ = "personal:read", _("Also read personal data, under a processing agreement")
