"""The working days that pass in the demonstration: silence, clocks about to end, information requests."""

import random
from datetime import datetime, time, timedelta

from accounts.models import User
from calls.domain import admissibility, answers, decisions, information
from calls.models import Application, Call
from wecd.common import clocks, formatting
from wecd.demo import applications as applying
from wecd.demo.clock import local
from wecd.demo.decisions import Office
from wecd.demo.enterprises import Population
from wecd.demo.story import Story

HERS = (
    "Combien de ces clients ont payé, et combien ont seulement essayé\u202f? Joignez aussi une présentation"
    " complète\u00a0: la page des prix de vente manque."
)
THEIRS = "Le tableau ne dit pas qui paie les essais. Corrigez les lignes et expliquez-les en deux phrases."
ANSWERED = "La preuve annoncée reste vague\u00a0: dites où, quand et comment vous la montrerez."
PROOF = "Vingt pièces montrées à la foire de Libramont en juillet, puis vendues dans deux magasins de Namur."


def tell(story: Story, calls: dict[str, Call], office: Office, claire: User, population: Population) -> None:
    """Silence every night; two clocks nobody looks at; two requests open (one Claire's), one answered."""
    boost = calls["boost-up"]
    opens = min(call.opens_at for call in calls.values() if call.opens_at)
    for days in range((story.now - opens).days + 1):
        story.then(local(story.now, days=-days, hour=0, minute=6), admissibility.admit_due)
    story.then(local(story.now, hour=7, minute=10), admissibility.warn)

    for ends_in, key in ((0, "tonight"), (1, "soon")):
        day = _submitted_on(clocks.add_working_days(clocks.today(story.now), 0), ends_in)
        _submits(story, boost, office, population, key, day)

    hers = lambda: Application.objects.submitted().filter(call=boost, applicant=claire).first()  # noqa: E731
    story.then(local(boost.opens_at, days=6, hour=21), lambda: office.leave(hers()))
    keys = ["projet-clients", "dossier"]
    # Four days after she submitted: five working days, after which silence admits, are never over then.
    story.then(local(boost.opens_at, days=10, hour=10), _asks(story, office, hers, keys, HERS, 6))
    theirs = _submits(story, boost, office, population, "asked", local(story.now, days=-6, hour=14))
    keys = ["budget", "budget-pourquoi"]
    story.then(local(story.now, days=-2, hour=9, minute=30), _asks(story, office, theirs, keys, THEIRS, 8))
    other = _submits(story, boost, office, population, "answered", local(story.now, days=-7, hour=11))
    story.then(local(story.now, days=-6, hour=9), _asks(story, office, other, ["projet-preuve"], ANSWERED, 4))
    story.then(local(story.now, days=-2, hour=16), lambda: _answers(other()))


def _submitted_on(last_day, ends_in: int) -> datetime:
    """The latest morning after which five working days end ``ends_in`` working days after ``last_day``."""
    wanted, day = clocks.add_working_days(last_day, ends_in), last_day
    while not clocks.is_working_day(day) or clocks.add_working_days(day, 5) != wanted:
        day -= timedelta(days=1)
    return datetime.combine(day, time(10, 20), tzinfo=formatting.ZONE)


def _submits(story, call, office, population, seed, moment):
    """A new enterprise applies at this moment, and the office does not look at it; returns how to find it."""
    found: dict[str, Application] = {}

    def event() -> None:
        dice, life = random.Random(seed), population.life(most=45)  # noqa: S311
        title, idea = dice.choice(life.trade["ideas"])
        application = applying.begin(call, life, title=title)
        applying.write(
            application, life, applying.texts(life, dice, idea=idea, kind="boost", starts=call.opens_at)
        )
        applying.submit(application, life)
        office.leave(application)
        decisions.assign(application, officer=office.officer, by=office.officer)
        found["it"] = application

    story.then(moment, event)
    return lambda: found.get("it")


def _asks(story, office, find, keys, message, days):
    def event() -> None:
        application = find()
        if application and application.state == "submitted":
            day = clocks.add_working_days(clocks.today(story.now) + timedelta(days=days), 0)
            due = datetime.combine(day, time(23, 59), tzinfo=formatting.ZONE)
            information.request(application, by=office.officer, keys=keys, message=message, due_at=due)

    return event


def _answers(application: Application | None) -> None:
    if application is None:
        return
    application.refresh_from_db()
    if application.state == "information_requested":
        answers.save(application, "projet-preuve", PROOF, by=application.applicant)
        information.answer(application, by=application.applicant)
