"""The language of pages that are not under ``/{lang}/``: sign-in, first of all."""

from django.conf import settings

CODES = {code for code, _name in settings.LANGUAGES}


class ChosenLanguageMiddleware:
    """Remember the language said in ``?lang=`` in the language cookie, which Django's own middleware reads.

    Stands before ``LocaleMiddleware``. Pages under ``/{lang}/`` never come here with ``?lang=``, so they set
    no cookie and can be cached for everyone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = request.GET.get("lang")
        if chosen not in CODES:
            return self.get_response(request)
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = chosen
        response = self.get_response(request)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response
