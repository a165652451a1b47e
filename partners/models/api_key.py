"""Keys with which partners' systems read the API."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.rules import sees_personal_data
from partners.enums import KeyState, Scope
from partners.models.partner import Partner
from partners.querysets import ApiKeyQuerySet
from partners.rules import handles_keys
from wecd.common.models import Row


class ApiKey(Row):
    """A partner's key: shown once, stored as SHA-256, limited to scopes, with an expiry."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=16)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=40, choices=Scope), default=list, verbose_name=_("scopes")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    personal_read_on = models.DateField(null=True, blank=True, editable=False)  # the last day
    refused_on = models.DateField(
        null=True, blank=True, editable=False
    )  # the last day it came from elsewhere
    networks = ArrayField(
        models.CharField(max_length=49), default=list, blank=True, verbose_name=_("networks")
    )  # "192.0.2.0/24": from elsewhere the key opens nothing; none: from anywhere
    replaces = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaced_by", editable=False
    )  # rotated: both work until the older one expires
    client_id = models.CharField(max_length=100, blank=True, editable=False)  # OAuth 2, instead of a secret
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["partner__name", "name"]
        rules_permissions = {
            "view": sees_personal_data,
            "add": handles_keys,
            "edit": handles_keys,  # its name and its networks; nobody changes the rest
            "rotate": handles_keys,
            "revoke": handles_keys,
        }

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    @property
    def state(self) -> KeyState:
        """Where it stands at this moment. Reads ``replaced_by``: select it with a list."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        replaced = hasattr(self, "replaced_by")
        if not self.is_usable:
            return KeyState.REPLACED if replaced else KeyState.EXPIRED
        return KeyState.ENDING if replaced else KeyState.USABLE


class ApiUsage(models.Model):
    """How many requests a key made on a day (UTC), and how many of them were turned away by its limits.

    Counted by each process and added every few seconds: a process that dies loses a few.
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="usage")
    day = models.DateField()
    requests = models.PositiveBigIntegerField(default=0)
    limited = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "day"], name="api_usage_once_a_day")]

    def __str__(self) -> str:
        return f"{self.key}, {self.day}: {self.requests}"
