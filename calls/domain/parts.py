"""Copies of a call's parts, and the permission a write needs when it is no move."""

from typing import TypeVar

import rules
from django.db import models
from modeltranslation.manager import get_translatable_fields_for_model

from wecd.common.workflow import NotAllowed, why_not_permitted

AnyRow = TypeVar("AnyRow", bound=models.Model)
NEVER_COPIED = {"id", "created_at", "updated_at"}


def require(row: models.Model, verb: str, by) -> None:
    """Raise ``NotAllowed`` with the reason unless ``by`` may ``verb`` this row."""
    if not rules.has_perm(row.get_perm(verb), by, row):
        raise NotAllowed(why_not_permitted(row, verb, by))


def clone(row: AnyRow, **changes) -> AnyRow:
    """An unsaved copy with its own id, in every language; ``changes`` replace fields."""
    translated = set(get_translatable_fields_for_model(type(row)) or ())
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in NEVER_COPIED | translated and not {field.name, field.attname} & changes.keys()
    }
    return type(row)(**values, **changes)
