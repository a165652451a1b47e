"""Reads of the programme, its axes, actions and indicators: open data."""

from django.db import models

from accounts.rules import is_reader
from partners.rules import partners_of


class OpenQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self

    def for_staff(self, user):
        """In the back office: to those who read the programme."""
        return self if is_reader(user) else self.none()


class ActionQuerySet(OpenQuerySet):
    def for_staff(self, user):
        """Also to editors of a partner: the actions it leads."""
        return self if is_reader(user) else self.filter(lead__in=partners_of(user))

    def of_partner(self, partner):
        """Those a partner leads or takes part in; ``partner`` may be its id, or an expression for it."""
        taking_part = self.model.partners.through.objects.filter(partner=partner).values("action")
        return self.filter(models.Q(lead=partner) | models.Q(pk__in=taking_part))

    def for_list(self):
        return self.select_related("axis__programme", "lead").order_by("axis__position", "position", "pk")


class IndicatorQuerySet(OpenQuerySet):
    def for_list(self):
        """Outputs before the results that follow from them."""
        return self.select_related("action").order_by("kind", "position", "pk")
