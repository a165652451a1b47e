"""An application: its answers one row each, its files, and each version that was submitted."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from accounts.rules import is_manager, is_officer
from calls.enums import APPLICATION_MOVES, ApplicationState
from calls.models.call import Call, Strand
from calls.models.form import Form
from calls.querysets import ApplicationQuerySet
from calls.rules import (
    is_applicant_editor,
    is_not_applicant,
    is_officer_or_system,
    sees_applications,
    writes_notes,
    writes_to_applicants,
)
from grants.models import Award
from grants.models.envelope import MONEY
from grants.rules import is_approver
from wecd.common.models import Row
from wecd.common.models.base import append_only, uuid7
from wecd.common.workflow import all_of

HOLDS_A_PLACE = Q(submitted_at__isnull=False) & ~Q(
    state__in=["draft", "withdrawn", "inadmissible", "rejected"]
)


class Application(Row):
    """An enterprise's request under one call. State changes only in ``calls.domain``.

    Files of a submitted application are frozen: what was submitted stands in ``Submission``.
    """

    MOVES = APPLICATION_MOVES

    call = models.ForeignKey(Call, models.PROTECT, related_name="applications", verbose_name=_("call"))
    strand = models.ForeignKey(Strand, models.PROTECT, related_name="applications", verbose_name=_("strand"))
    form = models.ForeignKey(Form, models.PROTECT, related_name="applications")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="applications", verbose_name=_("enterprise")
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("begun by")
    )
    title = models.CharField(_("project"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=24, choices=ApplicationState, default=ApplicationState.DRAFT
    )
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    reference = models.CharField(_("reference"), max_length=40, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    eligible_cost = models.DecimalField(_("eligible cost, excl. VAT (€)"), null=True, editable=False, **MONEY)
    requested = models.DecimalField(_("requested (€)"), null=True, editable=False, **MONEY)
    rule_results = models.JSONField(default=list, editable=False)
    uniqueness_scope = models.UUIDField(editable=False)  # the call's id, or the strand's, as the call says

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("officer"),
    )
    decision_reasons = models.JSONField(default=list, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    objection_until = models.DateField(_("objection until"), null=True, editable=False)
    reserve_rank = models.PositiveIntegerField(_("rank on the reserve list"), null=True, editable=False)
    award = models.OneToOneField(
        Award, models.PROTECT, null=True, related_name="application", editable=False, verbose_name=_("award")
    )
    # Reference, title, enterprise and its number without accents or capitals; kept by a trigger (0006).
    search = models.TextField(default="", editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "uniqueness_scope"],
                condition=HOLDS_A_PLACE,
                name="one_submitted_application_per_enterprise",
            ),
            models.UniqueConstraint(fields=["call", "number"], name="reference_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, number__isnull=False, requested__isnull=False),
                name="submitted_application_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["awarded", "selected"]) | Q(award__isnull=False),
                name="selected_application_has_award",
            ),
        ]
        indexes = [
            models.Index(fields=["call", "state", "submitted_at"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["updated_at", "id"]),
            # A partner's list, call by call (``lanes`` of the API's resource).
            models.Index(fields=["call", "created_at", "id"], name="application_made_call"),
            models.Index(fields=["call", "updated_at", "id"], name="application_changed_call"),
            # The staff's list, newest first: whole, and by what narrows it most often.
            models.Index(fields=["-submitted_at", "-id"], name="application_arrived"),
            models.Index(fields=["call", "-submitted_at", "-id"], name="application_arrived_call"),
            models.Index(fields=["state", "-submitted_at", "-id"], name="application_arrived_state"),
            models.Index(
                fields=["officer", "-submitted_at", "-id"],
                condition=Q(officer__isnull=False),
                name="application_arrived_officer",
            ),
            models.Index(
                fields=["-submitted_at", "-id"],
                condition=Q(rule_results__contains=[{"verdict": "no"}]),
                name="application_against_a_rule",
            ),
            models.Index(fields=["reference", "id"], name="application_by_reference"),
            models.Index(fields=["requested", "id"], name="application_by_sum"),
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="application_search"),
        ]
        rules_permissions = {
            "view": sees_applications,
            "edit": all_of(is_applicant_editor),
            "submit": all_of(is_applicant_editor),
            "withdraw": all_of(is_applicant_editor),
            "change": is_officer,
            "request_information": all_of(is_officer, is_not_applicant),
            "complete": all_of(is_applicant_editor),
            "resume": all_of(is_officer_or_system, is_not_applicant),
            "admit": all_of(is_officer_or_system, is_not_applicant),
            "refuse": all_of(is_officer, is_not_applicant),
            "propose": all_of(is_officer_or_system, is_not_applicant),
            "keep_in_reserve": all_of(is_officer, is_not_applicant),
            "promote": all_of(is_officer_or_system, is_not_applicant),
            "send_back": all_of(is_approver, is_not_applicant),
            "reject": all_of(is_officer, is_not_applicant),
            "award": all_of(is_approver, is_not_applicant),
            "assign": is_officer | is_manager,
            "note": writes_notes,
            "say": all_of(is_applicant_editor),
            "reply": all_of(writes_to_applicants, is_not_applicant),
        }

    def __str__(self) -> str:
        return " ".join(part for part in (self.reference, self.title) if part) or str(
            _("Untitled application")
        )

    @property
    def is_draft(self) -> bool:
        return self.state == ApplicationState.DRAFT


class Answer(models.Model):
    """The answer to one question, as JSON of the question kind's shape. The last write wins."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="answers")
    key = models.SlugField(max_length=50)
    value = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=1)  # counts the writes, so a second tab can tell
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="one_answer_per_question")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.key}"


def attachment_path(attachment, filename) -> str:
    """Files are stored under their id: the name people gave is data, never a path."""
    return f"applications/{attachment.application_id}/{attachment.pk}"


class StandingAttachments(models.Manager):
    """The files that count: not those of a request not yet answered, nor those that one replaced."""

    def get_queryset(self):
        return super().get_queryset().filter(request=None, replaced_at=None)


class Attachment(Row):
    """A file of an application, in answer to a document request or a file question (``key``).

    One added while information is requested belongs to that request, and to the application only once the
    request is answered. One taken out then stays on record (``replaced_at``): an earlier version names it.
    ``objects`` are the files that count; ``everything`` has the others too.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    request = models.ForeignKey(
        "calls.InformationRequest", models.PROTECT, null=True, editable=False, related_name="+"
    )
    replaced_at = models.DateTimeField(null=True, editable=False)
    key = models.SlugField(max_length=50)
    file = models.FileField(upload_to=attachment_path, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size (bytes)"))
    content_type = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = StandingAttachments()
    everything = models.Manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["created_at", "pk"]
        rules_permissions = {"view": sees_applications}

    def __str__(self) -> str:
        return self.name


class Submission(models.Model):
    """What was submitted, word for word, with the instant the server received it. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField(default=1)
    received_at = models.DateTimeField(_("received"))
    content = models.TextField()  # canonical JSON: sha256 is over exactly these bytes (UTF-8)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="submission_number_once")
        ]
        triggers = append_only("submission")

    def __str__(self) -> str:
        return f"{self.application_id} #{self.number}"
