"""Reads of partners and their keys."""

from django.db import models
from django.utils import timezone

from accounts.rules import is_manager, is_reader, sees_personal_data
from partners.rules import memberships_of, partners_of


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Partners are open data."""
        return self

    def for_staff(self, user):
        """In the back office: all to those who read the programme, their own to editors."""
        return self if is_reader(user) else self.filter(pk__in=partners_of(user))

    def in_space_of(self, user):
        """Whose space this person may enter: the partners they work for; a programme manager, every one."""
        return self if is_manager(user) else self.filter(pk__in=memberships_of(user))


class AgreementQuerySet(models.QuerySet):
    def in_force(self, day=None):
        """Those signed by this day (today) and not over."""
        day = day or timezone.localdate()
        return self.filter(signed_on__lte=day).filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day))

    def visible_to(self, user):
        if sees_personal_data(user):
            return self
        return self.filter(partner__members__user=user) if user and user.is_authenticated else self.none()

    def for_staff(self, user):
        return self if sees_personal_data(user) else self.none()


class ApiKeyQuerySet(models.QuerySet):
    def usable(self, now=None):
        now = now or timezone.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))

    def visible_to(self, user):
        if sees_personal_data(user):
            return self
        return self.filter(partner__members__user=user) if user and user.is_authenticated else self.none()

    def for_staff(self, user):
        return self if sees_personal_data(user) else self.none()
