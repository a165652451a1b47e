"""The language of pages outside ``/{lang}/``, and the door of the back office."""

from datetime import timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext as _

SIGNED_IN_AT = "signed_in_at"  # session key, written by accounts.receivers


class AccountLanguageMiddleware:
    """Speak the visitor's language on sign-in pages and in the back office.

    The language comes from ``?lang=``, else the page to go back to (``?next=/nl/…``); both are remembered
    in the language cookie. Without a cookie, the signed-in person's own language; else Accept-Language,
    as ``LocaleMiddleware`` found it.
    """

    paths = ("/accounts/", "/admin/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(self.paths):
            return self.get_response(request)
        asked = self._asked(request)
        language = asked
        if not language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if asked:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, asked, samesite="Lax", secure=request.is_secure()
            )
        response.headers["Content-Language"] = translation.get_language()
        return response

    def _asked(self, request) -> str:
        asked = request.GET.get("lang", "")
        if asked in dict(settings.LANGUAGES):
            return asked
        return get_language_from_path(request.GET.get(REDIRECT_FIELD_NAME, "")) or ""


class StaffDoorMiddleware:
    """Who passes the door of ``/admin/``: staff, with a second factor, signed in not too long ago.

    The second factor is asked when ``STAFF_MFA_REQUIRED`` (everywhere but the demo and tests). The
    admin's own sign-in form is never shown: it knows neither codes nor second factors.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/admin/"):
            answer = self._stopped(request)
            if answer:
                return answer
        return self.get_response(request)

    def _stopped(self, request):
        login = request.path_info == reverse("admin:login")
        if request.path_info == reverse("admin:logout"):
            return None
        if not request.user.is_authenticated:
            if _keeps_text(request):
                return None
            wanted = request.GET.get(REDIRECT_FIELD_NAME) if login else request.get_full_path()
            return _go("account_login", wanted or reverse("admin:index"))
        if not request.user.is_staff:
            raise PermissionDenied(_("The back office is for programme staff."))
        if login:
            return HttpResponseRedirect(reverse("admin:index"))
        if _is_too_old(request.session):
            logout(request)
            if _keeps_text(request):
                return None
            messages.info(request, _("You signed in a while ago. Please sign in again."))
            return _go("account_login", request.get_full_path())
        if settings.STAFF_MFA_REQUIRED and not is_mfa_enabled(request.user):
            messages.warning(
                request, _("The back office needs a second factor: add a passkey or an authenticator app.")
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        return None


def _keeps_text(request) -> bool:
    """Whether the page asks to sign in by itself, once it has kept what was typed (``wecd.common.kept``)."""
    if request.method != "POST":
        return False
    try:
        return getattr(resolve(request.path_info).func, "keeps_text", False)
    except Resolver404:
        return False


def _go(name: str, wanted: str):
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")


def _is_too_old(session) -> bool:
    since = parse_datetime(session.get(SIGNED_IN_AT, ""))
    return since is None or timezone.now() - since > timedelta(hours=settings.STAFF_SESSION_HOURS)
