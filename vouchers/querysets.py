"""Reads of vouchers."""

from django.db import models

from accounts.rules import is_reader, is_system


class VoucherQuerySet(models.QuerySet):
    def visible_to(self, user):
        if is_reader(user) or is_system(user):
            return self
        return (
            self.filter(enterprise__in=user.enterprise_roles)
            if user and user.is_authenticated
            else self.none()
        )

    def for_list(self):
        return self.select_related("award", "enterprise").order_by("-created_at", "-pk")
