"""The row every domain model is: a UUIDv7 key, two timestamps, permissions by ``rules``."""

import uuid

import pgtrigger
import uuid_utils.compat
from django.db import models
from django.utils.translation import gettext_lazy as _
from rules.contrib.models import RulesModelBase, RulesModelMixin


def uuid7() -> uuid.UUID:
    """A new UUIDv7: sortable by time, unguessable (74 random bits), safe to show in an address."""
    return uuid_utils.compat.uuid7()


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers by which Postgres refuses to change, delete or empty what was written, whoever asks."""
    return [
        pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_never_emptied",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
        ),
    ]


class Row(RulesModelMixin, models.Model, metaclass=RulesModelBase):
    """Base of domain models. ``Meta.rules_permissions`` names who may do what; nothing else is allowed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True, editable=False)

    class Meta:
        abstract = True
