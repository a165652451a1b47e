"""What wraps the resources: their addresses, the schema and its page."""

from django.shortcuts import render
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import ValidationError
from rest_framework.views import APIView

from wecd.api import authentication, errors, permissions, throttling
from wecd.api.personal import note_read
from wecd.common.rest import views
from wecd.common.rest.claims import Claim, Unfounded
from wecd.common.rest.resource import Resource


class InEnglish:
    """The API speaks English, whatever the browser's language: its texts carry all languages anyway.

    Also puts the RateLimit headers on every answer.
    """

    def dispatch(self, request, *args, **kwargs):
        with translation.override("en"):
            response = super().dispatch(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return self.labelled(request, response)

    def labelled(self, request, response):
        """The answer with its language and limits; a reading of personal data is noted."""
        if hasattr(self, "resource") and response.status_code == 200:
            note_read(self.request.auth, [self.resource])
        response.headers.setdefault("Content-Language", "en")
        for name, value in throttling.headers(request).items():
            response[name] = value
        return response


class Direct(InEnglish):
    """A view that answers GET without Django REST framework's parsers, renderers and request: they cost more
    than the answer. Who may come in, how often, what an error looks like: the same functions decide.
    """

    claim: Claim | None

    def dispatch(self, request, *args, **kwargs):
        if request.method not in ("GET", "HEAD"):
            return super().dispatch(request, *args, **kwargs)
        self.request = request
        try:
            response = self.by_claim(request, *args, **kwargs)
            if response is None:
                with translation.override("en"):
                    response = self.by_key(request, *args, **kwargs)
        except Exception as error:
            with translation.override("en"):
                response = errors.handle(error, {"request": request, "view": self})
        return self.labelled(request, response)

    def by_claim(self, request, *args, **kwargs):
        """The answer to who this key was last time; None where who asks has to be read first.

        SECURITY: what was remembered refuses nothing (but too many requests), and tells nothing unconfirmed.
        """
        claim = authentication.claimed(request) if self.confirms else None
        if claim is None or not claim.reader.may_see(self.scope):
            return None
        request.auth, self.claim = claim.reader, claim
        throttling.check(request, self, claim.reader)
        try:
            return self.get(request, *args, **kwargs)
        except (Unfounded, ValidationError):
            request.auth = self.claim = None
            return None

    def by_key(self, request, *args, **kwargs):
        request.auth = reader = authentication.reader_of(request)
        permissions.check(self, reader)
        if not hasattr(request, "limits"):  # counted under its claim
            throttling.check(request, self, reader)
        return self.get(request, *args, **kwargs)


def list_of(resource: type[Resource]):
    """The view of the resource's list."""
    return _view(views.ListView, resource)


def one_of(resource: type[Resource]):
    """The view of one of the resource's rows."""
    return _view(views.DetailView, resource)


def _view(base: type[views.ResourceView], resource: type[Resource]):
    if resource.open == bool(resource.scope):
        raise ValueError(f"{resource.__name__} must declare either open or scope.")
    attributes = {"resource": resource(), "open": resource.open, "scope": resource.scope}
    return type(f"{resource.__name__}{base.__name__}", (Direct, base), attributes).as_view()


class SchemaView(InEnglish, SpectacularAPIView):
    """OpenAPI 3.1, as YAML or (``?format=json`` or by Accept) JSON."""

    open = True
    permission_classes = APIView.permission_classes


class DocsView(InEnglish, APIView):
    """The schema, to read and try in the browser. Everything it loads comes from this server."""

    open = True
    schema = None

    def get(self, request):
        return render(request._request, "api/docs.html")
