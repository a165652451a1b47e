"""What a call was and what came of it, for its closing report: figures and rules, no names. Reads only."""

from collections import Counter
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.domain import limits, statistics
from calls.domain.form_checks import in_order
from calls.eligibility import RULES
from calls.enums import Allocation, ApplicationState, CallState
from calls.models import Application, Call
from grants.enums import AwardState
from grants.models import Award
from wecd.common.models import JournalEntry, JournalHead

S = ApplicationState
NEGATIVE = (S.INADMISSIBLE, S.REJECTED)
DECISIONS = (S.AWARDED, S.SELECTED, S.RESERVE, S.REJECTED, S.INADMISSIBLE, S.WITHDRAWN)


def is_due(call: Call) -> bool:
    """Whether the call is over: decided or archived."""
    return call.state in (CallState.CLOSED, CallState.ARCHIVED)


def facts(call: Call) -> dict:
    """Everything the report prints, in the running language. Applications appear as references and sums."""
    found = statistics.of(call)
    form = call.forms.exclude(published_at=None).order_by("-number").first()
    published = call.forms.exclude(published_at=None).order_by("number")
    return {
        "call": call,
        "made_at": timezone.now(),
        "strands": call.strands.all(),
        "criteria": call.criteria.all(),
        "rules": [_rule(rule) for rule in call.rules.all()],
        "sections": [
            (section, [q for q in in_order(form) if q.section_id == section.pk])
            for section in (form.sections.all() if form else ())
        ],
        "documents": form.documents.all() if form else (),
        "versions": [version for version in published if version.number > 1],
        "extensions": call.extensions.all(),
        "figures": found,
        "decisions": [
            {"label": state.label, "count": found.count(state), "requested": found.states[state][1]}
            for state in DECISIONS
            if state in found.states
        ],
        "still_open": sum(count for state, (count, _sum) in found.states.items() if state not in DECISIONS),
        "awarded": _awarded(call),
        "reasons": _reasons(call),
        "reserve": [
            {"rank": row.reserve_rank, "reference": row.reference, "amount": row.award.amount}
            for row in limits.reserve(call)
        ],
        "by_score": call.allocation == Allocation.BY_SCORE,
        "head": JournalHead.objects.order_by("-number").first(),
        "entries": JournalEntry.objects.filter(
            about_type=Call._meta.label_lower, about_id=str(call.pk)
        ).count(),
        "last_entry": JournalEntry.objects.filter(about_type=Call._meta.label_lower, about_id=str(call.pk))
        .order_by("-seq")
        .first(),
    }


def _rule(rule) -> str:
    known = RULES.get(rule.code)
    return rule.question or str(known.title if known else rule.code)


def _awarded(call: Call) -> dict:
    """What the awards in force of this call commit, in euros, and how many there are."""
    awards = Award.objects.filter(application__call=call, state__in=limits.IN_FORCE)
    released = Award.objects.filter(application__call=call, state=AwardState.RELEASED).count()
    return {
        "count": awards.count(),
        "sum": awards.aggregate(total=Sum("amount"))["total"] or Decimal(0),
        "released": released,
    }


def _reasons(call: Call) -> list[tuple[str, int]]:
    """Why applications were turned down, by rule. What was written freely may name people: it is counted."""
    counts: Counter = Counter()
    decided = Application.objects.filter(call=call, state__in=NEGATIVE).values_list(
        "decision_reasons", flat=True
    )
    for reasons in decided.iterator(chunk_size=5000):
        codes = {reason.get("code", "") for reason in reasons if isinstance(reason, dict)} or {""}
        counts.update(code if code in RULES else "" for code in codes)
    return [
        (str(RULES[code].title) if code else _("Other reasons, in the letters"), count)
        for code, count in counts.most_common()
    ]
