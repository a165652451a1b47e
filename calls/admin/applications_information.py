"""The form by which an officer asks an applicant to complete an application."""

from datetime import datetime, time, timedelta

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from calls.domain.dossiers import Dossier
from calls.models import Application
from wecd.common import clocks, formatting

DAYS = 10
HOUR = time(23, 59)
CONTROL = {"class": UnfoldAdminTextInputWidget().attrs.get("class", "")}


class PartsWidget(forms.CheckboxSelectMultiple):
    """Tick boxes under the headings of the form's sections."""

    input_type = ""  # drawn by its own template: not a lone tick box
    use_fieldset = True

    def render(self, name, value, attrs=None, renderer=None):
        chosen = {str(key) for key in value or ()}
        groups = [
            (heading, [(key, label, key in chosen) for key, label in parts])
            for heading, parts in self.choices
        ]
        found = render_to_string("admin/applications/_parts.html", {"name": name, "groups": groups})
        return mark_safe(found)  # noqa: S308  (a template, which escapes)

    def id_for_label(self, id_, index=None):
        return ""


class InformationForm(forms.Form):
    """What to open, what is missing, and until when."""

    message = forms.CharField(
        label=gettext_lazy("What is missing"),
        help_text=gettext_lazy("The applicant reads exactly these words. Say what to change and why."),
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )
    keys = forms.MultipleChoiceField(
        label=gettext_lazy("What can be changed"),
        help_text=gettext_lazy("Only these; all the rest stays as it was submitted."),
        widget=PartsWidget(),
        error_messages={"required": gettext_lazy("Choose at least one question or document to open.")},
    )
    due_on = forms.DateField(
        label=gettext_lazy("Answer by"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs=CONTROL | {"type": "date"}),
    )
    due_time = forms.TimeField(
        label=gettext_lazy("Hour, in Brussels"),
        widget=forms.TimeInput(format="%H:%M", attrs=CONTROL | {"type": "time"}),
    )

    def __init__(self, *args, application: Application, **kwargs):
        super().__init__(*args, **kwargs)
        proposed = proposal()
        self.fields["keys"].choices = choices(application)
        self.fields["due_on"].initial, self.fields["due_time"].initial = proposed.date(), proposed.time()
        self.fields["due_on"].help_text = _("Proposed: %(deadline)s.") % {
            "deadline": formatting.deadline(proposed)
        }

    def clean(self):
        data = super().clean()
        if data.get("due_on") and data.get("due_time"):
            due = datetime.combine(data["due_on"], data["due_time"], tzinfo=formatting.ZONE)
            if due <= timezone.now():
                self.add_error("due_on", _("This deadline is past: choose a later instant."))
            data["due_at"] = due
        return data

    def facts(self) -> dict:
        """What ``information.request`` takes."""
        return {name: self.cleaned_data[name] for name in ("keys", "message", "due_at")}


def proposal(now: datetime | None = None) -> datetime:
    """Ten days from now, on a working day, at the end of it."""
    day = clocks.add_working_days(clocks.today(now) + timedelta(days=DAYS), 0)
    return datetime.combine(day, HOUR, tzinfo=formatting.ZONE)


def choices(application: Application) -> list:
    """The questions that show, under their sections, then the documents."""
    dossier = Dossier(application)
    shown = {question.key for question in dossier.shown}
    groups = []
    for step in dossier.steps:
        parts = [(question.key, question.label) for question in step.questions if question.key in shown]
        parts += [(document.key, document.label) for document in step.documents]
        if parts:
            groups.append((step.title, parts))
    return groups
