"""Moves: the only way a row's ``state`` changes.

A model with a workflow has ``MOVES`` (verb → (states it may leave, state it enters)) and a permission
of the same name for each verb in ``Meta.rules_permissions``.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from wecd.common import journal
from wecd.common.prepared import Prepared
from wecd.common.reasons import all_of, because
from wecd.common.rest.holes import Hole

__all__ = [
    "NotAllowed",
    "Refused",
    "all_of",
    "because",
    "can",
    "move",
    "why_not",
    "why_not_permitted",
    "wrong_state",
]


class Refused(Exception):
    """A move the rules do not allow now. The message is a sentence the user can act on.

    Pages show it as a message, the API as 409 problem+json.
    """


class NotAllowed(PermissionDenied):
    """This person may not do this; the message says why."""


Moves = dict[str, tuple[set[str], str]]


@contextmanager
def move(
    row,
    verb: str,
    *,
    by,
    first: Callable[[], object] | None = None,
    related: Iterable[str] = (),
    short_end: bool = False,
    **facts,
) -> Iterator:
    """Lock, check who and whether, let the caller act, save, write the journal: all or nothing.

    Yields the locked, fresh row; the caller changes that one. Raises ``NotAllowed`` or ``Refused``.
    ``facts`` go into the journal; keys the caller adds to ``row.journal_facts`` do too. ``first`` is called
    in the transaction before the row is locked: for locks that come before its own. ``related`` rows are
    read with it, unlocked. With ``short_end``, the place in the journal is taken at once and not at the end:
    for moves that end with a lock many wait for, and write nothing else about their row.
    """
    with transaction.atomic():
        if first:
            first()
        model: type[models.Model] = type(row)
        locked: Any = _lock(model, tuple(related)).get(pk=row.pk)
        if not rules.has_perm(locked.get_perm(verb), by, locked):  # no superuser bypass
            raise NotAllowed(why_not_permitted(locked, verb, by))
        sources, target = locked.MOVES[verb]
        if locked.state not in sources:
            raise Refused(wrong_state(locked))
        locked.journal_facts = {"from": locked.state, "to": target} | facts
        taken = journal.place(locked) if short_end else None
        yield locked
        locked.state = target
        locked.save()
        facts = locked.__dict__.pop("journal_facts")
        journal.record(locked, f"{locked._meta.label_lower}.{verb}", by=by, taken=taken, **facts)
    row.refresh_from_db()


@cache
def _lock(model: type[models.Model], related: tuple[str, ...]) -> Prepared:
    """The read of one row, locked, with its related rows, unlocked."""
    rows = model._default_manager.select_for_update(of=("self",)).order_by()
    rows = rows.select_related(*related) if related else rows
    return Prepared(lambda: rows.filter(pk=Hole("pk", model._meta.pk)))


def wrong_state(row) -> str:
    return _("“%(row)s” is now “%(state)s”, so this can no longer be done. Reload the page.") % {
        "row": row,
        "state": row.get_state_display(),
    }


def can(row, verb: str, by) -> bool:
    """Whether ``by`` may do ``verb`` to ``row`` as it stands. For buttons; ``move`` asks again."""
    return row.state in row.MOVES[verb][0] and rules.has_perm(row.get_perm(verb), by, row)


def why_not(row, verb: str, by) -> str:
    """Why ``by`` cannot do ``verb`` now, as a sentence; empty when they can."""
    if not rules.has_perm(row.get_perm(verb), by, row):
        return why_not_permitted(row, verb, by)
    return "" if row.state in row.MOVES[verb][0] else wrong_state(row)


def why_not_permitted(row: models.Model, verb: str, by) -> str:
    """The reason attached to the first part of the permission that says no."""
    predicate = getattr(type(row)._meta, "rules_permissions", {}).get(verb)
    for part in getattr(predicate, "parts", (predicate,)):
        if part is not None and not part.test(by, row):
            return str(getattr(part, "because", "")) or _("Your role does not allow this.")
    return _("Your role does not allow this.")
