"""``manage.py load_demo``: a living demonstration, made by the portal's own functions."""

import math
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from calls.models import Application, Call
from wecd.common import journal
from wecd.demo import applications as applying
from wecd.demo import calls as writing
from wecd.demo import clocks, conversations, indicators, life_of_claire, mails, partner, people, webhooks
from wecd.demo import decisions as deciding
from wecd.demo.clock import local
from wecd.demo.content import load
from wecd.demo.enterprises import Population
from wecd.demo.story import Story

PROGRAMME = Path(settings.BASE_DIR) / "actions" / "data" / "wecd_programme.json"


class Command(BaseCommand):
    help = "Load the demonstration: people, calls, applications and decisions. Does nothing the second time."

    def add_arguments(self, parser):
        parser.add_argument("--share", type=float, default=1.0, help="part of the applications to make")

    def handle(self, *args, **options):
        if not settings.IS_DEMO and settings.WECD_ENV != "test":
            raise CommandError("The demonstration is loaded only with WECD_ENV=demo.")
        if Call.objects.exists():
            webhooks.follow_site()
            self.stdout.write("The demonstration is already there.")
            return
        started = time.monotonic()
        with transaction.atomic(), translation.override("fr"):
            call_command("load_programme", PROGRAMME, verbosity=0)
            tell(timezone.now(), share=options["share"])
        journal.check()  # as the night would
        call_command("publish_open_data", verbosity=0)  # the same
        seconds = time.monotonic() - started
        self.stdout.write(f"{Application.objects.count()} applications in {seconds:.0f} s.")


def tell(now, *, share: float = 1.0) -> None:
    """Write the calls, then live through every day since the first one opened."""
    staff = people.create()
    indicators.tell(now)
    office = deciding.Office(staff["officer"], staff["manager"], staff["finance"])
    story, population, dice = Story(now), Population(), random.Random(2015)  # noqa: S311
    calls = {}
    for plan in load("calls")["calls"]:
        call = calls[plan["slug"]] = writing.write(plan, now=now, by=office.officer)
        _applicants(call, plan, story, population, dice, share)
        if plan.get("decided"):
            deciding.after_closing(call, story, office, favour=0.55)
        elif plan["allocation"] == "first_come":
            deciding.first_come(call, story, office, favour=0.75)
        elif plan["applications"]["submitted"]:
            deciding.checks(call, story, office)
    life_of_claire.tell(story, calls, staff["entrepreneur"])
    conversations.tell(story, calls, office, staff["entrepreneur"])
    clocks.tell(story, calls, office, staff["entrepreneur"], population)
    story.tell()
    mails.tell(office)
    partner.tell(now, manager=staff["manager"], member=staff["partner"])
    webhooks.tell(now, by=staff["partner"])


def _applicants(call: Call, plan: dict, story: Story, population: Population, dice, share: float) -> None:
    """Spread the applications over the days the call was open, most of them near the end."""
    assert call.opens_at  # a published call is dated
    assert call.closes_at
    end = min(call.closes_at, story.now)
    span = (end - call.opens_at).total_seconds()
    wanted = {what: math.ceil(count * share) for what, count in plan["applications"].items()}
    for index in range(wanted["submitted"] + wanted["drafts"]):
        day: datetime = call.opens_at + timedelta(seconds=span * dice.random() ** 0.7 * 0.995)
        hour = local(day, hour=dice.randint(8, 21), minute=dice.randint(0, 59))
        latest, earliest = end - timedelta(minutes=20), call.opens_at + timedelta(hours=1)
        moment: datetime = max(min(hour, latest), earliest)
        draft = index >= wanted["submitted"]
        story.then(moment, _application(call, plan, story, population, dice, moment, draft=draft))


def _application(call, plan, story, population, dice, moment, *, draft: bool):
    """The event in which somebody begins an application; submitting it is another, a little later."""

    def event() -> None:
        life = population.life(most=45 if plan["form"] == "short" else 249)
        title, idea = dice.choice(life.trade["ideas"])
        application = applying.begin(call, life, title=title, strand=dice.randint(0, 9))
        texts = applying.texts(life, dice, idea=idea, kind=plan["form"], starts=moment)
        applying.write(application, life, texts, part=dice.choice([0.2, 0.5, 0.8]) if draft else 1.0)
        if draft:
            return
        story.then(
            min(moment + timedelta(minutes=15), story.now - timedelta(minutes=1)),
            lambda: applying.submit(application, life),
        )
        if dice.random() < 0.03:
            story.then(moment + timedelta(days=2), lambda: applying.withdraw(application, life))

    return event
