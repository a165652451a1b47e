"""Jobs of the calls app."""

from procrastinate.contrib.django import app

from calls.domain import reminders


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="remind_of_drafts")
def remind_of_drafts(timestamp: int) -> None:
    """Remind those whose draft closes in 72 and in 24 hours. Weekends included; each reminder once."""
    reminders.remind()
