"""Legal clocks counted in Belgian working days. What a clock does is decided in the app it is about."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wecd.common.models.base import Row


class Clock(Row):
    """A number of working days that runs about one row, may pause, and stops once.

    ``due_on`` is the last day (inclusive, in Brussels) while it runs; while it is paused, ``days_left``
    says how many whole working days remain. Written only by ``wecd.common.clocks``.
    """

    class Kind(models.TextChoices):
        ADMISSIBILITY = "admissibility", _("Admissibility")

    kind = models.CharField(_("clock"), max_length=20, choices=Kind)
    about_type = models.CharField(max_length=100)  # "calls.application"
    about_id = models.UUIDField()
    working_days = models.PositiveSmallIntegerField(_("working days"))
    started_at = models.DateTimeField(_("started"))
    due_on = models.DateField(_("last day"), null=True)
    paused_at = models.DateTimeField(_("paused"), null=True)
    days_left = models.PositiveSmallIntegerField(_("working days left"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    ran_out = models.BooleanField(_("ran out"), default=False)
    warned_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["about_type", "about_id", "kind"],
                condition=models.Q(stopped_at__isnull=True),
                name="one_running_clock_of_a_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(stopped_at__isnull=False)
                | models.Q(paused_at__isnull=True, due_on__isnull=False)
                | models.Q(paused_at__isnull=False, days_left__isnull=False),
                name="running_clock_has_a_last_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=models.Q(stopped_at__isnull=True), name="clock_running"
            ),
            models.Index(fields=["about_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about_type} {self.about_id}"
