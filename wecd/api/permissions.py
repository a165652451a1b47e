"""What a view lets through: nothing, unless it says so."""

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission


class DenyByDefault(BasePermission):
    """A view declares ``open = True`` or ``scope = "…:read"``; one that declares neither is shut."""

    def has_permission(self, request, view):
        if getattr(view, "open", False):
            return True
        scope = getattr(view, "scope", "")
        if not scope:
            raise PermissionDenied("Nobody may use this address.")
        if request.auth is None:
            raise NotAuthenticated(f"This needs a partner's API key with the scope “{scope}”.")
        if scope not in request.auth.scopes:
            raise PermissionDenied(f"This key does not have the scope “{scope}”.")
        return True
