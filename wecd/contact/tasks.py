"""Queue entry points."""

from procrastinate.contrib.django import app

from wecd.contact import domain


@app.periodic(cron="40 2 * * *")
@app.task(queue="default", queueing_lock="forget_enquiries")
def forget_enquiries(timestamp: int) -> None:
    """Remove messages of the public whose time is over."""
    domain.forget()
