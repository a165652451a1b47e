"""Personal data: who sees it, how it looks to the others, and what the journal keeps of each unmasking.

A model names its fields in ``PERSONAL``: {field: kind}. What is masked for everybody until asked for (a bank
account) is shown one field at a time by ``reveal``; the rest is plain to those whose role needs it.
"""

import re

import rules
from django.db import models, transaction
from django.utils.translation import gettext as _

from wecd.common import journal
from wecd.common.identifiers import mask_iban
from wecd.common.workflow import NotAllowed, Refused

HIDDEN = "•••"
ALWAYS_MASKED = ("iban",)  # kinds nobody sees before asking
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}")
PHONE = re.compile(r"\+?[\d\s./()-]{6,40}")


def may_see_personal(user) -> bool:
    """Whether a role needs people's data: programme managers, officers, finance, auditors and the system."""
    return bool(user) and (getattr(user, "is_system", False) or rules.test_rule("sees_personal_data", user))


def kind_of(value) -> str:
    """What a text looks like: ``email``, ``iban``, ``phone`` or, failing that, ``name``."""
    text = str(value).strip()
    if EMAIL.fullmatch(text):
        return "email"
    if IBAN.fullmatch(re.sub(r"\s", "", text).upper()):
        return "iban"
    return "phone" if PHONE.fullmatch(text) else "name"


def masked(value, kind: str = "") -> str:
    """A value as it looks to those who do not need it: enough to recognise it, too little to use it."""
    text = str(value or "").strip()
    if not text:
        return ""
    kind = kind or kind_of(text)
    if kind == "iban":
        return mask_iban(re.sub(r"\s", "", text)) or HIDDEN
    if kind == "email":
        return f"{text[0]}{HIDDEN}@{HIDDEN}"
    if kind == "phone":
        return f"{HIDDEN} {text[-2:]}"
    return " ".join(f"{word[0]}." for word in text.split())


def shown(value, kind: str, user) -> str:
    """The value itself or its mask, as the person's role says. A bank account is masked for everybody."""
    if kind in ALWAYS_MASKED or not may_see_personal(user):
        return masked(value, kind)
    return str(value or "")


def may_reveal(row: models.Model, field: str, user) -> bool:
    """Whether this person may ask for this field of this row."""
    return field in getattr(row, "PERSONAL", {}) and may_see_personal(user) and _may_view(row, user)


def reveal(row: models.Model, field: str, *, by) -> str:
    """The unmasked value, and an entry in the journal: who, which row, which field, never the value."""
    if field not in getattr(row, "PERSONAL", {}):
        raise Refused(_("There is nothing masked here."))
    if not may_reveal(row, field, by):
        raise NotAllowed(_("Your role does not need people's personal data."))
    with transaction.atomic():
        journal.record(row, f"{row._meta.label_lower}.reveal", by=by, field=field)
    return str(getattr(row, field) or "")


def _may_view(row, user) -> bool:
    return getattr(user, "is_system", False) or rules.has_perm(row.get_perm("view"), user, row)
