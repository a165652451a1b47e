"""Forms shared by pages and admin. They check and clean; the domain writes."""

import re
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.domain import enterprises
from accounts.enums import LegalForm, MemberRole, NaceRevision
from accounts.models import Enterprise, User
from wecd.common import euros, identifiers, places
from wecd.common.templatetags.portal import errors_of
from wecd.common.workflow import Refused


class EnterpriseNumberField(forms.CharField):
    """An enterprise number typed with or without BE, dots and spaces; cleaned to ten digits."""

    default_validators = [identifiers.validate_enterprise_number]

    def __init__(self, **kwargs):
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value):
        return identifiers.clean_enterprise_number(super().to_python(value))

    def prepare_value(self, value):
        return identifiers.format_enterprise_number(value or "")


class IbanField(forms.CharField):
    """A bank account number, cleaned of spaces and checked."""

    default_validators = [identifiers.validate_iban]

    def __init__(self, **kwargs):
        super().__init__(max_length=50, **kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def to_python(self, value):
        return identifiers.clean_iban(super().to_python(value))


class MoneyField(forms.Field):
    """A sum in euros as people write it: 1 250 000,50 or 1.250.000 or 1,250,000.50; cleaned to Decimal."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "maxlength": 25}

    def to_python(self, value):
        return euros.parse(value)

    def prepare_value(self, value):
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class EnterpriseForm(forms.ModelForm):
    """The facts of an enterprise. The bank account on file is never put back into the page."""

    number = EnterpriseNumberField(
        label=_("Enterprise number"),
        help_text=_("Ten digits, as in the Crossroads Bank for Enterprises: 0403.019.261."),
    )
    turnover = MoneyField(label=_("Turnover"), required=False, help_text=_("Last closed year, whole group."))
    balance_sheet = MoneyField(
        label=_("Balance sheet total"), required=False, help_text=_("Last closed year, whole group.")
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    iban = IbanField(
        label=_("Bank account (IBAN)"),
        required=False,
        help_text=_("Only needed once you receive money. Kept encrypted, shown masked."),
    )

    class Meta:
        model = Enterprise
        fields = enterprises.FIELDS
        labels = {
            "name": _("Name"),
            "has_vat": _("The enterprise is liable to VAT"),
            "legal_form": _("Legal form"),
            "founded_on": _("Founded on"),
            "headcount": _("Headcount"),
            "phone": _("Telephone"),
        }
        help_texts = {"headcount": _("Full-time equivalents, last closed year, whole group.")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "founded_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }

    def __init__(self, *args, may_change_number: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if "legal_form" in self.fields:  # the admin shows those who only read no fields
            self.fields["legal_form"].choices = [("", _("Choose…")), *LegalForm.choices]
        if self.instance.iban and "iban" in self.fields:
            self.initial["iban"] = ""
            self.fields["iban"].help_text = _(
                "On file: %(iban)s. Leave this empty to keep it; write another to replace it."
            ) % {"iban": self.instance.iban_masked}
        if self._is_there and not may_change_number:
            self.fields["number"].disabled = True
            self.fields["number"].help_text = _("If it is wrong, write to the programme team.")

    @property
    def _is_there(self) -> bool:
        return not self.instance._state.adding

    def validate_unique(self):
        """Left to the domain, which offers to join the enterprise that has the number."""

    def facts(self) -> dict:
        """What to hand to the domain; an empty bank account keeps the one on file."""
        values = {name: self.cleaned_data[name] for name in enterprises.FIELDS}
        if not values["iban"] and self._is_there:
            del values["iban"]
        return values


class SiteForm(forms.Form):
    """One address. The municipality is suggested by the postal code, and checked against it."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    street = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=10,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "data-postal-code": True}
        ),
    )
    municipality = forms.CharField(
        label=_("Municipality"),
        max_length=100,
        required=False,
        help_text=_("Found from the postal code: you may leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-municipality": True}),
    )

    use_required_attribute = False

    def clean_postal_code(self):
        code = places.clean_postal_code(self.cleaned_data["postal_code"])
        if not re.fullmatch(r"[1-9]\d{3}", code, flags=re.ASCII):
            raise ValidationError(_("A Belgian postal code has four digits, such as 5000."))
        return code

    def clean(self):
        data = super().clean()
        if data.get("postal_code") and not data.get("DELETE"):
            try:
                name, _refnis = enterprises.municipality_of(data["postal_code"], data.get("municipality", ""))
            except Refused as error:
                self.add_error("municipality", str(error))
            else:
                data["municipality"] = name
        return data

    def facts(self, *, is_registered_office: bool) -> dict:
        data = self.cleaned_data
        values = {key: data[key] for key in ("street", "postal_code", "municipality")}
        return values | {"is_registered_office": is_registered_office, "id": data.get("id")}


