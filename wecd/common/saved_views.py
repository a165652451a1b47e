"""Views of a list that people keep: a name for filters and an order. Their own, or shared with all staff.

No journal: a view changes nothing of the programme. Its owner changes it; a shared one nobody owns any more,
or that misleads, may also be deleted by who may delete any.
"""

import rules
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from wecd.common.models import SavedView
from wecd.common.workflow import NotAllowed, Refused

NOT_KEPT = ("after", "before", "p", "e", "list", "_changelist_filters")
MOST = 30  # of one person in one list


def cleaned(query: str) -> str:
    """The query without its place in the list and without empty parameters, in one order."""
    found = QueryDict(query.removeprefix("?")[:2000], mutable=True)
    for name in list(found):
        if name in NOT_KEPT or not any(found.getlist(name)):
            del found[name]
    kept = QueryDict(mutable=True)
    for name in sorted(found):
        kept.setlist(name, found.getlist(name))
    return kept.urlencode()


def of_list(label: str, user):
    """The views this person has in a list: their own first, then the shared ones of others."""
    mine = Q(owner=user)
    views = SavedView.objects.filter(mine | Q(is_shared=True), list=label).select_related("owner")
    return sorted(views, key=lambda view: (view.owner_id != user.pk, view.name.lower()))


def keep(label: str, *, by, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a view under a name new to the person in this list."""
    _may_keep(by)
    if SavedView.objects.filter(list=label, owner=by).count() >= MOST:
        raise Refused(_("You keep %(most)s views of this list: delete one first.") % {"most": MOST})
    view = SavedView(list=label, owner=by, query=cleaned(query), is_shared=is_shared)
    return _named(view, name)


def rename(view: SavedView, *, by, name: str) -> SavedView:
    _own(view, by)
    return _named(view, name)


def share(view: SavedView, *, by, is_shared: bool) -> SavedView:
    """Show it to all staff, or to its owner alone again."""
    _own(view, by)
    view.is_shared = is_shared
    view.save(update_fields=["is_shared", "updated_at"])
    return view


def delete(view: SavedView, *, by) -> None:
    if not (view.is_shared and rules.has_perm("common.delete_savedview", by)):
        _own(view, by)
    view.delete()


def _named(view: SavedView, name: str) -> SavedView:
    view.name = " ".join(name.split())
    if not view.name or len(view.name) > 80:
        raise Refused(_("Give the view a name of at most 80 characters."))
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Refused(_("You already have a view named “%(name)s” here.") % {"name": view.name}) from None
    return view


def _may_keep(by) -> None:
    if not rules.has_perm("common.keep_savedview", by):
        raise NotAllowed(_("An auditor reads everything and changes nothing."))


def _own(view: SavedView, by) -> None:
    _may_keep(by)
    if view.owner_id != by.pk:
        raise NotAllowed(_("Only the person who keeps this view can change it."))
