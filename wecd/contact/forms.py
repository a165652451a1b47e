"""The forms anybody can fill in."""

from django import forms
from django.utils.translation import gettext_lazy

from wecd.common.spam import HumanForm
from wecd.contact.models import Enquiry

LONGEST = 5000
NAME = forms.CharField(
    label=gettext_lazy("Your name"),
    required=False,
    max_length=100,
    widget=forms.TextInput(attrs={"autocomplete": "name"}),
)


class ContactForm(HumanForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[
            (Enquiry.Kind.QUESTION, gettext_lazy("The programme, a call, a hub")),
            (Enquiry.Kind.BARRIER, gettext_lazy("A page I cannot use")),
            (Enquiry.Kind.PRIVACY, gettext_lazy("My personal data")),
        ],
        initial=Enquiry.Kind.QUESTION,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": gettext_lazy("Write what you want to tell us.")},
    )
    name = NAME
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("We answer there, and use it for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["kind", "text", "name", "email"]


class BarrierForm(HumanForm):
    """An address is not asked for: a barrier is worth knowing about whoever met it."""

    page = forms.CharField(
        label=gettext_lazy("On which page?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Its address or its title. Leave it empty if you met it everywhere."),
    )
    text = forms.CharField(
        label=gettext_lazy("What could you not do?"),
        max_length=LONGEST,
        help_text=gettext_lazy(
            "Tell us what you use too, if you like: a screen reader, a keyboard, large text."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write what you could not do.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        help_text=gettext_lazy("If you want an answer, or the content in another form."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["page", "text", "email"]


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your answer"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it needs no answer"),
        help_text=gettext_lazy("For your colleagues; nobody outside reads it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
