"""People: what they say about themselves, and the roles the programme gives them."""

from collections.abc import Iterable

import rules
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from wecd.common import journal
from wecd.common.outbox import queue_mail
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted

PROFILE_FIELDS = ("name", "language", "phone")
STAFF_FIELDS = (*PROFILE_FIELDS, "email", "is_active")


def update_profile(user: User, *, by, **fields) -> User:
    """Change one's own name, language or telephone; the journal says which, not to what."""
    _check(fields, PROFILE_FIELDS)
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        changed = _set(row, fields)
        if changed:
            journal.record(row, "accounts.user.update", by=by, changed=changed)
    user.refresh_from_db()
    return user


def create_staff(*, by, email: str, name: str, roles: Iterable[str], language: str = "fr") -> User:
    """Give somebody an account with staff roles. They get a mail and sign in with a code or a passkey."""
    _allow("add", by, None)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = User.objects.create_user(email, None, name=name, language=language)
        except IntegrityError as error:
            raise Refused(_("%(email)s has an account already: give it roles.") % {"email": email}) from error
        names = _set_roles(row, roles)
        journal.record(row, "accounts.user.create", by=by, email=row.email, roles=names)
        queue_mail("accounts/staff_welcome", to=row, about=row)
    return row


def update_person(user: User, *, by, roles: Iterable[str] | None = None, **fields) -> User:
    """Change what staff may change of a person: facts, whether they may sign in, and their roles.

    Nobody changes their own roles or locks themselves out. Having a role opens the back office.
    """
    _check(fields, STAFF_FIELDS)
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        _allow("change", by, row)
        facts: dict = {"changed": _set(row, fields)}
        if roles is not None:
            before = sorted(row.role_names & set(Role.values))
            after = _set_roles(row, roles)
            if before != after:
                facts["roles"] = {"from": before, "to": after}
        if row.pk == by.pk and ("roles" in facts or "is_active" in facts["changed"]):
            raise Refused(_("Nobody changes their own roles: ask another programme manager."))
        if facts["changed"] or "roles" in facts:
            journal.record(row, "accounts.user.update", by=by, **facts)
    user.refresh_from_db()
    return user


def _allow(verb: str, by, row) -> None:
    if not rules.has_perm(User.get_perm(verb), by, row):
        raise NotAllowed(why_not_permitted(row or User(), verb, by))


def _check(fields: dict, known: tuple) -> None:
    unknown = fields.keys() - set(known)
    if unknown:
        raise TypeError(f"A person has no field {', '.join(sorted(unknown))} here.")


def _set(row: User, fields: dict) -> list[str]:
    changed = sorted(key for key, value in fields.items() if getattr(row, key) != value)
    for key in changed:
        setattr(row, key, fields[key])
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
    return changed


def _set_roles(row: User, roles: Iterable[str]) -> list[str]:
    """Replace the staff roles; returns them sorted."""
    names = sorted(set(roles))
    groups = [Group.objects.get_or_create(name=Role(name).value)[0] for name in names]
    row.groups.set([*row.groups.exclude(name__in=Role.values), *groups])
    row.is_staff = bool(names)
    row.save(update_fields=["is_staff", "updated_at"])
    row.__dict__.pop("role_names", None)
    return names
