"""What staff say among themselves, and what they and the applicant say to each other."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_reader
from calls.models.application import Application
from calls.rules import sees_applications
from wecd.common.models import Row
from wecd.common.models.base import append_only


class Note(Row):
    """An internal note of the staff. Never shown to an applicant, never changed."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["created_at", "pk"]
        triggers = append_only("note")
        rules_permissions = {"view": is_reader}

    def __str__(self) -> str:
        return self.text[:60]


class Message(Row):
    """A message about an application, from staff or from the applicant; the other side gets it by mail."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_staff = models.BooleanField(default=False)
    text = models.TextField(_("message"))
    read_at = models.DateTimeField(_("read"), null=True)  # first opened by somebody of the other side
    settled_at = models.DateTimeField(_("answered"), null=True)  # an applicant's: answered, or needs none

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["application"],
                condition=models.Q(from_staff=False, settled_at__isnull=True),
                name="message_to_answer",
            ),
            models.Index(
                fields=["application"],
                condition=models.Q(from_staff=True, read_at__isnull=True),
                name="message_not_read",
            ),
        ]
        rules_permissions = {"view": sees_applications}

    def __str__(self) -> str:
        return self.text[:60]
