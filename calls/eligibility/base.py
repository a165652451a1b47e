"""What every eligibility rule is made of: facts in, one verdict with a sentence out. No query, no request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

YES, NO, UNKNOWN = "yes", "no", "unknown"
Words = str | Promise


@dataclass(frozen=True)
class Facts:
    """What is known of an enterprise. ``None`` is unknown, and an unknown fact never gives a "no".

    ``said`` holds yes/no answers by the key of the public question; ``answers`` those of the
    application's form, by the key of its question.
    """

    seat_in_wallonia: bool | None = None
    site_in_wallonia: bool | None = None
    legal_form: str | None = None
    size_class: str | None = None
    activities: tuple[tuple[str, str], ...] | None = None  # (revision, code)
    founded_on: date | None = None
    age_months: int | None = None
    aid_recorded: Decimal | None = None  # de minimis aid the portal knows of, whole undertaking
    aid_declared: Decimal | None = None  # what the applicant declares, all of it
    has_applied: bool | None = None
    said: Mapping[str, bool] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a rule needs to know besides its parameters: the call's figures, and the day."""

    key: str = ""  # tells apart two rules of the same class in one call
    today: date = date(2026, 1, 1)
    largest_grant: Decimal | None = None
    ceiling: Decimal | None = None
    years: int = 3
    per_strand: bool = False
    question: str = ""
    help: str = ""
    lang: str = ""  # of question and help, when it is not the reader's


@dataclass(frozen=True)
class PublicQuestion:
    """A question of "Am I eligible?". ``kind`` is choice (radios) or list (a select)."""

    key: str
    label: Words
    help: Words = ""
    kind: str = "choice"
    choices: tuple[tuple[str, Words], ...] = ()
    lang: str = ""  # of label and help, when it is not the reader's

    @property
    def values(self) -> set[str]:
        return {value for value, _words in self.choices}

    @property
    def is_long(self) -> bool:
        """Whether the choices need a line of their own."""
        return sum(len(str(words)) + 4 for _value, words in self.choices) > 34


@dataclass(frozen=True)
class Result:
    """One rule's answer: the verdict, why in plain words, and what to do about it (may be empty)."""

    code: str
    verdict: str
    sentence: str
    remedy: str = ""
    title: str = ""

    def as_dict(self) -> dict[str, str]:
        """For ``Application.rule_results``: what was said stays said, in the words of that day."""
        return {
            "code": self.code,
            "title": self.title,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "remedy": self.remedy,
        }


RULES: dict[str, "Rule"] = {}


def register(rule: type["Rule"]) -> type["Rule"]:
    """Make a rule available to calls under its code."""
    RULES[rule.code] = rule()
    return rule


class Rule:
    """A condition staff may put on a call. Subclasses never raise on any facts or parameters."""

    code: ClassVar[str]
    title: ClassVar[Words]

    def validate_params(self, params: Any) -> list[str]:
        """Sentences saying what is wrong with the parameters; empty when they can be used."""
        return [] if isinstance(params, dict) else [_("The parameters must be a set of names and values.")]

    def public_questions(self, params: dict, context: Context) -> list[PublicQuestion]:
        """What to ask somebody without an account. Two rules may ask the same key: it is asked once."""
        return []

    def read(self, key: str, value: str, params: dict, context: Context) -> dict[str, Any]:
        """The fields of ``Facts`` one public answer fills in (``said`` is filled in for yes/no alike)."""
        return {}

    def judge(self, facts: Facts, params: dict, context: Context) -> Result:
        raise NotImplementedError

    def evaluate(self, facts: Facts, params: dict, context: Context) -> Result:
        """The verdict; parameters nobody can use give "unknown" and send the question to staff."""
        if self.validate_params(params):
            return self.unknown(
                _("This condition could not be checked by the portal."), _("The programme team checks it.")
            )
        return self.judge(facts, params, context)

    def yes(self, sentence: str) -> Result:
        return Result(self.code, YES, sentence, "", str(self.title))

    def no(self, sentence: str, remedy: str) -> Result:
        return Result(self.code, NO, sentence, remedy, str(self.title))

    def unknown(self, sentence: str, remedy: str) -> Result:
        return Result(self.code, UNKNOWN, sentence, remedy, str(self.title))


YES_NO: tuple[tuple[str, Words], ...] = ((YES, gettext_lazy("Yes")), (NO, gettext_lazy("No")))
DONT_KNOW: tuple[str, Words] = (UNKNOWN, gettext_lazy("I do not know"))


def problems_of_list(params: Any, name: str, allowed: Callable[[Any], bool], say: str) -> list[str]:
    """Problems of a parameter that must be a list of known words, not empty."""
    values = params.get(name) if isinstance(params, dict) else None
    if not isinstance(values, list) or not values or not all(allowed(value) for value in values):
        return [say]
    return []


def whole_number(value: Any) -> int | None:
    """A count of months written as a number or as digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= 12_000 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 5:
        return int(value)
    return None


def said(facts: Facts, key: str) -> bool | None:
    return facts.said.get(key)
