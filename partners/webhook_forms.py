"""Forms of a partner's webhooks. They check and clean; the domain writes."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners import http
from partners.domain import event_types
from partners.domain.event_types import EVERYTHING, KINDS
from partners.enums import DeliveryStatus

PERIODS = (
    ("1", _("the last hour")),
    ("24", _("the last 24 hours")),
    ("72", _("the last 3 days")),
    ("720", _("the last 30 days")),
)


class EndpointForm(forms.Form):
    """Where to send, and what about."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Where your system listens. It begins with https:// and is on the public internet."),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
    )
    description = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("So that you know it again: the system behind the address."),
    )
    everything = forms.BooleanField(
        label=_("Every event, also those that later versions of the API add"), required=False
    )
    events = forms.MultipleChoiceField(label=pgettext_lazy("webhook", "Events"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(name, name) for name in sorted(event_types.known() - {EVERYTHING})]

    @classmethod
    def initial_of(cls, endpoint) -> dict:
        return {
            "url": endpoint.url,
            "description": endpoint.description,
            "everything": EVERYTHING in endpoint.events,
            "events": sorted(event_types.spelled_out(endpoint.events)),
        }

    def groups(self) -> list[dict]:
        """The tick boxes, by resource, as they stand."""
        chosen = set(self["events"].value() or [])
        return [
            {
                "words": group.words,
                "is_open": group.is_open,
                "ticks": [
                    {
                        "name": f"{group.singular}.{kind}",
                        "words": event_types.kind_words(kind),
                        "checked": f"{group.singular}.{kind}" in chosen,
                    }
                    for kind in KINDS
                ],
            }
            for group in event_types.groups().values()
        ]

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        if wrong := http.wrong_with(url):
            raise ValidationError(wrong)
        return url

    def clean(self):
        data = super().clean()
        if not data.get("everything") and not data.get("events") and "events" not in self.errors:
            self.add_error("events", _("Choose at least one event."))
        return data

    def chosen(self) -> list[str]:
        """What to ask for, once the form is valid."""
        return [EVERYTHING] if self.cleaned_data["everything"] else self.cleaned_data["events"]


class LogForm(forms.Form):
    """Which deliveries of an endpoint to show; what cannot be is left out."""

    status = forms.ChoiceField(
        label=_("State"), choices=[("", _("all")), *DeliveryStatus.choices], required=False
    )
    type = forms.ChoiceField(label=pgettext_lazy("webhook", "Event"), required=False)

    def __init__(self, *args, types: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [("", _("all")), *((name, name) for name in types)]

    def wanted(self) -> dict[str, str]:
        """The filters that hold, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ReplayForm(forms.Form):
    """Since when what was given up is sent again."""

    period = forms.ChoiceField(label=_("Given up in"), choices=PERIODS, initial="72")

    def since(self):
        return timezone.now() - timedelta(hours=int(self.cleaned_data["period"]))
