"""Who may apply: rules as data, one registered class each.

The public "Am I eligible?" and the submission run the same ``evaluate``. A new rule is a class with
``@register`` in a module imported here, and a test.
"""

from calls.eligibility import aid, enterprise, own, place  # noqa: F401  (they register their rules)
from calls.eligibility.base import RULES, Context, Facts, PublicQuestion, Result, Rule, register
from calls.eligibility.check import (
    Rulebook,
    ceiling_on,
    evaluate,
    facts_from_answers,
    facts_of,
    overall,
    questions_for,
)

__all__ = [
    "RULES",
    "Context",
    "Facts",
    "PublicQuestion",
    "Result",
    "Rule",
    "Rulebook",
    "ceiling_on",
    "evaluate",
    "facts_from_answers",
    "facts_of",
    "overall",
    "questions_for",
    "register",
]
