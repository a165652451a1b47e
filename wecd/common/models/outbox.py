"""The outbox: each message the portal sends is a row, queued with the change that caused it."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wecd.common import rules as mail_rules
from wecd.common.models.base import Row


class OutboxMessage(Row):
    """A mail to one person, rendered when queued, sent after commit by the worker."""

    ABOUT_ACCOUNTS = mail_rules.ABOUT_ACCOUNTS

    class State(models.TextChoices):
        HELD = "held", _("Held")
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        BOUNCED = "bounced", _("Bounced")
        DISCARDED = "discarded", _("Discarded")

    MOVES = {  # verb: (from, to); what is queued is sent, or fails, in wecd.common.tasks
        "hold": ({State.QUEUED, State.FAILED}, State.HELD),
        "release": ({State.HELD}, State.QUEUED),
        "retry": ({State.FAILED}, State.QUEUED),
        "discard": ({State.HELD, State.FAILED}, State.DISCARDED),
        "bounce": ({State.SENT}, State.BOUNCED),
    }
    template = models.CharField(_("template"), max_length=100)
    language = models.CharField(_("language"), max_length=5)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages_received",
        verbose_name=_("recipient"),
    )
    to = models.EmailField(_("address"))
    about_type = models.CharField(max_length=100, blank=True)
    about_id = models.CharField(max_length=64, blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    release_at = models.DateTimeField(_("leaves at"), null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    resends = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="resent_as",
        verbose_name=_("resends"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["about_type", "about_id"]),
            models.Index(fields=["template", "-created_at", "-id"]),
            models.Index(
                name="outbox_not_sent",
                fields=["state", "-created_at", "-id"],
                condition=~models.Q(state="sent"),
            ),
        ]
        rules_permissions = {"bounce": mail_rules.learns_of_bounces} | dict.fromkeys(
            ("hold", "release", "retry", "discard", "edit", "resend"), mail_rules.handles_this_mail
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    @property
    def is_about_accounts(self) -> bool:
        return self.template.startswith(self.ABOUT_ACCOUNTS)


@pghistory.track(model_name="MailTemplateHistory")
class MailTemplate(Row):
    """The words staff chose for one mail in one language; without a row, those of ``templates/mail`` hold."""

    template = models.CharField(_("template"), max_length=100)  # "calls/receipt"
    language = models.CharField(_("language"), max_length=5)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("mail template")
        verbose_name_plural = _("mail templates")
        ordering = ["template", "language"]
        constraints = [
            models.UniqueConstraint(fields=["template", "language"], name="mail_template_once_per_language")
        ]
        rules_permissions = {"change": mail_rules.writes_mail, "hold": mail_rules.handles_mail}

    def __str__(self) -> str:
        return f"{self.template} ({self.language})"


class HeldTemplate(models.Model):
    """A mail that waits in the outbox until somebody releases it, in whatever language."""

    template = models.CharField(_("template"), max_length=100, primary_key=True)

    def __str__(self) -> str:
        return self.template
