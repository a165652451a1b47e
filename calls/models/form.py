"""The form of a call, in numbered versions. A published version is frozen."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.enums import QuestionKind
from calls.models.call import EDITABLE, Call
from wecd.common.models import Row

# SECURITY: the form's row is read FOR SHARE, so that an edit and a publication cannot cross unseen.
FROZEN = """
    IF TG_OP <> 'INSERT' THEN
        SELECT published_at INTO frozen FROM calls_form WHERE id = OLD.form_id FOR SHARE;
    END IF;
    IF frozen IS NULL AND TG_OP <> 'DELETE' THEN
        SELECT published_at INTO frozen FROM calls_form WHERE id = NEW.form_id FOR SHARE;
    END IF;
    IF frozen IS NOT NULL THEN
        RAISE EXCEPTION 'a published form is frozen: make a new version'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""
STAYS_PUBLISHED = """
    IF OLD.published_at IS NOT NULL AND (TG_OP = 'DELETE'
            OR NEW.published_at IS DISTINCT FROM OLD.published_at
            OR NEW.number <> OLD.number OR NEW.call_id <> OLD.call_id) THEN
        RAISE EXCEPTION 'a published form is frozen: make a new version'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""
EDITS = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def frozen_with_its_form() -> list[pgtrigger.Trigger]:
    """Postgres refuses to add, change or remove a part of a form that is published, whoever asks."""
    return [
        pgtrigger.Trigger(
            name="frozen_with_its_form",
            when=pgtrigger.Before,
            operation=EDITS,
            declare=[("frozen", "timestamptz")],
            func=FROZEN,
        )
    ]


class Form(Row):
    """One version of a call's form. Questions keep their ``key`` from version to version."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="forms")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    change_note = models.TextField(
        _("what changed"), blank=True, help_text=_("Told to those who have a draft.")
    )

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["call"], condition=Q(published_at__isnull=True), name="one_draft_form_per_call"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stays_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=STAYS_PUBLISHED,
            )
        ]
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return f"{self.call}, v{self.number}"

    @property
    def is_frozen(self) -> bool:
        return self.published_at is not None


class Section(Row):
    """A step of the form."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="sections")
    key = models.SlugField(_("key"), max_length=50)
    title = models.CharField(_("title"), max_length=140)
    help = models.TextField(_("help"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["form", "key"], name="section_key_once")]
        triggers = frozen_with_its_form()
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return self.title


class Question(Row):
    """A question. ``settings`` hold what only its kind needs; see ``calls.questions`` for each kind's.

    ``shown_if`` is empty or ``{"question": key, "in": [values]}``: the question shows, and counts as
    required, only while that other answer is one of the values.
    """

    section = models.ForeignKey(Section, models.CASCADE, related_name="questions")
    form = models.ForeignKey(Form, models.CASCADE, related_name="questions", editable=False)
    key = models.SlugField(_("key"), max_length=50)
    kind = models.CharField(_("kind"), max_length=16, choices=QuestionKind)
    label = models.CharField(_("question"), max_length=300)
    help = models.TextField(_("help"), blank=True)
    required = models.BooleanField(_("required"), default=True)
    options = models.TextField(
        _("options"), blank=True, help_text=_("One a line: value | words. Same values in each language.")
    )
    max_words = models.PositiveSmallIntegerField(_("most words"), null=True, blank=True)
    minimum = models.DecimalField(_("smallest value"), max_digits=14, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("largest value"), max_digits=14, decimal_places=2, null=True, blank=True)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    shown_if = models.JSONField(_("shown if"), default=dict, blank=True)
    is_blind = models.BooleanField(_("hidden from the jury"), default=False)
    is_public = models.BooleanField(_("public if awarded"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["form", "key"], name="question_key_once")]
        triggers = frozen_with_its_form()
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return self.label

    def save(self, *args, **kwargs):
        self.form_id = self.section.form_id  # copied so that a key is unique in its form
        super().save(*args, **kwargs)


class DocumentRequest(Row):
    """A document the applicant must or may attach."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="documents")
    key = models.SlugField(_("key"), max_length=50)
    label = models.CharField(_("document"), max_length=200)
    help = models.TextField(_("help"), blank=True)
    required = models.BooleanField(_("required"), default=True)
    max_files = models.PositiveSmallIntegerField(_("most files"), default=3)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("document asked for")
        verbose_name_plural = _("documents asked for")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["form", "key"], name="document_key_once")]
        triggers = frozen_with_its_form()
        rules_permissions = EDITABLE

    def __str__(self) -> str:
        return self.label
