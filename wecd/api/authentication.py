"""Who asks: nobody, or a partner's system with a key."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from partners.domain import keys


class PartnerKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>``. ``request.auth`` is the Reader; there is no user behind it."""

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed("Send the key as “Authorization: Bearer <key>”.")
        try:
            key = keys.authenticate(parts[1].decode("ascii"))
        except UnicodeDecodeError:
            key = None
        if key is None:
            raise AuthenticationFailed("This API key is unknown, expired or revoked.")
        return None, keys.reader(key)

    def authenticate_header(self, request):
        return 'Bearer realm="WECD API"'
