"""Forms of the form builder: a section, a document, and a question with the fields its kind needs."""

import json
import re
from decimal import Decimal

from django import forms
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectMultipleWidget,
)

from calls.domain.form_checks import CHOICES, in_order, values_of
from calls.enums import QuestionKind as K
from calls.forms import LANGUAGE_WORDS, LANGUAGES, long, select, short, tick, whole
from calls.models import DocumentRequest, Question, Section
from calls.questions.budget import UNITS
from calls.questions.files import FILE_TYPES

BULLET = re.compile(r"^(?:[-–—•*·▪◦]|\d{1,2}[.)])\s+")

# What a kind has besides its words; the names are fields of ``QuestionForm``.
KIND_FIELDS = {
    K.SHORT_TEXT: ("max_words",),
    K.LONG_TEXT: ("max_words",),
    K.NUMBER: ("minimum", "maximum", "integer", "number_unit"),
    K.MONEY: ("minimum", "maximum"),
    K.DATE: ("earliest", "latest"),
    K.SINGLE_CHOICE: tuple(f"options_{code}" for code in LANGUAGES),
    K.MULTIPLE_CHOICE: (*(f"options_{code}" for code in LANGUAGES), "most"),
    K.FILE: ("max_files", "types"),
    K.BUDGET: ("budget_unit", "max_unit_price"),
}
SETTINGS = {  # field of the form: name in ``Question.settings``
    "integer": "integer",
    "number_unit": "unit",
    "earliest": "earliest",
    "latest": "latest",
    "most": "most",
    "max_files": "max_files",
    "types": "types",
    "budget_unit": "unit",
    "max_unit_price": "max_unit_price",
}
COMMON = ("required", "is_blind", "is_public")


def in_language(words, code):
    return (
        f"{words} ({str(LANGUAGE_WORDS[code]).lower() if get_language() == 'fr' else LANGUAGE_WORDS[code]})"
    )