class OperatingSiteForm(SiteForm):
    establishment_number = forms.CharField(
        label=_("Establishment unit number"),
        max_length=14,
        required=False,
        help_text=_("Ten digits, if you know it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_establishment_number(self):
        number = re.sub(r"[\s.]", "", self.cleaned_data["establishment_number"])
        if number and not re.fullmatch(r"[2-8]\d{9}", number, flags=re.ASCII):
            raise ValidationError(_("An establishment unit number has ten digits: 2.123.456.789."))
        return number

    def facts(self, *, is_registered_office: bool = False) -> dict:
        return super().facts(is_registered_office=is_registered_office) | {
            "establishment_number": self.cleaned_data["establishment_number"]
        }


class ActivityForm(forms.Form):
    code = forms.CharField(
        label=_("NACE code"),
        max_length=10,
        validators=[identifiers.validate_nace_code],
        help_text=_("Two to five digits: 74.120 is graphic design."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    revision = forms.ChoiceField(label=_("Revision"), choices=NaceRevision, initial=NaceRevision.REV21)

    use_required_attribute = False

    def facts(self) -> dict:
        return {
            "code": identifiers.clean_nace_code(self.cleaned_data["code"]),
            "revision": self.cleaned_data["revision"],
        }


OperatingSites = forms.formset_factory(OperatingSiteForm, extra=0, can_delete=True, max_num=30)
Activities = forms.formset_factory(ActivityForm, extra=1, can_delete=True, max_num=20)


class EnterpriseForms:
    """The whole page: facts, registered office, other sites, activities. Valid or not as one."""

    def __init__(self, data=None, *, enterprise: Enterprise | None = None, may_change_number: bool = True):
        office, sites, activities = _as_initial(enterprise)
        self.main = EnterpriseForm(data, instance=enterprise, may_change_number=may_change_number)
        self.office = SiteForm(data, initial=office, prefix="office")
        self.sites = OperatingSites(data, initial=sites, prefix="sites")
        self.activities = Activities(data, initial=activities, prefix="activities")

    @property
    def parts(self):
        return [self.main, self.office, *self.sites.forms, *self.activities.forms]

    def is_valid(self) -> bool:
        return all(
            [self.main.is_valid(), self.office.is_valid(), self.sites.is_valid(), self.activities.is_valid()]
        )

    def facts(self) -> dict:
        """What to hand to ``enterprises.create`` or ``update``."""
        kept = [form for form in self.sites.forms if _is_filled(form)]
        codes = [form for form in self.activities.forms if _is_filled(form)]
        sites = [form.facts() for form in kept]
        return self.main.facts() | {
            "sites": [self.office.facts(is_registered_office=True), *sites],
            "activities": [form.facts() for form in codes],
        }

    def errors(self) -> list[dict]:
        """Every error as a link to its field, in the words of the field."""
        return [error for form in self.parts for error in errors_of((), form)]

    @staticmethod
    def with_one_more(data, prefix: str):
        """The data posted, with room for one more row of ``prefix``; nothing typed is lost."""
        data = data.copy()
        total = data.get(f"{prefix}-TOTAL_FORMS", "0")
        data[f"{prefix}-TOTAL_FORMS"] = str(int(total) + 1 if total.isdecimal() and len(total) < 5 else 1)
        return data


def _is_filled(form) -> bool:
    """Whether a row of a formset is to be kept: there before or typed now, and not ticked for removal."""
    return not form.cleaned_data.get("DELETE") and (form.has_changed() or bool(form.initial))


def _as_initial(enterprise: Enterprise | None) -> tuple[dict, list[dict], list[dict]]:
    if enterprise is None:
        return {}, [], []
    keys = ("id", "street", "postal_code", "municipality", "establishment_number")
    rows = [
        ({key: getattr(site, key) for key in keys}, site.is_registered_office)
        for site in enterprise.sites.all()
    ]
    office = next((row for row, is_office in rows if is_office), {})
    activities = [{"code": row.code, "revision": row.revision} for row in enterprise.activities.all()]
    return office, [row for row, is_office in rows if not is_office], activities


class JoinForm(forms.Form):
    """Ask to join an enterprise somebody else registered."""

    number = EnterpriseNumberField(label=_("Enterprise number"))
    message = forms.CharField(
        label=_("A word to the owners"),
        required=False,
        max_length=500,
        help_text=_("So that they know who you are."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_number(self):
        self.enterprise = Enterprise.objects.filter(number=self.cleaned_data["number"]).first()
        if self.enterprise is None:
            raise ValidationError(_("No enterprise with this number is registered yet. You can register it."))
        return self.cleaned_data["number"]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=MemberRole, initial=MemberRole.EDITOR, widget=forms.RadioSelect
    )


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "language", "phone")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        labels = {"name": _("Name"), "language": _("Language"), "phone": _("Telephone")}
        help_texts = {"language": _("Of the pages and of the messages we send you.")}

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class SignupForm(forms.Form):
    """What signing up asks besides the address and a password (see ``ACCOUNT_SIGNUP_FORM_CLASS``)."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["email", "name", "password1"]

    def signup(self, request, user):
        """Keep the name, and the language the person signed up in for the messages we send."""
        user.name = self.cleaned_data["name"]
        user.language = (get_language() or settings.LANGUAGE_CODE)[:2]
        user.save(update_fields=["name", "language"])
