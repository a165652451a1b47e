"""A list's filters and order, kept under a name by one person, for themselves or for everybody."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wecd.common.models.base import Row


class SavedView(Row):
    """``query`` is the list's query string, without page or cursor; ``list`` is the model it lists."""

    list = models.CharField(max_length=100)  # "calls.application"
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(_("shared with all staff"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["list", "owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name
