"""What people without an account write to the programme."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_communication, is_officer
from wecd.common.models import Row
from wecd.common.workflow import all_of, because

handles_enquiries = because(_("Only a call officer, communication staff or a manager answers the public."))(
    is_officer | is_communication
)


class Enquiry(Row):
    """A message from the contact page, or the report of a barrier. Moves only in ``wecd.contact.domain``.

    It holds personal data and is removed ``settings.ENQUIRY_KEEP_DAYS`` after it is settled.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        BARRIER = "barrier", _("Accessibility barrier")
        PRIVACY = "privacy", _("Personal data")

    class State(models.TextChoices):
        NEW = "new", _("To answer")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed without an answer")

    MOVES = {  # verb: (from, to)
        "answer": ({State.NEW}, State.ANSWERED),
        "close": ({State.NEW}, State.CLOSED),
    }

    kind = models.CharField(_("about"), max_length=10, choices=Kind, default=Kind.QUESTION)
    text = models.TextField(_("message"))
    page = models.CharField(_("page"), max_length=300, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="fr")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW, editable=False)
    answer = models.TextField(_("answer"), blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("message from the public")
        verbose_name_plural = _("messages from the public")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "-created_at", "-id"])]
        rules_permissions = {
            "view": handles_enquiries,
            "answer": all_of(handles_enquiries),
            "close": all_of(handles_enquiries),
        }

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d}"  # the journal keeps no one's words
