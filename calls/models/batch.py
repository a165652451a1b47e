"""A move of many applications at once: each done or refused alone, and what became of each is kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_reader
from calls.models.application import Application
from wecd.common.models import Row


class Batch(Row):
    """One verb for the applications chosen when it was prepared. Written only by ``calls.domain.batches``.

    ``facts`` are the words and choices given with the verb; ``started_at`` is empty until somebody confirms.
    """

    verb = models.CharField(max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    started_at = models.DateTimeField(_("started"), null=True)

    class Meta:
        verbose_name = _("move of many")
        verbose_name_plural = _("moves of many")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["by"], condition=models.Q(started_at__isnull=True), name="batch_prepared")
        ]
        rules_permissions = {"view": is_reader}

    def __str__(self) -> str:
        return f"{self.verb} {self.created_at:%Y-%m-%d %H:%M}"


class BatchItem(models.Model):
    """One application of a batch, and what became of it; nothing yet while ``outcome`` is empty."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="batch_position_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"
