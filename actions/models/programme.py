"""What a programme is made of. Facts nobody is sure of stay empty and editable."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_communication, is_manager, is_reader
from actions.querysets import ActionQuerySet, OpenQuerySet
from actions.rules import edits_action
from partners.enums import PartnerRole
from partners.models import Partner
from wecd.common.models import Row

# In the back office; pages and the API show all of it to everybody. "change" is about texts.
OPEN = {"view": is_reader, "add": is_manager, "change": is_communication, "change_facts": is_manager}


class Programme(Row):
    """A regional creative-economy programme. Planned and actual ends are kept apart."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=200)
    label = models.CharField(_("label"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    parent_programme = models.CharField(_("part of"), max_length=200, blank=True)
    nuts_code = models.CharField(_("NUTS code of the region"), max_length=5, blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned end"), null=True, blank=True)
    ended_on = models.DateField(_("actual end"), null=True, blank=True)
    budget = models.DecimalField(_("budget (€)"), max_digits=14, decimal_places=2, null=True, blank=True)
    co_financing_rate = models.DecimalField(
        _("co-financing rate (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    funding_sources = models.CharField(_("funding sources"), max_length=300, blank=True)
    source_note = models.TextField(_("where these facts come from"), blank=True)

    objects = OpenQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name"]
        rules_permissions = OPEN

    def __str__(self) -> str:
        return self.name


class PartnerPeriod(Row):
    """The role a partner had in a programme, from and until."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="partner_periods")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="periods")
    role = models.CharField(_("role"), max_length=12, choices=PartnerRole)
    from_date = models.DateField(_("from"), null=True, blank=True)
    until_date = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("partner's role")
        verbose_name_plural = _("partners' roles")
        ordering = ["role", "partner__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "partner", "role", "from_date"],
                nulls_distinct=False,
                name="partner_role_once_per_period",
            )
        ]
        rules_permissions = OPEN | {"change": is_manager, "delete": is_manager}

    def __str__(self) -> str:
        return f"{self.partner}, {self.get_role_display()}"


class Axis(Row):
    """A quarter of the district. ``mark`` gives it its colour and shape on every screen."""

    class Mark(models.TextChoices):
        SKILLS = "skills", _("Triangle, ochre")
        BUSINESS = "business", _("Square, brick")
        FINANCE = "finance", _("Circle, green")
        NETWORKS = "networks", _("Hexagon, purple")

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="axes")
    slug = models.SlugField(_("address"), max_length=50)
    mark = models.CharField(_("mark"), max_length=10, choices=Mark)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = OpenQuerySet.as_manager()

    class Meta:
        verbose_name = _("axis")
        verbose_name_plural = _("axes")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["programme", "slug"], name="axis_slug_once")]
        rules_permissions = OPEN

    def __str__(self) -> str:
        return self.name


class Action(Row):
    """Something the programme does on one axis, led by one partner, with others."""

    axis = models.ForeignKey(Axis, models.PROTECT, related_name="actions", verbose_name=_("axis"))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("in one sentence"), blank=True)
    description = models.TextField(_("description"), blank=True)
    lead = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="led_actions", verbose_name=_("led by")
    )
    partners = models.ManyToManyField(Partner, blank=True, related_name="actions", verbose_name=_("with"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["axis__position", "position", "pk"]
        rules_permissions = OPEN | {
            "view": is_reader | edits_action,
            "change": is_communication | edits_action,
        }

    def __str__(self) -> str:
        return self.name
