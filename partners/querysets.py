"""Reads of partners and their keys."""

from django.db import models
from django.utils import timezone

from accounts.rules import is_reader


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Partners are open data."""
        return self


class ApiKeyQuerySet(models.QuerySet):
    def usable(self, now=None):
        now = now or timezone.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))

    def visible_to(self, user):
        if is_reader(user):
            return self
        return self.filter(partner__members__user=user) if user and user.is_authenticated else self.none()
