"""Creative Hubs: local third places. Status is dated; coordinates are optional."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from rules import always_allow

from accounts.rules import is_communication, is_manager, is_reader, sees_personal_data
from actions.models import Programme
from hubs.querysets import HubQuerySet
from hubs.rules import manages_hub
from wecd.common.models import Row


class Hub(Row):
    """A Creative Hub of the programme, open or closed, with the names it had before."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        UNVERIFIED = "unverified", _("To be verified")

    class Position(models.TextChoices):
        """How well the coordinates are known."""

        ADDRESS = "address", _("At its address")
        MUNICIPALITY = "municipality", _("Somewhere in its municipality")
        SEVERAL = "several", _("Several places, no single address")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="hubs")
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    former_names = models.CharField(_("former names"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    city = models.CharField(_("city"), max_length=100)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    website = models.URLField(_("website"), blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    position = models.CharField(
        _("position on the map"), max_length=12, choices=Position, default=Position.MUNICIPALITY
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.UNVERIFIED)
    status_on = models.DateField(_("status checked on"), null=True, blank=True)
    source_note = models.TextField(_("where these facts come from"), blank=True)

    objects = HubQuerySet.as_manager()

    class Meta:
        verbose_name = _("Creative Hub")
        verbose_name_plural = _("Creative Hubs")
        ordering = ["name"]
        rules_permissions = {
            "view": is_reader | manages_hub,
            "add": is_manager,
            "change": is_communication | manages_hub,  # its texts
            "change_facts": is_manager,
        }

    def __str__(self) -> str:
        return self.name


class HubManager(Row):
    """A person who keeps a hub's page."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="managers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hubs_managed")

    class Meta:
        verbose_name = _("manager")
        verbose_name_plural = _("managers")
        constraints = [models.UniqueConstraint(fields=["hub", "user"], name="hub_manager_once")]
        rules_permissions = {
            "view": sees_personal_data,
            "add": is_manager,
            "change": is_manager,
            "delete": is_manager,
        }

    def __str__(self) -> str:
        return f"{self.user}, {self.hub}"


class HubOperator(Row):
    """An organisation that runs a hub, from and until."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="operators")
    name = models.CharField(_("name"), max_length=200)
    from_date = models.DateField(_("from"), null=True, blank=True)
    until_date = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["name"]
        rules_permissions = {
            "view": always_allow,
            "add": is_manager,
            "change": is_manager,
            "delete": is_manager,
        }

    def __str__(self) -> str:
        return self.name
