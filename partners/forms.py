"""Forms of a partner's keys. They check and clean; the domain writes."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.domain import keys, networks
from partners.enums import Scope
from partners.models import Partner
from wecd.common.workflow import Refused

OVERLAPS = (
    (0, _("At once")),
    (1, _("After one day")),
    (7, _("After 7 days")),
    (14, _("After 14 days")),
    (30, _("After 30 days")),
)


def end_of(day: date) -> datetime:
    """The last second of this day, in the portal's time zone."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class NetworksField(forms.CharField):
    """Networks, one a line (commas and spaces too); cleaned to a list of CIDR texts."""

    widget = forms.Textarea(
        attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
    )

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=2000, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        try:
            return networks.clean_networks(text.replace(",", " ").replace(";", " ").split())
        except Refused as refused:
            raise ValidationError(str(refused)) from None

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value


class NetworksForm(forms.Form):
    """A key's name, and where its requests may come from."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("So that you know it again: the system that uses it.")
    )
    networks = NetworksField(
        label=_("Networks"),
        help_text=_(
            "From elsewhere it opens nothing. One a line: 192.0.2.7 or 192.0.2.0/24. Empty: from anywhere."
        ),
    )
    from_here = forms.BooleanField(required=False)

    def __init__(self, *args, address: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.address = address
        if address:
            self.fields["from_here"].label = _("Add the address I come from: %(address)s") % {
                "address": address
            }
        else:
            del self.fields["from_here"]

    def clean(self):
        data = super().clean() or {}
        if data.get("from_here") and "networks" in data:
            data["networks"] = networks.clean_networks([*data["networks"], self.address])
        return data


class ExpiryField(forms.DateField):
    """The last day of a key: from tomorrow, two years ahead at most."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        super().__init__(label=_("Last day"), initial=lambda: timezone.localdate() + keys.A_YEAR, **kwargs)

    def validate(self, value):
        super().validate(value)
        today = timezone.localdate()
        if value and not today < value <= today + keys.LONGEST:
            raise ValidationError(_("Choose a day from tomorrow on, two years ahead at most."))


class KeyForm(NetworksForm):
    """A new key. Personal data can be chosen only while a processing agreement is in force."""

    scopes = forms.MultipleChoiceField(
        label=_("What it may read"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Open data needs no permission. A key sees the rows of your actions only."),
    )
    how = forms.ChoiceField(
        label=_("How your system signs in"),
        choices=(
            ("key", _("With a key, sent with each request: the simplest")),
            ("oauth", _("With OAuth 2 client credentials: it asks for a token first, valid for an hour")),
        ),
        initial="key",
        widget=forms.RadioSelect,
    )
    expires_on = ExpiryField(help_text=_("We write to you 14 and 3 days before."))
    field_order = ["name", "scopes", "how", "networks", "from_here", "expires_on"]

    def __init__(self, *args, partner: Partner, **kwargs):
        super().__init__(*args, **kwargs)
        self.may_see_personal = partner.agreements.in_force().exists()
        self.fields["scopes"].choices = [
            choice for choice in Scope.choices if choice[0] != Scope.PERSONAL_READ or self.may_see_personal
        ]


class RotateForm(forms.Form):
    """When the key that is replaced ends, and when the new one does.

    An OAuth client can also be replaced at once, without a second one: it then keeps its ID.
    """

    overlap = forms.TypedChoiceField(
        label=_("The old key ends"),
        coerce=int,
        choices=OVERLAPS,
        initial=7,
        widget=forms.RadioSelect,
        help_text=_("Until then both work: change your systems one after the other."),
    )
    expires_on = ExpiryField(help_text=_("Of the new key. We write to you 14 and 3 days before."))

    def __init__(self, *args, of_client: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if of_client:
            overlap = self.fields["overlap"]
            overlap.required, overlap.label = False, _("The old secret ends")
            overlap.help_text = _(
                "Until then both work: the new secret comes with a client ID of its own. At once: the client"
                " keeps its ID."
            )

    def clean_overlap(self) -> int:
        return self.cleaned_data["overlap"] or 0

    @property
    def facts(self) -> dict:
        """What the domain asks for."""
        return {
            "overlap": timedelta(days=self.cleaned_data["overlap"]),
            "expires_at": end_of(self.cleaned_data["expires_on"]),
        }
