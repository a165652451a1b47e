"""What a programme measures. Figures no source gives stay empty and editable."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from actions.models.programme import OPEN, Action, Programme
from actions.querysets import IndicatorQuerySet
from wecd.common.models import Row

YEARS = (1950, 2100)  # a base year outside is a slip of the keyboard
NOT_NEGATIVE = MinValueValidator(0)


class Indicator(Row):
    """Something the programme counts: an output it makes, or a result that outputs bring about.

    Figures are in ``unit``; a milestone and a target are due by the end of their day. ``outputs`` of a result
    are outputs of its own programme: ``forms.IndicatorForm`` and the check of programme files see to it. What
    was reached is not here.
    """

    class Kind(models.TextChoices):
        OUTPUT = "output", _("Output")
        RESULT = "result", _("Result")

    class Moment(models.TextChoices):
        AWARD = "award", _("At the award")
        COMPLETION = "completion", _("On completion")
        YEAR_AFTER = "year_after", _("One year after completion")

    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="indicators", verbose_name=_("programme")
    )
    action = models.ForeignKey(
        Action,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("fed by the action"),
    )
    code = models.SlugField(_("code"), max_length=30, db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=60)
    definition = models.TextField(_("definition"), blank=True)
    measured = models.CharField(_("when it is measured"), max_length=12, choices=Moment, blank=True)
    outputs = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="results",
        verbose_name=_("follows from the outputs"),
    )
    baseline = models.DecimalField(
        _("baseline"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[NOT_NEGATIVE]
    )
    baseline_year = models.PositiveSmallIntegerField(
        _("base year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])],
    )
    milestone = models.DecimalField(
        _("milestone"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[NOT_NEGATIVE]
    )
    milestone_on = models.DateField(_("milestone due on"), null=True, blank=True)
    target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[NOT_NEGATIVE]
    )
    target_on = models.DateField(_("target due on"), null=True, blank=True)
    source_note = models.TextField(_("where these facts come from"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code"],
                name="indicator_code_once",
                violation_error_message=_("The programme already has an indicator with this code."),
            ),
            models.CheckConstraint(
                name="indicator_baseline_has_year",
                condition=Q(baseline__isnull=True) | Q(baseline_year__isnull=False),
                violation_error_message=_("A baseline needs its base year."),
            ),
            models.CheckConstraint(
                name="indicator_milestone_has_day",
                condition=Q(milestone__isnull=True) | Q(milestone_on__isnull=False),
                violation_error_message=_("A milestone needs the day it is due on."),
            ),
            models.CheckConstraint(
                name="indicator_milestone_before_target",
                condition=Q(milestone_on__isnull=True)
                | Q(target_on__isnull=True)
                | Q(milestone_on__lte=F("target_on")),
                violation_error_message=_("The milestone is due after the target."),
            ),
            models.CheckConstraint(
                name="indicator_figures_not_negative",
                condition=(Q(baseline__isnull=True) | Q(baseline__gte=0))
                & (Q(milestone__isnull=True) | Q(milestone__gte=0))
                & (Q(target__isnull=True) | Q(target__gte=0)),
                violation_error_message=_("Baseline, milestone and target are zero or more."),
            ),
        ]
        rules_permissions = OPEN

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
