"""Ask, gather and judge: the same rules on the public page and at submission."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import DateField, Sum
from django.utils import timezone
from django.utils.translation import get_language

from calls.eligibility.base import NO, RULES, UNKNOWN, YES, Context, Facts, PublicQuestion, Result
from calls.enums import Uniqueness
from calls.models import Application, Call, CallRule, Strand
from calls.models.application import HOLDS_A_PLACE
from grants.models import DeMinimisAid, DeMinimisCeiling
from wecd.common.formatting import french_spacing
from wecd.common.places import is_walloon
from wecd.common.prepared import Prepared, by_key
from wecd.common.rest.holes import Hole

CEILING = Prepared(
    lambda: DeMinimisCeiling.objects.filter(valid_from__lte=Hole("day", DateField())).order_by("-valid_from")[
        :1
    ]
)


PLACES = Prepared(
    lambda: (
        Application.objects.filter(
            HOLDS_A_PLACE, enterprise=by_key("enterprise"), uniqueness_scope=by_key("scope")
        )
        .exclude(pk=by_key("but"))
        .order_by()[:1]
    )
)


def ceiling_on(day: date) -> DeMinimisCeiling | None:
    """The de minimis ceiling in force on a day."""
    return CEILING.first(day=day)


def _context(row: CallRule, shared: dict[str, Any]) -> Context:
    """The context of one rule; its own words are French when nobody translated them."""
    language = (get_language() or "fr")[:2]
    in_french = language == "fr" or not getattr(row, f"question_{language}", "")
    question, help = row.question or "", row.help or ""
    return Context(
        key=row.pk.hex[-10:],
        question=french_spacing(question) if in_french else question,
        help=french_spacing(help) if in_french else help,
        lang="fr" if in_french and language != "fr" else "",
        **shared,
    )


class Rulebook:
    """The usable rules of one call with their parameters and contexts, read once.

    Three queries at most (rules, strands, the ceiling when a rule needs it), fewer when prefetched.
    """

    def __init__(
        self,
        call: Call,
        *,
        today: date | None = None,
        strand: Strand | None = None,
        ceiling: DeMinimisCeiling | None = None,
    ):
        today = today or timezone.localdate()
        rows: list[CallRule] = [row for row in call.rules.all() if row.code in RULES]
        strands = [strand] if strand else list(call.strands.all())
        if ceiling is None and any(row.code == "de_minimis_room" for row in rows):
            ceiling = ceiling_on(today)
        shared: dict[str, Any] = {
            "today": today,
            "largest_grant": max((Decimal(s.ceiling) for s in strands), default=None),
            "ceiling": Decimal(ceiling.amount) if ceiling else None,
            "years": ceiling.years if ceiling else 3,
            "per_strand": call.uniqueness == Uniqueness.STRAND,
        }
        self.rules = [
            (
                RULES[row.code],
                row.params,
                _context(row, shared),
            )
            for row in rows
        ]

    @cached_property
    def asked(self) -> dict[str, tuple[PublicQuestion, list[int]]]:
        """The public questions by key, each with the numbers of the rules that ask it."""
        asked: dict[str, tuple[PublicQuestion, list[int]]] = {}
        for number, (rule, params, context) in enumerate(self.rules):
            for question in [] if rule.validate_params(params) else rule.public_questions(params, context):
                asked.setdefault(question.key, (question, []))[1].append(number)
        return asked

    @property
    def questions(self) -> list[PublicQuestion]:
        return [question for question, _numbers in self.asked.values()]

    def given(self, data: Mapping[str, Any]) -> dict[str, str]:
        """The answers that were offered, by the key of their question; anything else is left out."""
        found = {key: data.get(key) for key in self.asked}
        return {
            key: value
            for key, value in found.items()
            if isinstance(value, str) and value in self.asked[key][0].values
        }

    def facts(self, data: Mapping[str, Any]) -> Facts:
        """Facts from the public form. "I do not know" stays unknown."""
        facts: dict[str, Any] = {}
        said: dict[str, bool] = {}
        for key, value in self.given(data).items():
            if value == UNKNOWN:
                continue
            if value in (YES, NO):
                said[key] = value == YES
            for number in self.asked[key][1]:
                rule, params, context = self.rules[number]
                read = rule.read(key, value, params, context)
                said |= read.pop("said", {})
                facts |= read
        return Facts(said=said, **facts)

    def results(self, facts: Facts) -> list[Result]:
        """Each rule's result, in the order of the call. Never raises on any facts."""
        return [rule.evaluate(facts, params, context) for rule, params, context in self.rules]

    def results_for(self, data: Mapping[str, Any]) -> list[Result]:
        """Results of the rules whose questions were answered, or that ask nothing: for a half-filled form."""
        given = self.given(data)
        waiting = {n for key, (_q, numbers) in self.asked.items() if key not in given for n in numbers}
        return [r for n, r in enumerate(self.results(self.facts(data))) if n not in waiting]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, as PostgreSQL counts
        return day.replace(year=day.year - years, day=28)


