"""Reads of hubs: open data."""

from accounts.rules import is_reader
from actions.querysets import OpenQuerySet
from hubs.rules import hubs_of


class HubQuerySet(OpenQuerySet):
    def for_staff(self, user):
        """In the back office: all to those who read the programme, their own to hub managers."""
        return self if is_reader(user) else self.filter(pk__in=hubs_of(user))