class WordsForm(forms.ModelForm):
    """Words in four languages, French required."""

    words: tuple[tuple[str, object], ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in self.words:
            for code in LANGUAGES:
                field = self.fields[f"{name}_{code}"]
                field.label = in_language(label, code)
                field.required = code == "fr" and name in ("title", "label")

    def rows(self):
        """The bound fields, French first and the other languages together at the end of each group."""
        return [field for field in self if not self._is_translation(field.name)]

    def translations(self):
        return [field for field in self if self._is_translation(field.name)]

    @staticmethod
    def _is_translation(name: str) -> bool:
        return name.rpartition("_")[2] in LANGUAGES[1:]

    @property
    def translation_errors(self) -> bool:
        return any(field.errors for field in self.translations())


class SectionForm(WordsForm):
    words = (("title", gettext_lazy("Title")), ("help", gettext_lazy("Introduction")))

    class Meta:
        model = Section
        fields = [f"{name}_{code}" for name in ("title", "help") for code in LANGUAGES]
        widgets = {f"title_{code}": short().widget for code in LANGUAGES} | {
            f"help_{code}": long().widget for code in LANGUAGES
        }


class DocumentForm(WordsForm):
    words = (("label", gettext_lazy("Document")), ("help", gettext_lazy("Help")))
    max_files = forms.IntegerField(
        label=gettext_lazy("Most files"), min_value=1, max_value=20, initial=3, widget=whole().widget
    )

    class Meta:
        model = DocumentRequest
        fields = [
            *(f"{name}_{code}" for name in ("label", "help") for code in LANGUAGES),
            "required",
            "max_files",
        ]
        widgets = (
            {f"label_{code}": short().widget for code in LANGUAGES}
            | {f"help_{code}": long().widget for code in LANGUAGES}
            | {"required": tick().widget}
        )


class QuestionForm(WordsForm):
    """A question. Only the fields of its kind are there; "shown if" offers the questions before it."""

    words = (("label", gettext_lazy("Question")), ("help", gettext_lazy("Help")))
    integer = tick(gettext_lazy("Whole numbers only"))
    number_unit = short(gettext_lazy("Unit, shown after the number"), max_length=20)
    earliest = forms.DateField(
        label=gettext_lazy("First date accepted"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    latest = forms.DateField(
        label=gettext_lazy("Last date accepted"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    most = whole(gettext_lazy("Most answers"), min_value=1)
    max_files = whole(gettext_lazy("Most files"), min_value=1, max_value=20)
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of file accepted"),
        help_text=gettext_lazy("None ticked: all of them."),
        choices=[(kind, words) for kind, (words, _endings) in FILE_TYPES.items()],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    budget_unit = select(
        gettext_lazy("Lines are counted in"), [(unit, heads[0]) for unit, heads in UNITS.items()]
    )
    max_unit_price = forms.DecimalField(
        label=gettext_lazy("Largest unit price (€, excl. VAT)"),
        required=False,
        min_value=Decimal("0.01"),
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    shown_question = select(gettext_lazy("Show only if this question"), [])
    shown_values = forms.MultipleChoiceField(
        label=gettext_lazy("… is answered with one of"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(),
        help_text=gettext_lazy("Several: hold Ctrl (or Cmd)."),
    )

    class Meta:
        model = Question
        fields = [
            *(f"{name}_{code}" for name in ("label", "help") for code in LANGUAGES),
            *(f"options_{code}" for code in LANGUAGES),
            "max_words",
            "minimum",
            "maximum",
            *COMMON,
        ]
        widgets = (
            {f"label_{code}": short().widget for code in LANGUAGES}
            | {f"help_{code}": long(rows=2).widget for code in LANGUAGES}
            | {f"options_{code}": long(rows=8).widget for code in LANGUAGES}
            | {name: tick().widget for name in COMMON}
            | {"max_words": whole().widget}
            | {name: UnfoldAdminDecimalFieldWidget() for name in ("minimum", "maximum")}
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind = self.instance.kind
        wanted = {"shown_question", "shown_values", *COMMON, *KIND_FIELDS.get(kind, ())}
        for name in [name for name in self.fields if not name.startswith(("label_", "help_"))]:
            if name not in wanted:
                del self.fields[name]
        for code in LANGUAGES:
            if f"options_{code}" in self.fields:
                self.fields[f"options_{code}"].label = in_language(_("Options"), code)
                self.fields[f"options_{code}"].help_text = (
                    _(
                        "One a line; paste as many as you like, also from a spreadsheet. “value | words” "
                        "sets the value; with words alone it is made for you."
                    )
                    if code == "fr"
                    else _("The same lines as in French, in the same order.")
                )
        for name, setting in SETTINGS.items():
            if name in self.fields and setting in (self.instance.settings or {}):
                self.initial.setdefault(name, self.instance.settings[setting])
        self._offer_conditions()

    def _offer_conditions(self):
        """The earlier questions whose answers can be named, and their answers grouped under them."""
        self.earlier = []
        for question in in_order(self.instance.section.form):
            if question.pk == self.instance.pk:
                break
            new_before = (
                self.instance._state.adding and question.section.position > self.instance.section.position
            )
            if values_of(question) and not new_before:
                self.earlier.append(question)
        if not self.earlier:
            del self.fields["shown_question"], self.fields["shown_values"]
            return
        self.fields["shown_question"].choices = [
            ("", _("Always shown")),
            *((question.key, question.label) for question in self.earlier),
        ]
        self.fields["shown_values"].choices = [
            (question.label, [(_name(question, value), words) for value, words in values_of(question)])
            for question in self.earlier
        ]
        shown_if = self.instance.shown_if or {}
        self.initial.setdefault("shown_question", shown_if.get("question", ""))
        chosen = next((q for q in self.earlier if q.key == shown_if.get("question")), None)
        self.initial.setdefault(
            "shown_values", [_name(chosen, value) for value in shown_if.get("in", [])] if chosen else []
        )

    def clean(self):
        data = super().clean()
        if self.instance.kind in CHOICES:
            self._clean_options(data)
        low, high = data.get("minimum"), data.get("maximum")
        if low is not None and high is not None and low > high:
            self.add_error("maximum", _("The largest value is below the smallest."))
        first, last = data.get("earliest"), data.get("latest")
        if first and last and first > last:
            self.add_error("latest", _("The last date is before the first."))
        self.instance.settings = self._settings(data)
        self.instance.shown_if = self._shown_if(data)
        return data

    def _clean_options(self, data):
        """Lines as "value | words". A French line without a value gets one; others follow its order."""
        french = read_options(data.get("options_fr") or "")
        values = [value for value, words in french]
        if len(french) < 2:
            self.add_error("options_fr", _("Give at least two options, one a line."))
        elif len(set(values)) < len(values):
            self.add_error("options_fr", _("Two options have the same value."))
        data["options_fr"] = "\n".join(f"{value} | {words}" for value, words in french)
        for code in LANGUAGES[1:]:
            lines = [_plain(line) for line in (data.get(f"options_{code}") or "").splitlines()]
            lines = [line for line in lines if line]
            if not lines:
                continue
            if len(lines) != len(values):
                self.add_error(
                    f"options_{code}", _("Write %(count)s lines, as in French.") % {"count": len(values)}
                )
                continue
            pairs = []
            for line, value in zip(lines, values, strict=True):
                own, bar, words = (part.strip() for part in line.partition("|"))
                if bar and own != value:
                    self.add_error(
                        f"options_{code}",
                        _("The value “%(own)s” should be “%(value)s”, as in French.")
                        % {"own": own, "value": value},
                    )
                pairs.append(f"{value} | {words if bar else own}")
            data[f"options_{code}"] = "\n".join(pairs)

    def _settings(self, data) -> dict:
        kept = {}
        for name, setting in SETTINGS.items():
            if name not in self.fields:
                continue
            value = data.get(name)
            if value in (None, "", False, []):
                continue
            kept[setting] = value if isinstance(value, bool | int | list) else str(value)
        return kept

    def _shown_if(self, data) -> dict:
        key = data.get("shown_question")
        if not key:
            return {}
        question = next(question for question in self.earlier if question.key == key)
        names = {_name(question, value): value for value, words in values_of(question)}
        chosen = data.get("shown_values") or []
        if not chosen or any(name not in names for name in chosen):
            self.add_error("shown_values", _("Choose one or more answers of that question, and of no other."))
            return {}
        return {"question": key, "in": [names[name] for name in chosen]}


def read_options(text: str) -> list[tuple[str, str]]:
    """(value, words) of each line pasted: "value | words", "value<tab>words" from a sheet, or words alone.

    A bullet or a number before the words goes. Words alone get a value made of them, told from the values
    before it.
    """
    found: list[tuple[str, str]] = []
    for line in filter(None, map(_plain, text.splitlines())):
        value, bar, words = (part.strip() for part in line.partition("|"))
        words = words if bar and words else value
        if not (bar and value):
            stem, taken = slugify(words)[:46] or words, {known for known, _words in found}
            same = {said for _known, said in found}
            value, number = stem, 2
            while value in taken and words not in same:
                value, number = f"{stem}-{number}", number + 1
        found.append((value, words))
    return found


def _plain(line: str) -> str:
    """A line as typed: tabs of a spreadsheet read as bars, without the bullet or number of a list."""
    line = BULLET.sub("", line.strip())
    return " | ".join(part.strip() for part in line.split("\t") if part.strip())


def _name(question: Question, value) -> str:
    return f"{question.key}={json.dumps(value)}"
