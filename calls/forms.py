"""Forms of the back office: what a call, its rules and its questions are made of."""

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.enums import LegalForm, NaceRevision, SizeClass
from calls.eligibility import RULES
from calls.enums import QuestionKind
from calls.models import CallRule
from wecd.common import formatting

K = QuestionKind
LANGUAGES = [code for code, _name in settings.LANGUAGES]
LANGUAGE_WORDS = {
    "fr": gettext_lazy("French"),
    "de": gettext_lazy("German"),
    "nl": gettext_lazy("Dutch"),
    "en": gettext_lazy("English"),
}


def short(label="", help_text="", **kwargs):
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminTextInputWidget(), **kwargs
    )


def long(label="", help_text="", rows=3, **kwargs):
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget, **kwargs)


def whole(label="", help_text="", **kwargs):
    widget = UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(label=label, help_text=help_text, required=False, widget=widget, **kwargs)


def tick(label="", help_text="", **kwargs):
    return forms.BooleanField(
        label=label, help_text=help_text, required=False, widget=UnfoldBooleanWidget(), **kwargs
    )


def select(label, choices, help_text=""):
    return forms.ChoiceField(
        label=label, choices=choices, help_text=help_text, required=False, widget=UnfoldAdminSelectWidget()
    )


# --- Moves ----------------------------------------------------------------------------------------
class InstantField(forms.Field):
    """A day and an hour on the clock of Brussels, as one aware instant."""

    widget = forms.DateTimeInput

    def __init__(self, **kwargs):
        super().__init__(
            widget=forms.DateTimeInput(
                attrs=UnfoldAdminTextInputWidget().attrs | {"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
            **kwargs,
        )

    def prepare_value(self, value):
        return formatting.local(value) if hasattr(value, "tzinfo") else value

    def to_python(self, value):
        naive = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], required=False)
        parsed = naive.to_python(value)
        if parsed is not None and timezone.is_naive(parsed):
            parsed = timezone.make_aware(parsed, formatting.ZONE)
        return parsed


class ExtendForm(forms.Form):
    closes_at = InstantField(
        label=gettext_lazy("New deadline"), help_text=gettext_lazy("Day and hour on the clock of Brussels.")
    )
    reason_fr = long(gettext_lazy("Reason, in French"), gettext_lazy("Published with the new deadline."))
    reason_de = long(gettext_lazy("Reason, in German"))
    reason_nl = long(gettext_lazy("Reason, in Dutch"))
    reason_en = long(gettext_lazy("Reason, in English"))

    def reasons(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"reason_{code}"] for code in LANGUAGES}


class CancelForm(forms.Form):
    reason_fr = long(
        gettext_lazy("Why is the call cancelled? In French"),
        gettext_lazy("Public, and sent to everyone who began an application."),
    )
    reason_de = long(gettext_lazy("Reason, in German"))
    reason_nl = long(gettext_lazy("Reason, in Dutch"))
    reason_en = long(gettext_lazy("Reason, in English"))

    def reasons(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"reason_{code}"] for code in LANGUAGES}


class CopyForm(forms.Form):
    slug = forms.SlugField(label=gettext_lazy("Address"), max_length=80, widget=UnfoldAdminTextInputWidget())
    code = forms.CharField(
        label=gettext_lazy("Reference prefix"),
        max_length=12,
        help_text=gettext_lazy("References read CC-2026-0001."),
        widget=UnfoldAdminTextInputWidget(),
    )


class PublishVersionForm(forms.Form):
    note = long(
        gettext_lazy("What changes, in a sentence"),
        gettext_lazy("Told to everyone who has a draft. Write it in French."),
    )


# --- Eligibility rules ----------------------------------------------------------------------------
WHICH = [
    ("either", gettext_lazy("The registered office or an operating site")),
    ("seat", gettext_lazy("The registered office")),
    ("site", gettext_lazy("An operating site")),
    ("both", gettext_lazy("The registered office and an operating site")),
]
# Which of the form's fields each rule uses; the page shows those alone.
RULE_FIELDS = {
    "wallonia_seat_or_site": ("which",),
    "legal_form": ("legal_forms",),
    "size_class": ("sizes",),
    "nace": ("nace_2025", "nace_2008", "strict"),
    "age_of_enterprise": ("min_months", "max_months"),
    "de_minimis_room": ("answer_key",),
    "one_application": (),
    "staff_yes_no": (
        *(f"question_{code}" for code in LANGUAGES),
        *(f"help_{code}" for code in LANGUAGES),
        "right",
        *(f"remedy_{code}" for code in LANGUAGES),
        "blocking",
        "may_not_know",
        "answer_key",
    ),
}


def rule_choices():
    return [("", _("Choose a rule")), *((code, rule.title) for code, rule in RULES.items())]


