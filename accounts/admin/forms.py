"""Forms of the back office, over those of the pages."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.domain import enterprises
from accounts.forms import EnterpriseForm
from accounts.models import Enterprise, EnterpriseActivity, Site
from wecd.common import identifiers
from wecd.common.workflow import Refused


class EnterpriseAdminForm(EnterpriseForm):
    """The pages' form in the admin's clothes; here a taken number is an error, not an invitation to join."""

    class Meta(EnterpriseForm.Meta):
        widgets = {"founded_on": UnfoldAdminSingleDateWidget}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("name", "number", "turnover", "balance_sheet", "iban", "phone", "website"):
            if name in self.fields:  # those who only read have no fields
                widget = UnfoldAdminTextInputWidget(attrs=self.fields[name].widget.attrs)
                self.fields[name].widget = widget
        if "legal_form" in self.fields:
            choices = self.fields["legal_form"].choices
            self.fields["legal_form"].widget = UnfoldAdminSelectWidget()
            self.fields["legal_form"].choices = choices

    def clean_number(self):
        number = self.cleaned_data["number"]
        if Enterprise.objects.filter(number=number).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another enterprise has this number."))
        return number


class SiteAdminForm(forms.ModelForm):
    class Meta:
        model = Site
        fields = enterprises.SITE_FIELDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["municipality"].required = False

    def clean(self):
        data = super().clean()
        if data.get("postal_code"):
            try:
                data["municipality"], _refnis = enterprises.municipality_of(
                    data["postal_code"], data.get("municipality", ""), data.get("country", "BE")
                )
            except Refused as error:
                self.add_error("municipality", str(error))
        return data


class SiteFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        offices = [row for row in kept if row.get("is_registered_office") and not row.get("DELETE")]
        if not any(self.errors) and len(offices) != 1:
            raise ValidationError(_("Give the registered office: one address, and only one."))

    def validate_unique(self):
        """One office an enterprise: ``clean`` says it in words, and the domain frees the old one first."""


class ActivityAdminForm(forms.ModelForm):
    class Meta:
        model = EnterpriseActivity
        fields = ("revision", "code", "is_main")

    def clean_code(self):
        return identifiers.clean_nace_code(self.cleaned_data["code"])


class ControlGroupForm(forms.Form):
    """Which group an enterprise counts in, and why."""

    with_enterprise = forms.CharField(
        label=_("Number of an enterprise of the same group"),
        help_text=_("Both then count as one undertaking, with all their past aid."),
        widget=UnfoldAdminTextInputWidget,
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Who controls whom, since when, and how you know."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def clean_with_enterprise(self):
        number = identifiers.clean_enterprise_number(self.cleaned_data["with_enterprise"])
        found = Enterprise.objects.filter(number=number).select_related("undertaking").first()
        if found is None:
            raise ValidationError(_("No enterprise with this number is registered."))
        return found


class ReasonForm(forms.Form):
    reason = ControlGroupForm.base_fields["reason"]


def nothing_saved(formset) -> None:
    """Tell the admin that a list was saved elsewhere, or only read: its log of changes asks."""
    formset.new_objects = formset.changed_objects = formset.deleted_objects = []
