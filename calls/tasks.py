"""Jobs of the calls app."""

import structlog
from procrastinate.contrib.django import app

from calls.domain import admissibility, information, public_answers, reminders

log = structlog.get_logger(__name__)


class SomeRefused(Exception):
    """A job did what it could, and these moves were refused: it fails, so that somebody looks."""


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="remind_of_drafts")
def remind_of_drafts(timestamp: int) -> None:
    """Remind those whose draft closes in 72 and in 24 hours. Weekends included; each reminder once."""
    reminders.remind()


@app.periodic(cron="20 4 * * *")
@app.task(queue="default", queueing_lock="forget_askers")
def forget_askers(timestamp: int) -> None:
    """Forget who asked a question on a call's page, 30 days after it was settled."""
    public_answers.forget_askers()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="expire_information_requests")
def expire_information_requests(timestamp: int) -> None:
    """Close the information requests whose deadline passed, and remind of those that end within a day."""
    information.remind()
    _report((asked.application, why) for asked, why in information.expire_due().refused)


@app.periodic(cron="5 * * * *")
@app.task(queue="default", queueing_lock="admit_by_silence")
def admit_by_silence(timestamp: int) -> None:
    """Declare admissible what nobody decided in its working days. Hourly, so that a pause loses nothing."""
    _report(admissibility.admit_due().refused)


@app.periodic(cron="10 5-15 * * *")
@app.task(queue="default", queueing_lock="warn_of_clocks")
def warn_of_clocks(timestamp: int) -> None:
    """Warn officers of the clocks that end tomorrow or today: one mail a person and day, in the morning."""
    admissibility.warn()


def _report(refused) -> None:
    """Say each refusal in the log, then fail the job."""
    found = [(str(application), why) for application, why in refused]
    for application, why in found:
        log.error("move_refused", application=application, why=why)
    if found:
        raise SomeRefused("; ".join(f"{application}: {why}" for application, why in found))
