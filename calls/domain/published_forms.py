"""Published forms as they are read when somebody submits: once a process, not once a submission.

Postgres refuses any change to a published form and its parts (``calls.models.form``), so what was read once
stays true. Those who get it share it: they read it and change nothing.
"""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from django.db.models import prefetch_related_objects

from calls.models import Form

MOST = 50  # forms remembered; the one longest unused goes first
PARTS = ("sections__questions", "documents")

_read: OrderedDict[UUID, Form] = OrderedDict()
_lock = Lock()


def read(pk: UUID) -> Form:
    """The form with its sections, questions and documents. One that is not published is read each time."""
    with _lock:
        if pk in _read:
            _read.move_to_end(pk)
            return _read[pk]
    form = Form.objects.get(pk=pk)
    prefetch_related_objects([form], *PARTS)
    if form.is_frozen:
        with _lock:
            _read[pk] = form
            while len(_read) > MOST:
                _read.popitem(last=False)
    return form
