"""What an officer asks an applicant to complete after submission."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.application import Application
from calls.rules import sees_applications
from wecd.common.models import Row
from wecd.common.models.base import uuid7


class InformationRequest(Row):
    """A request to complete named questions and documents by a deadline; only those can be edited meanwhile.

    Written only by ``calls.domain.information``; what was answered stands in the next ``Submission``. Until
    it is sent, what the applicant types is kept apart (``PendingAnswer``, ``Attachment.request`` and
    ``removed``): nobody judges a half-written answer, and one never sent changes nothing.
    """

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        EXPIRED = "expired", _("Not answered in time")
        TAKEN_BACK = "taken_back", _("Taken back")
        WITHDRAWN = "withdrawn", _("Application withdrawn")

    application = models.ForeignKey(Application, models.PROTECT, related_name="information_requests")
    message = models.TextField(_("what is asked"))
    keys = models.JSONField(_("questions and documents"), default=list)
    removed = models.JSONField(default=list, editable=False)  # ids of files the answer takes out
    due_at = models.DateTimeField(_("answer by"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    reminded_at = models.DateTimeField(null=True, editable=False)

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
        indexes = [
            models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="information_open")
        ]
        rules_permissions = {"view": sees_applications}

    def __str__(self) -> str:
        return f"{self.application}: {self.due_at:%Y-%m-%d %H:%M}"


class PendingAnswer(models.Model):
    """What the applicant has typed so far in answer to an information request: an ``Answer`` once it is sent.

    Those of a request that was not answered in time stay, for their writers to read; nobody judges them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(InformationRequest, models.CASCADE, related_name="answers")
    key = models.SlugField(max_length=50)
    value = models.JSONField(null=True)
    version = models.PositiveIntegerField()  # goes on from the version of the answer that stands
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "key"], name="one_pending_answer_per_question")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.key}"
