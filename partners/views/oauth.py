"""The token endpoint and what describes it. Of allauth's provider nothing else has an address here."""

import base64
import binascii

from allauth.idp.oidc.views import token as allauths
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from partners.domain import oauth
from partners.enums import Scope
from wecd.common import addresses
from wecd.common.spam import too_many

MOST, SECONDS = 60, 60  # from one network address: each request costs a slow hash


@csrf_exempt
@never_cache
@require_POST
def token(request: HttpRequest):
    """An access token for a partner's system (RFC 6749, section 4.4), if the client's row lets it ask.

    SECURITY: no other grant comes through, whatever a client is registered for.
    """
    if too_many(request, "oauth-token", most=MOST, seconds=SECONDS):
        response = _error(429, "temporarily_unavailable", "Too many requests. Wait a minute.")
        response["Retry-After"] = str(SECONDS)
        return response
    if request.POST.get("grant_type") != oauth.GRANT:
        return _error(400, "unsupported_grant_type", "Send grant_type=client_credentials.")
    if not oauth.may_ask(_client_id(request), addresses.of_client(request)):
        response = _error(
            401, "invalid_client", "This client is unknown, expired, revoked or used from elsewhere."
        )
        response["WWW-Authenticate"] = 'Basic realm="WECD API"'
        return response
    return allauths(request)


def _client_id(request: HttpRequest) -> str:
    """Of the Basic header if there is one, else of the form: of whom allauth will ask the secret."""
    kind, _space, encoded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "basic":
        return request.POST.get("client_id", "")
    try:
        text = base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    client_id, _colon, secret = text.partition(":")
    return client_id if secret else ""  # without one, allauth would look at the form instead


def _error(status: int, error: str, description: str) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)


@require_safe
def metadata(request: HttpRequest) -> JsonResponse:
    """What a client library asks first (RFC 8414)."""
    return JsonResponse(
        {
            "issuer": settings.SITE_URL,
            "token_endpoint": settings.SITE_URL + reverse("oauth_token"),
            "grant_types_supported": [oauth.GRANT],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": settings.IDP_OIDC_AUTH_METHODS,
            "scopes_supported": list(Scope.values),
            "service_documentation": settings.SITE_URL + reverse("api:docs"),
        }
    )
