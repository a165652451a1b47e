"""What an officer asks an applicant to complete after submission."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.application import Application
from calls.rules import sees_applications
from wecd.common.models import Row


class InformationRequest(Row):
    """A request to complete named questions and documents by a deadline; only those can be edited meanwhile.

    Written only by ``calls.domain.information``; what was answered stands in the next ``Submission``.
    """

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        EXPIRED = "expired", _("Not answered in time")
        TAKEN_BACK = "taken_back", _("Taken back")

    application = models.ForeignKey(Application, models.PROTECT, related_name="information_requests")
    message = models.TextField(_("what is asked"))
    keys = models.JSONField(_("questions and documents"), default=list)
    due_at = models.DateTimeField(_("answer by"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("information request")
        verbose_name_plural = _("information requests")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(closed_at__isnull=True),
                name="one_open_information_request",
            )
        ]
        rules_permissions = {"view": sees_applications}

    def __str__(self) -> str:
        return f"{self.application}: {self.due_at:%Y-%m-%d %H:%M}"
