"""How the staff handle a call: check within the week, propose in order, approve by another person."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from calls.domain import calls, decisions
from calls.enums import ApplicationState
from calls.models import Application, Call
from vouchers.domain import vouchers
from vouchers.enums import VoucherState
from wecd.common.workflow import Refused
from wecd.demo.clock import local
from wecd.demo.content import load
from wecd.demo.story import Story


@dataclass
class Office:
    """The people who decide, and their habits."""

    officer: User
    manager: User
    finance: User
    dice: random.Random = field(default_factory=lambda: random.Random(16))  # noqa: S311
    left: set = field(default_factory=set)

    def leave(self, application: Application | None) -> None:
        """Do not look at it: its clock runs."""
        if application is not None:
            self.left.add(application.pk)

    def check(self, application: Application) -> None:
        """Admit, or refuse now and then."""
        application.refresh_from_db()
        if application.state != ApplicationState.SUBMITTED or application.pk in self.left:
            return
        if self.dice.random() < 0.06:
            reason = self.dice.choice(load("lives")["refusals"])
            decisions.refuse(application, by=self.officer, reasons=[reason])
        else:
            decisions.admit(application, by=self.officer)

    def decide(self, application: Application, story: Story, *, favour: float) -> None:
        """Propose (the manager approves a day or two later) or reject with reasons."""
        application.refresh_from_db()
        if application.state != ApplicationState.ADMISSIBLE:
            return
        if self.dice.random() > favour:
            reason = self.dice.choice(load("lives")["rejections"])
            decisions.reject(application, by=self.officer, reasons=[reason])
            return
        praise = self.dice.choice(load("lives")["praises"])
        decisions.propose(application, by=self.officer, amount=application.requested, reasons=praise)
        application.refresh_from_db()
        if application.state == ApplicationState.SELECTED:
            self.later(story, 4, lambda: self.approve(application, story))

    def approve(self, application: Application, story: Story) -> None:
        application.refresh_from_db()
        if application.state != ApplicationState.SELECTED:
            return
        decisions.approve(application, by=self.manager)
        self.later(story, 9, lambda: self.receive(application))

    def receive(self, application: Application) -> None:
        """The own share arrives for most: the voucher is issued."""
        voucher = getattr(application.award, "voucher", None)
        if voucher is None or voucher.state != VoucherState.AWAITING_CONTRIBUTION or self.dice.random() < 0.2:
            return
        vouchers.issue(voucher, by=self.finance, received_on=timezone.localdate())

    def later(self, story: Story, days: int, event: Callable[[], None]) -> None:
        moment = timezone.now() + timedelta(days=days, minutes=self.dice.randint(5, 240))
        story.then(moment, event)


def first_come(call: Call, story: Story, office: Office, *, favour: float) -> None:
    """Every weekday morning: check what came in three days ago, then decide in order of arrival."""
    day = local(call.opens_at, days=1, hour=9, minute=20)
    while day < story.now:
        if day.weekday() < 5:
            story.then(day, lambda: _check_all(call, office, days=3))
            story.then(day + timedelta(hours=1), lambda: _decide_all(call, story, office, favour, days=6))
        day = local(day, days=1, hour=9, minute=20)


def after_closing(call: Call, story: Story, office: Office, *, favour: float) -> None:
    """Check each within its working days, decide three weeks after closing, close the call."""
    checks(call, story, office)
    story.then(
        local(call.closes_at, days=25, hour=10), lambda: _decide_all(call, story, office, favour, days=0)
    )
    story.then(local(call.closes_at, days=40, hour=15), lambda: _finish(call, office))


def checks(call: Call, story: Story, office: Office) -> None:
    """A call decided later: only admissibility goes on while it is open.

    One in nine is forgotten, and silence makes it admissible.
    """
    day = local(call.opens_at, days=1, hour=9, minute=40)
    while day < min(story.now, local(call.closes_at, days=8)):
        if day.weekday() < 5:
            story.then(day, lambda: _check_all(call, office, days=3, but_every=9))
        day = local(day, days=1, hour=9, minute=40)


def _ripe(call: Call, state: str, days: int):
    limit = timezone.now() - timedelta(days=days)
    return call.applications.filter(state=state, submitted_at__lte=limit).order_by("submitted_at", "number")


def _check_all(call: Call, office: Office, *, days: int, but_every: int = 0) -> None:
    for application in _ripe(call, ApplicationState.SUBMITTED, days):
        if not but_every or application.number % but_every:
            office.check(application)


def _decide_all(call: Call, story: Story, office: Office, favour: float, *, days: int) -> None:
    for application in _ripe(call, ApplicationState.ADMISSIBLE, days):
        try:
            office.decide(application, story, favour=favour)
        except Refused:
            return  # an earlier application is not checked yet: the office comes back tomorrow


def _finish(call: Call, office: Office) -> None:
    """Nobody is left waiting: the rest is rejected with a reason, then the call is closed."""
    for application in call.applications.filter(state=ApplicationState.ADMISSIBLE):
        reason = "L’enveloppe est épuisée."
        decisions.reject(application, by=office.officer, reasons=[reason])
    calls.close(call, by=office.manager)
