"""Ask, gather and judge: the same rules on the public page and at submission."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from calls.eligibility.base import NO, RULES, UNKNOWN, YES, Context, Facts, PublicQuestion, Result
from calls.enums import Uniqueness
from calls.models import Application, Call, CallRule, Strand
from calls.models.application import HOLDS_A_PLACE
from grants.models import DeMinimisAid, DeMinimisCeiling
from wecd.common.places import is_walloon


def ceiling_on(day: date) -> DeMinimisCeiling | None:
    """The de minimis ceiling in force on a day."""
    return DeMinimisCeiling.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


def _contexts(call: Call, *, today: date | None = None, strand: Strand | None = None):
    """Each usable rule of the call with its parameters and context. One query at most, for the ceiling."""
    today = today or timezone.localdate()
    rows: list[CallRule] = [row for row in call.rules.all() if row.code in RULES]
    strands = [strand] if strand else list(call.strands.all())
    ceiling = ceiling_on(today) if any(row.code == "de_minimis_room" for row in rows) else None
    shared = {
        "today": today,
        "largest_grant": max((Decimal(s.ceiling) for s in strands), default=None),
        "ceiling": Decimal(ceiling.amount) if ceiling else None,
        "years": ceiling.years if ceiling else 3,
        "per_strand": call.uniqueness == Uniqueness.STRAND,
    }
    for row in rows:
        context = Context(key=row.pk.hex[-10:], question=row.question or "", help=row.help or "", **shared)
        yield RULES[row.code], row.params, context


def _asked(rules) -> dict[str, tuple[PublicQuestion, list]]:
    asked: dict[str, tuple[PublicQuestion, list]] = {}
    for rule, params, context in rules:
        if rule.validate_params(params):
            continue
        for question in rule.public_questions(params, context):
            asked.setdefault(question.key, (question, []))[1].append((rule, params, context))
    return asked


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, as PostgreSQL counts
        return day.replace(year=day.year - years, day=28)


def questions_for(call: Call) -> list[PublicQuestion]:
    """What the rules of a call need to know of a passer-by; a question two rules need comes once."""
    return [question for question, _rules in _asked(_contexts(call)).values()]


def facts_from_answers(call: Call, data: Mapping[str, Any]) -> Facts:
    """Facts from the public form. Answers nobody offered, and "I do not know", stay unknown."""
    facts: dict[str, Any] = {}
    said: dict[str, bool] = {}
    for key, (question, rules) in _asked(_contexts(call)).items():
        value = data.get(key)
        if not isinstance(value, str) or value not in question.values or value == UNKNOWN:
            continue
        if value in (YES, NO):
            said[key] = value == YES
        for rule, params, context in rules:
            read = rule.read(key, value, params, context)
            said |= read.pop("said", {})
            facts |= read
    return Facts(said=said, **facts)


def facts_of(enterprise, application=None, answers: Mapping[str, Any] | None = None) -> Facts:
    """What the portal knows of an enterprise, in five queries at most.

    ``answers`` are those of the application's form by question key; they are read when not given.
    """
    sites = list(enterprise.sites.all())
    walloon = [
        (site.is_registered_office, site.country == "BE" and is_walloon(site.postal_code)) for site in sites
    ]
    today = timezone.localdate()
    ceiling = ceiling_on(today)
    since = _years_before(today, ceiling.years if ceiling else 3)
    recorded = DeMinimisAid.objects.filter(
        undertaking_id=enterprise.undertaking_id,
        cancelled_on=None,
        granted_on__gt=since,
        granted_on__lte=today,
    ).aggregate(total=Sum("amount"))["total"]
    has_applied = None
    if application is not None:
        has_applied = (
            Application.objects.filter(
                HOLDS_A_PLACE, enterprise=enterprise, uniqueness_scope=application.uniqueness_scope
            )
            .filter(~Q(pk=application.pk))
            .exists()
        )
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
    call: Call, facts: Facts, *, strand: Strand | None = None, today: date | None = None
) -> list[Result]:
    """Each rule's result, in the order of the call. Never raises on any facts."""
    return [
        rule.evaluate(facts, params, context)
        for rule, params, context in _contexts(call, today=today, strand=strand)
    ]


def overall(results: Iterable[Result]) -> str:
    """No if any rule says no, else unknown if any is unknown, else yes."""
    verdicts = {result.verdict for result in results}
    return NO if NO in verdicts else UNKNOWN if UNKNOWN in verdicts else YES
