"""Queue entry points of the open data."""

from procrastinate.contrib.django import app

from wecd.opendata import editions


@app.periodic(cron="40 1 * * *")
@app.task(queue="default", queueing_lock="publish_open_data")
def publish_open_data(timestamp: int) -> None:
    """Make the night's Parquet files."""
    editions.publish()
