"""Jobs of the partners app."""

from procrastinate.contrib.django import app

from partners.domain import deliveries, keys, oauth


@app.task(queue="webhooks", priority=-1)
def deliver_webhooks(endpoint_id: str) -> None:
    """Send what is due to one endpoint, for one turn."""
    deliveries.deliver(endpoint_id)


@app.periodic(cron="* * * * * */5")
@app.task(queue="webhooks", queueing_lock="sweep_webhooks")
def sweep_webhooks(timestamp: int) -> None:
    """Begin the retries that are due."""
    deliveries.sweep()


@app.periodic(cron="50 3 * * *")
@app.task(queue="default", queueing_lock="forget_webhooks")
def forget_webhooks(timestamp: int) -> None:
    """Remove what was delivered, or given up, thirty days ago."""
    deliveries.forget()


@app.periodic(cron="20 7 * * *")
@app.task(queue="default", queueing_lock="warn_of_keys")
def warn_of_keys(timestamp: int) -> None:
    """Write to partners whose key expires in 14 or 3 days; and forget the tokens that have ended."""
    keys.warn()
    oauth.forget_expired()
