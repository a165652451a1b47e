"""The budget of one application against its rules, each with a verdict in words. Reads only."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls import questions
from calls.domain import limits
from calls.domain.checks import LOOK, OK, STOP, Check
from calls.domain.dossiers import Dossier
from calls.models import Application
from calls.questions import budget
from wecd.common import formatting


def of(application: Application, dossier: Dossier, *, room: Decimal | None = None) -> list[Check]:
    """Lines, unit prices, total, rate, floor and ceiling; with ``room``, whether the envelope can pay it."""
    bounds = limits.limits_of(application)
    found = []
    for question in dossier.budgets:
        found += _lines(question, questions.raw_of(dossier.values.get(question.key)))
    if dossier.budgets:
        found.append(_total(dossier.cost, bounds.cost))
    found += [_rate(bounds), _bounds(bounds)]
    if room is not None:
        found.append(_room(bounds.requested, room))
    return found


def _lines(question, table) -> list[Check]:
    lines = budget.lines_of(table)
    if not lines:
        return [Check(STOP, _("The budget has no line."))]
    errors = budget.line_errors(question, table)
    found = [Check(STOP, f"{error.short}.") for error in errors]
    if not errors:
        words = ngettext(
            "%(n)s line, with a description, a quantity and a price.",
            "%(n)s lines, each with a description, a quantity and a price.",
            len(lines),
        )
        found.append(Check(OK, words % {"n": len(lines)}))
    most = budget.most_of(question)
    if most is not None and not any(error.column == "unit_price" for error in errors):
        found.append(Check(OK, _("No unit price is above %(most)s.") % {"most": formatting.money(most)}))
    return found


def _total(cost: Decimal, submitted: Decimal) -> Check:
    words = {"cost": formatting.money(cost), "submitted": formatting.money(submitted)}
    if cost == submitted:
        return Check(OK, _("The lines add up to %(cost)s, the eligible cost.") % words)
    return Check(LOOK, _("The lines add up to %(cost)s, the eligible cost says %(submitted)s.") % words)


def _rate(bounds: limits.Limits) -> Check:
    words = {
        "requested": formatting.money(bounds.requested),
        "rate": formatting.percent(bounds.rate),
        "cost": formatting.money(bounds.cost),
        "most": formatting.money(bounds.by_rate),
    }
    if bounds.requested <= bounds.by_rate:
        return Check(OK, _("%(requested)s requested: within %(rate)s of %(cost)s, %(most)s.") % words)
    return Check(STOP, _("%(requested)s requested: more than %(rate)s of %(cost)s, %(most)s.") % words)


def _bounds(bounds: limits.Limits) -> Check:
    words = {
        "requested": formatting.money(bounds.requested),
        "floor": formatting.money(bounds.floor),
        "ceiling": formatting.money(bounds.ceiling),
    }
    if bounds.requested > bounds.ceiling:
        return Check(STOP, _("Above the ceiling of the strand, %(ceiling)s.") % words)
    if bounds.requested < bounds.floor:
        return Check(STOP, _("Below the smallest grant, %(floor)s.") % words)
    return Check(OK, _("Between the smallest grant, %(floor)s, and the ceiling, %(ceiling)s.") % words)


def _room(requested: Decimal, room: Decimal) -> Check:
    words = {"left": formatting.money(max(room, Decimal(0))), "amount": formatting.money(requested)}
    if requested <= room:
        return Check(OK, _("The envelope has room: %(left)s may still be proposed.") % words)
    return Check(LOOK, _("The envelope has %(left)s left: %(amount)s would go to the reserve list.") % words)
