"""Questions people ask about a call: answered by staff, published for all."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_reader
from calls.enums import PUBLIC_ANSWER_MOVES, PublicAnswerState
from calls.models.call import Call
from calls.rules import moderates_questions
from wecd.common.models import Row
from wecd.common.workflow import all_of


class PublicAnswer(Row):
    """A question about a call and its answer. Moves only in ``calls.domain.public_answers``.

    The wording is the staff's; what the person wrote, and who they are, is in ``Asker`` and forgotten.
    """

    MOVES = PUBLIC_ANSWER_MOVES

    call = models.ForeignKey(Call, models.CASCADE, related_name="public_answers", verbose_name=_("call"))
    question = models.CharField(_("question"), max_length=300, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=PublicAnswerState,
        default=PublicAnswerState.ANSWERED,
        editable=False,
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)  # first published, or refused
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="published_answer_has_a_date",
            )
        ]
        indexes = [models.Index(fields=["state", "created_at"])]
        rules_permissions = {
            "view": is_reader,
            "add": moderates_questions,
            "change": moderates_questions,
            "delete": moderates_questions,
            "answer": all_of(moderates_questions),
            "publish": all_of(moderates_questions),
            "correct": all_of(moderates_questions),
            "unpublish": all_of(moderates_questions),
            "refuse": all_of(moderates_questions),
        }

    def __str__(self) -> str:
        return self.question or str(_("Question to be worded"))


class Asker(models.Model):
    """Who asked, and in which words: removed 30 days after the answer is published or refused.

    A table of its own, without history, so that forgetting is one DELETE.
    """

    answer = models.OneToOneField(PublicAnswer, models.CASCADE, primary_key=True, related_name="asker")
    text = models.TextField(_("as it was asked"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("person who asked")
        verbose_name_plural = _("people who asked")

    def __str__(self) -> str:
        return self.name or str(_("Somebody"))
