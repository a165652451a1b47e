"""Reads of vouchers."""

from django.db import models

from accounts.rules import is_system, sees_personal_data
from actions.models import Action


class VoucherQuerySet(models.QuerySet):
    def visible_to(self, user):
        if sees_personal_data(user) or is_system(user):
            return self
        return (
            self.filter(enterprise__in=user.enterprise_roles)
            if user and user.is_authenticated
            else self.none()
        )

    def visible_to_partner(self, partner):
        """Vouchers of the calls of actions this partner (or id) leads or takes part in."""
        return self.filter(award__application__call__action__in=Action.objects.of_partner(partner))

    def for_list(self):
        return self.select_related("award__application__call__action__axis", "enterprise").order_by(
            "-created_at", "-pk"
        )
