"""Jobs of the feed."""

from procrastinate.contrib.django import app

from partners.domain import webhooks
from wecd.feed import settling


@app.periodic(cron="* * * * * */5")
@app.task(queue="webhooks", queueing_lock="settle_feed")
def settle_feed(timestamp: int) -> None:
    """Bring the feed up to date, so that webhooks leave though nobody reads it.

    Every five seconds while somebody listens, else once a minute: whoever begins to listen then hears of what
    changes from now on, not of all that changed since the feed was last read.
    """
    if webhooks.anyone_listens() or timestamp % 60 < 5:
        settling.settle()
