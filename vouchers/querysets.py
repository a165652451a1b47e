"""Reads of vouchers."""

from django.db import models

from accounts.rules import is_system, sees_personal_data


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
        """Vouchers of the calls of actions this partner leads or takes part in."""
        action = "award__application__call__action"
        return self.filter(
            models.Q(**{f"{action}__lead": partner}) | models.Q(**{f"{action}__in": partner.actions.all()})
        )

    def for_list(self):
        return self.select_related("award__application__call__action__axis", "enterprise").order_by(
            "-created_at", "-pk"
        )
