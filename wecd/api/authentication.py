"""Who asks: nobody, or a partner's system with a key or a token."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from partners.domain import recognition
from wecd.common import addresses
from wecd.common.rest.claims import Claim
from wecd.common.rest.reader import Reader

REALM = 'Bearer realm="WECD API"'


def reader_of(request) -> Reader | None:
    """The reader of ``Authorization: Bearer <key or token>``; None without that header."""
    raw = _bearer(request)
    if raw is None:
        return None
    try:
        reader = recognition.recognise(raw, addresses.of_client(request)) if raw.isascii() else None
    except recognition.Elsewhere as error:
        raise PermissionDenied(f"This key may not be used from {error.address}: it has networks of its own.")
    if reader is None:
        raise AuthenticationFailed("This API key is unknown, expired or revoked.")
    return reader


def claimed(request) -> Claim | None:
    """Who this key was last time, to be confirmed; None where it has to be read."""
    raw = _bearer(request)
    return recognition.claimed(raw, addresses.of_client(request)) if raw and raw.isascii() else None


def _bearer(request) -> str | None:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return None
    kind, _space, raw = header.partition(" ")
    raw = raw.strip()
    if kind.lower() != "bearer" or not raw or " " in raw:
        raise AuthenticationFailed("Send the key as “Authorization: Bearer <key>”.")
    return raw


class PartnerKeyAuthentication(BaseAuthentication):
    """The same for Django REST framework. ``request.auth`` is the Reader; there is no user behind it."""

    def authenticate(self, request):
        reader = reader_of(request)
        return None if reader is None else (None, reader)

    def authenticate_header(self, request):
        return REALM
