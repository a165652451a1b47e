"""The people of the demo. Their password is public: they exist only where the demo command was run."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User

PASSWORD = "demo-wecd"  # noqa: S105  (public on purpose)


@dataclass(frozen=True)
class Person:
    """A demo account: who it is, and what one may try with it."""

    account: str
    name: str
    part: str | Promise
    role: str = ""  # a staff role, or none

    @property
    def email(self) -> str:
        return f"{self.account}@wecd.example"


PEOPLE = (
    Person("entrepreneur", "Claire Lejeune", _("Entrepreneur")),
    Person("officer", "Julien Lambert", _("Call officer"), Role.OFFICER),
    Person("staff", "Nathalie Dubois", _("Programme manager"), Role.MANAGER),
    Person("finance", "Fatima El Amrani", _("Finance"), Role.FINANCE),
    Person("communication", "Aurélie Pirotte", _("Communication"), Role.COMMUNICATION),
    Person("auditor", "Bernard Collignon", _("Auditor"), Role.AUDITOR),
    Person("provider", "Inès Moreau", _("Creative-service provider")),
    Person("partner", "Sophie Renard", _("Partner, Wallonie Design"), Role.PARTNER_EDITOR),
    Person("hub", "Quentin Delvaux", _("Hub manager, TRAKK"), Role.HUB_MANAGER),
    Person("expert", "Ingrid Janssens", _("High Level Group")),
    Person("juror1", "Amélie Thiry", _("Juror")),
    Person("juror2", "Olivier Maes", _("Juror")),
    Person("juror3", "Leïla Benali", _("Juror")),
    Person("juror4", "Günter Schmitz", _("Juror")),
    Person("juror5", "Mathilde Servais", _("Juror")),
)


def addresses() -> set[str]:
    """The addresses the one-click sign-in opens, and no other."""
    return {person.email for person in PEOPLE}


@transaction.atomic
def create_people() -> dict[str, User]:
    """Create the demo people with their roles, or bring them back to what they were; {account: user}.

    Their addresses count as verified. Memberships are the demo command's business.
    """
    if settings.WECD_ENV == "production":
        raise ImproperlyConfigured("Demo people have a public password: production refuses them.")
    password = make_password(PASSWORD)
    found = {}
    for person in PEOPLE:
        staff = bool(person.role)
        user, _new = User.objects.update_or_create(
            email=person.email,
            defaults={"name": person.name, "password": password, "is_active": True, "is_staff": staff},
        )
        user.groups.set([Group.objects.get_or_create(name=person.role)[0]] if staff else [])
        EmailAddress.objects.update_or_create(
            user=user, email=person.email, defaults={"verified": True, "primary": True}
        )
        found[person.account] = user
    return found
