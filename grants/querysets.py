"""Reads of envelopes and awards."""

from django.db import models

from accounts.rules import is_reader, is_system, sees_personal_data

PUBLIC_STATES = ("approved", "active", "completed")


class EnvelopeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if is_reader(user) or is_system(user) else self.none()


class AwardQuerySet(models.QuerySet):
    def public(self):
        """Awards anyone may read: those in force. Proposals and releases stay inside."""
        return self.filter(state__in=PUBLIC_STATES)

    def visible_to(self, user):
        if is_reader(user) or is_system(user):
            return self
        if user is None or not user.is_authenticated:
            return self.public()
        own = models.Q(enterprise__in=user.enterprise_roles, state="released")  # never a mere proposal
        return self.filter(models.Q(state__in=PUBLIC_STATES) | own)

    def for_list(self):
        return self.select_related("enterprise", "envelope").order_by("-created_at", "-pk")


class DeMinimisQuerySet(models.QuerySet):
    def visible_to(self, user):
        if sees_personal_data(user) or is_system(user):
            return self
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(undertaking__enterprises__in=user.enterprise_roles).distinct()
