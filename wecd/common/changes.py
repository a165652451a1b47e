"""Which changes of a row its history keeps."""

import pghistory


def every_change() -> tuple:
    """Also the end of a row: what was taken out of a call, or of an enterprise, shows in its history.

    New trackers each time: the library writes into them what it learns of the model.
    """
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()
