"""Reads of the programme, its axes and actions: open data."""

from django.db import models


class OpenQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self


class ActionQuerySet(OpenQuerySet):
    def for_list(self):
        return self.select_related("axis__programme", "lead").order_by("axis__position", "position", "pk")
