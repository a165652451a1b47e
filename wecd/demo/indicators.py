"""What the demonstration says its programme is to reach: invented, as its note says."""

from datetime import date, datetime

from actions.models import Action, Indicator
from wecd.demo.clock import local
from wecd.demo.content import load


def tell(now: datetime) -> None:
    """Give the programme file's indicators a baseline, a milestone and a target, by the year of ``now``."""
    year = local(now).year
    for plan in load("indicators")["indicators"]:
        row = Indicator.objects.get(code=plan["code"])
        row.action = Action.objects.get(slug=plan["action"]) if "action" in plan else None
        row.baseline, row.baseline_year = plan["baseline"], year + plan["base"]
        row.milestone, row.milestone_on = plan["milestone"], date(year + plan["half"], 12, 31)
        row.target, row.target_on = plan["target"], date(year + plan["end"], 12, 31)
        row.save()