class RuleForm(forms.ModelForm):
    """A rule chosen from the registered ones, its parameters as ordinary fields instead of JSON."""

    code = forms.ChoiceField(
        label=gettext_lazy("Rule"),
        choices=rule_choices,
        widget=UnfoldAdminSelectWidget(attrs={"data-rule-code": "1"}),
    )
    which = select(gettext_lazy("What must be in Wallonia"), WHICH)
    legal_forms = forms.MultipleChoiceField(
        label=gettext_lazy("Legal forms that may apply"),
        choices=LegalForm.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    sizes = forms.MultipleChoiceField(
        label=gettext_lazy("Sizes that may apply"),
        choices=SizeClass.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    nace_2025 = long(
        gettext_lazy("NACE-BEL 2025 codes"), gettext_lazy("Separated by commas: 59, 74.1, 90."), rows=2
    )
    nace_2008 = long(
        gettext_lazy("NACE-BEL 2008 codes"),
        gettext_lazy("For enterprises registered under the older list."),
        rows=2,
    )
    strict = tick(gettext_lazy("Refuse other codes instead of asking a person to look"))
    min_months = whole(gettext_lazy("Smallest age (months)"), min_value=0)
    max_months = whole(gettext_lazy("Largest age (months)"), min_value=0)
    right = select(gettext_lazy("Right answer"), [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))])
    remedy_fr = short(gettext_lazy("What to do otherwise, in French"))
    remedy_de = short(gettext_lazy("What to do otherwise, in German"))
    remedy_nl = short(gettext_lazy("What to do otherwise, in Dutch"))
    remedy_en = short(gettext_lazy("What to do otherwise, in English"))
    blocking = tick(gettext_lazy("The other answer excludes"), initial=True)
    may_not_know = tick(gettext_lazy("Offer “I do not know”"))
    answer_key = short(
        gettext_lazy("Question of the form that answers it"),
        gettext_lazy("Its key, shown in the form builder. Empty: none."),
    )

    class Meta:
        model = CallRule
        fields = ["code", "position", *(f"{f}_{c}" for f in ("question", "help") for c in LANGUAGES)]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, value in _from_params(self.instance).items():
            self.initial.setdefault(name, value)
        for name in self.fields:
            rules = [code for code, names in RULE_FIELDS.items() if name in names]
            if rules:
                self.fields[name].widget.attrs["data-for-rules"] = " ".join(rules)

    def clean(self):
        data = super().clean()
        code = data.get("code")
        if code not in RULES or self.errors:
            return data
        params = _to_params(code, data, self.instance.params or {})
        for sentence in RULES[code].validate_params(params):
            self.add_error(RULE_FIELDS[code][0] if RULE_FIELDS.get(code) else "code", sentence)
        if code == "staff_yes_no" and not data.get("question_fr"):
            self.add_error("question_fr", _("Write the question in French."))
        self.instance.params = params
        return data


def _from_params(rule: CallRule) -> dict:
    params = rule.params if isinstance(rule.params, dict) else {}
    values = {
        name: params[name] for name in ("which", "min_months", "max_months", "answer_key") if name in params
    }
    values["legal_forms" if rule.code == "legal_form" else "sizes"] = params.get("allowed", [])
    codes = params.get("codes") if isinstance(params.get("codes"), dict) else {}
    for revision in NaceRevision.values:
        values[f"nace_{revision}"] = ", ".join(map(str, codes.get(revision, [])))
    remedy = params.get("remedy") or {}
    remedy = {"fr": remedy} if isinstance(remedy, str) else remedy
    values |= {f"remedy_{code}": words for code, words in remedy.items()}
    values |= {name: params.get(name, name == "blocking") for name in ("strict", "blocking", "may_not_know")}
    return values | {"right": params.get("right", "yes")}


def _to_params(code: str, data: dict, before: dict) -> dict:
    """The JSON a rule reads. What this page has no field for (``no_label``) stays as it was."""
    split = lambda text: [part.strip() for part in (text or "").replace(";", ",").split(",") if part.strip()]  # noqa: E731
    answer = {"answer_key": data["answer_key"].strip()} if data.get("answer_key") else {}
    if code == "wallonia_seat_or_site":
        return {"which": data["which"]}
    if code == "legal_form":
        return {"allowed": data["legal_forms"]}
    if code == "size_class":
        return {"allowed": data["sizes"]}
    if code == "nace":
        codes = {revision: split(data[f"nace_{revision}"]) for revision in NaceRevision.values}
        return {"codes": {r: found for r, found in codes.items() if found}, "strict": data["strict"]}
    if code == "age_of_enterprise":
        return {name: data[name] for name in ("min_months", "max_months") if data[name] is not None}
    if code == "staff_yes_no":
        kept = {"no_label": before["no_label"]} if before.get("no_label") else {}
        remedy = {c: data[f"remedy_{c}"] for c in LANGUAGES if data[f"remedy_{c}"]}
        own = {name: data[name] for name in ("right", "blocking", "may_not_know")}
        return kept | own | {"remedy": remedy} | answer
    return answer


def rule_in_words(rule: CallRule) -> str:
    """What a rule asks for, in one sentence, as staff check it before publishing."""
    known = RULES.get(rule.code)
    params = rule.params if isinstance(rule.params, dict) else {}
    if known is None:
        return ""
    if known.validate_params(params):
        return _("The parameters are not complete yet.")
    words = {
        "wallonia_seat_or_site": lambda: dict(WHICH)[params["which"]],
        "legal_form": lambda: ", ".join(str(LegalForm(value).label) for value in params["allowed"]),
        "size_class": lambda: ", ".join(str(SizeClass(value).label) for value in params["allowed"]),
        "nace": lambda: "; ".join(f"NACE-BEL {r}: {', '.join(c)}" for r, c in params["codes"].items()),
        "age_of_enterprise": lambda: _age_in_words(params),
        "staff_yes_no": lambda: f"{rule.question} → {_('Yes') if params['right'] == 'yes' else _('No')}",
    }
    return f"{known.title}: {words[rule.code]()}." if rule.code in words else f"{known.title}."


def _age_in_words(params: dict) -> str:
    parts = []
    if params.get("min_months"):
        parts.append(_("at least %(months)s months") % {"months": params["min_months"]})
    if params.get("max_months"):
        parts.append(_("at most %(months)s months") % {"months": params["max_months"]})
    return ", ".join(parts)
