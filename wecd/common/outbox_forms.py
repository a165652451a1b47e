"""What the acts on a message ask: words, a reason, a moment."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from wecd.common.mails import SUBJECT_LENGTH
from wecd.common.models import OutboxMessage

LONGEST = 20_000


class NothingForm(forms.Form):
    """An act that needs only its button."""

    def facts(self) -> dict:
        return {}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def facts(self) -> dict:
        return {"reason": self.cleaned_data["reason"]}


class LaterForm(forms.Form):
    at = forms.DateTimeField(
        label=_("Not before"),
        help_text=_("Leave it empty to let it leave now. The time is that of Brussels."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def facts(self) -> dict:
        return {"at": self.cleaned_data["at"]}


class WordsForm(forms.ModelForm):
    """The words of one message."""

    body = forms.CharField(
        label=_("Text"), max_length=LONGEST, widget=UnfoldAdminTextareaWidget(attrs={"rows": 16})
    )

    class Meta:
        model = OutboxMessage
        fields = ("subject",)
        widgets = {"subject": UnfoldAdminTextInputWidget}

    field_order = ("subject", "body")

    def facts(self) -> dict:
        return {"subject": self.cleaned_data["subject"], "body": self.cleaned_data["body"]}

    def _post_clean(self):
        """The row is changed by the domain alone, not by this form."""


class TemplateForm(forms.Form):
    """The words of one mail in one language; ``seen`` is the version they were begun from."""

    subject = forms.CharField(
        label=_("Subject"),
        max_length=SUBJECT_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 22, "spellcheck": "true"}),
    )
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)
