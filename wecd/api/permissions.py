"""What a view lets through: nothing, unless it says so."""

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission

from wecd.common.rest.reader import Reader


def check(view, reader: Reader | None) -> None:
    """A view declares ``open = True`` or ``scope = "…:read"``; one that declares neither is shut."""
    if getattr(view, "open", False):
        return
    scope = getattr(view, "scope", "")
    if not scope:
        raise PermissionDenied("Nobody may use this address.")
    if reader is None:
        raise NotAuthenticated(f"This needs a partner's API key with the scope “{scope}”.")
    if scope not in reader.scopes:
        raise PermissionDenied(f"This key does not have the scope “{scope}”.")


class DenyByDefault(BasePermission):
    """The same for Django REST framework."""

    def has_permission(self, request, view):
        check(view, request.auth)
        return True
