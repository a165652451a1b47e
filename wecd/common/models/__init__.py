"""Building blocks of every app's models, and the tables that belong to no app in particular."""

from wecd.common.models.base import Row, uuid7
from wecd.common.models.journal import JournalEntry, JournalHead
from wecd.common.models.outbox import OutboxMessage

__all__ = ["JournalEntry", "JournalHead", "OutboxMessage", "Row", "uuid7"]
