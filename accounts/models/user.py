"""People."""

from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import UserManager
from accounts.rules import is_manager, sees_personal_data
from wecd.common.models import Row


class User(AbstractBaseUser, PermissionsMixin, Row):
    """A person, or the system itself. Roles are groups (staff) and memberships (enterprises)."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=5, default="fr")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the back office"), default=False)
    is_system = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    PERSONAL = {"email": "email", "name": "name", "phone": "phone"}
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_address"),
            models.UniqueConstraint(
                fields=["is_system"], condition=models.Q(is_system=True), name="one_system_user"
            ),
        ]
        rules_permissions = {"view": sees_personal_data, "add": is_manager, "change": is_manager}

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @cached_property
    def role_names(self) -> set[str]:
        """Names of the staff roles this person has (see ``accounts.enums.Role``)."""
        return set(self.groups.values_list("name", flat=True))

    @cached_property
    def enterprise_roles(self) -> dict:
        """{enterprise id: member role} of the enterprises this person is an active member of."""
        return dict(self.memberships.active().values_list("enterprise_id", "role"))

    def refresh_from_db(self, *args, **kwargs):
        self.__dict__.pop("role_names", None)
        self.__dict__.pop("enterprise_roles", None)
        super().refresh_from_db(*args, **kwargs)
