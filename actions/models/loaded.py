"""What the programme files put in the database, so that a second load can tell it from people's edits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wecd.common.models import Row


class LoadedRow(Row):
    """One row a programme file made: where it came from in the file, and the values it then had.

    Written only by ``actions.domain.loading``. A value that differs from the one here was edited by a
    person and stays as it is; a row that is gone was removed by a person and does not come back.
    """

    source = models.CharField(_("place in the file"), max_length=200, unique=True)
    row_type = models.CharField(max_length=100)
    row_id = models.UUIDField()
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("row loaded from a file")
        verbose_name_plural = _("rows loaded from files")
        rules_permissions: dict = {}

    def __str__(self) -> str:
        return self.source
