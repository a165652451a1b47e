"""Forms of the moves of an application: what each needs to know."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.enums import Role
from accounts.models import User
from grants.enums import LegalBasis


def long(label, help_text="", *, required=True, rows=3):
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
    )


class NothingForm(forms.Form):
    """A move that needs only its button."""

    def facts(self) -> dict:
        return {}


class ProposeForm(forms.Form):
    amount = forms.DecimalField(
        label=_("Amount (€)"), decimal_places=2, max_digits=12, widget=UnfoldAdminDecimalFieldWidget()
    )
    reasons = long(_("Why this project"), _("Published with the award, so write it for everybody."))
    legal_basis = forms.ChoiceField(
        label=_("Legal basis"), choices=LegalBasis.choices, widget=UnfoldAdminSelectWidget()
    )

    def facts(self) -> dict:
        return self.cleaned_data


class ReasonForm(forms.Form):
    reason = long(_("Why"))

    def facts(self) -> dict:
        return {"reason": self.cleaned_data["reason"]}


class ReasonsForm(forms.Form):
    """One box a rule, filled in where the rule said no, and one for anything else. One must be used."""

    def __init__(self, *args, rules=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.codes = {}
        for number, result in enumerate(rules):
            name = f"rule_{number}"
            self.codes[name] = result.get("code", "")
            self.fields[name] = long(result.get("title") or result.get("code"), required=False, rows=2)
            if result.get("verdict") == "no":
                self.fields[name].initial = result.get("sentence", "")
        self.fields["other"] = long(
            _("Another reason") if rules else _("Reasons"),
            _("The applicant reads exactly these words."),
            required=False,
        )

    def clean(self):
        data = super().clean()
        if not any((words or "").strip() for words in data.values()):
            raise forms.ValidationError(
                _("Give at least one reason: the applicant must be able to understand the decision.")
            )
        return data

    def facts(self) -> dict:
        reasons = [
            {"code": self.codes.get(name, ""), "sentence": words}
            for name, words in self.cleaned_data.items()
            if words.strip()
        ]
        return {"reasons": reasons}


class AssignForm(forms.Form):
    officer = forms.ModelChoiceField(
        label=_("Officer"), queryset=User.objects.none(), required=False, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers()

    def facts(self) -> dict:
        return {"officer": self.cleaned_data["officer"]}


def officers():
    """Those who may handle an application."""
    return (
        User.objects.filter(is_active=True, groups__name__in=[Role.OFFICER, Role.MANAGER])
        .distinct()
        .order_by("name", "email")
    )
