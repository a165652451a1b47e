"""Building blocks of every app's models, and the tables that belong to no app in particular."""

from wecd.common.models.base import Row, uuid7
from wecd.common.models.clock import Clock
from wecd.common.models.journal import JournalCheck, JournalEntry, JournalHead
from wecd.common.models.outbox import HeldTemplate, MailTemplate, OutboxMessage
from wecd.common.models.saved_view import SavedView

__all__ = [
    "Clock",
    "HeldTemplate",
    "JournalCheck",
    "JournalEntry",
    "JournalHead",
    "MailTemplate",
    "OutboxMessage",
    "Row",
    "SavedView",
    "uuid7",
]
