"""What every request passes through."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from wecd.common.request import set_request_id
from wecd.common.workflow import Refused


class RequestContextMiddleware:
    """Give each request an id, which the journal and the response carry."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.portal_id = uuid.uuid4().hex
        set_request_id(request.portal_id)
        try:
            response = self.get_response(request)
        finally:
            set_request_id("")
        response["X-Request-ID"] = request.portal_id
        return response


class RefusedMiddleware:
    """Turn a ``Refused`` that reached the top of a page into a message on the page before."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        messages.error(request, str(exception))
        back = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = "/"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=409, headers={"HX-Redirect": back})
        return HttpResponseRedirect(back)
