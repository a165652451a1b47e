"""The nightly files, as they were published."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_reader
from wecd.common.models import Row


class Edition(Row):
    """One whole set of files. The newest is the one served: a file is never replaced under a reader's hands.

    The row stays as the record of what was published; ``folder`` is empty once its files are removed.
    """

    made_at = models.DateTimeField(_("made"))
    checked_at = models.DateTimeField(_("last checked"))  # as late as this, the files said the same
    folder = models.CharField(max_length=100, blank=True, editable=False)
    manifest = models.JSONField(_("manifest"), default=dict)

    class Meta:
        verbose_name = _("open data edition")
        verbose_name_plural = _("open data editions")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["-made_at", "-id"])]
        rules_permissions = {"view": is_reader}

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
