"""When things happen in a call: its steps, and Belgian working days."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.enums import Allocation
from calls.models import Call
from wecd.common.formatting import clock, local
from wecd.common.formatting import date as written

ADMISSIBILITY_DAYS = 5  # working days; silence means admissible


@dataclass(frozen=True)
class Step:
    at: str
    title: str
    text: str = ""


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BE", years=year))


def add_working_days(day: date, count: int) -> date:
    """The day ``count`` Belgian working days later; the first one counted is the day after."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in _holidays(day.year):
            count -= 1
    return day


def steps(call: Call) -> list[Step]:
    """What happens from the opening to the end of a project, with the dates that are known."""
    found = []
    if call.opens_at and call.opens_at > timezone.now():
        found.append(Step(written(call.opens_at, "day_month"), _("Opening"), clock(call.opens_at)))
    if call.closes_at:
        found.append(
            Step(
                written(call.closes_at, "day_month"),
                _("Closing"),
                _("%(hour)s sharp") % {"hour": clock(call.closes_at)},
            )
        )
        checked = add_working_days(local(call.closes_at).date(), ADMISSIBILITY_DAYS)
        found.append(
            Step(
                written(checked, "day_month"),
                _("Admissibility"),
                _("Five working days. Without an answer, your application is admissible."),
            )
        )
    if call.decision_on:
        text = (
            _("By a jury, without the names; reasoned and open to objection.")
            if call.allocation == Allocation.BY_SCORE
            else _("Reasoned and open to objection for %(days)s days.") % {"days": call.objection_days}
        )
        found.append(Step(written(call.decision_on, "day_month"), _("Decision"), text))
    months = ngettext("%(count)d month", "%(count)d months", call.project_months) % {
        "count": call.project_months
    }
    found.append(
        Step(
            months,
            _("Your project"),
            _("From the day you pay your share.")
            if call.own_share_first
            else _("From the day of the award."),
        )
    )
    return found
