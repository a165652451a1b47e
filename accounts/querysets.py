"""Reads of people and enterprises."""

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

from accounts.rules import is_reader, is_system, sees_personal_data


class UserManager(BaseUserManager):
    """People sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None):
        return self.get(email__iexact=email)

    def system(self):
        """The user in whose name jobs act; it cannot sign in."""
        return self.get(is_system=True)


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """With its personal data in it: one's own, or all by role."""
        if sees_personal_data(user) or is_system(user):
            return self
        return self.filter(pk__in=user.enterprise_roles) if user and user.is_authenticated else self.none()

    def for_staff(self, user):
        """In the back office, which masks what a role does not need."""
        return self if is_reader(user) else self.none()

    def for_list(self):
        return self.select_related("undertaking").order_by("name", "pk")


class MembershipQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state="active")

    def visible_to(self, user):
        """One's own memberships, and those of the enterprises one is a member of."""
        if sees_personal_data(user) or is_system(user):
            return self
        if not user or not user.is_authenticated:
            return self.none()
        return self.filter(models.Q(user=user) | models.Q(enterprise__in=user.enterprise_roles))

    def for_list(self):
        return self.select_related("user", "enterprise").order_by("state", "user__name", "pk")
