"""People: what they say about themselves."""

from django.db import transaction

from accounts.models import User
from wecd.common import journal

FIELDS = ("name", "language", "phone")


def update_profile(user: User, *, by, **fields) -> User:
    """Change one's own name, language or telephone; the journal says which, not to what."""
    unknown = fields.keys() - set(FIELDS)
    if unknown:
        raise TypeError(f"A profile has no field {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        changed = sorted(key for key, value in fields.items() if getattr(row, key) != value)
        for key in changed:
            setattr(row, key, fields[key])
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
            journal.record(row, "accounts.user.update", by=by, changed=changed)
    user.refresh_from_db()
    return user