def questions_for(call: Call) -> list[PublicQuestion]:
    """What the rules of a call need to know of a passer-by; a question two rules need comes once."""
    return Rulebook(call).questions


def facts_from_answers(call: Call, data: Mapping[str, Any]) -> Facts:
    """Facts from the public form. Answers nobody offered, and "I do not know", stay unknown."""
    return Rulebook(call).facts(data)


def facts_of(
    enterprise,
    application=None,
    answers: Mapping[str, Any] | None = None,
    ceiling: DeMinimisCeiling | None = None,
) -> Facts:
    """What the portal knows of an enterprise, in five queries at most.

    ``answers`` are those of the application's form by question key; they, and today's de minimis
    ``ceiling``, are read when not given.
    """
    sites = list(enterprise.sites.all())
    walloon = [
        (site.is_registered_office, site.country == "BE" and is_walloon(site.postal_code)) for site in sites
    ]
    today = timezone.localdate()
    ceiling = ceiling or ceiling_on(today)
    since = _years_before(today, ceiling.years if ceiling else 3)
    recorded = DeMinimisAid.objects.filter(
        undertaking_id=enterprise.undertaking_id,
        cancelled_on=None,
        granted_on__gt=since,
        granted_on__lte=today,
    ).aggregate(total=Sum("amount"))["total"]
    has_applied = None
    if application is not None:
        scope = application.uniqueness_scope
        other = PLACES.first(enterprise=enterprise.pk, scope=scope, but=application.pk)
        has_applied = other is not None
        if answers is None:
            answers = dict(application.answers.values_list("key", "value"))
    return Facts(
        seat_in_wallonia=next((inside for is_seat, inside in walloon if is_seat), None),
        site_in_wallonia=any(inside for _seat, inside in walloon) if walloon else None,
        legal_form=enterprise.legal_form or None,
        size_class=enterprise.size_class or None,
        activities=tuple((a.revision, a.code) for a in enterprise.activities.all()) or None,
        founded_on=enterprise.founded_on,
        aid_recorded=recorded or Decimal(0),
        has_applied=has_applied,
        answers=dict(answers or {}),
    )


def evaluate(
    call: Call,
    facts: Facts,
    *,
    strand: Strand | None = None,
    today: date | None = None,
    ceiling: DeMinimisCeiling | None = None,
) -> list[Result]:
    """Each rule's result, in the order of the call. Never raises on any facts."""
    return Rulebook(call, today=today, strand=strand, ceiling=ceiling).results(facts)


def overall(results: Iterable[Result]) -> str:
    """No if any rule says no, else unknown if any is unknown, else yes."""
    verdicts = {result.verdict for result in results}
    return NO if NO in verdicts else UNKNOWN if UNKNOWN in verdicts else YES
