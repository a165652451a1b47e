"""The portal with one page more, the same for everybody: what public pages are measured against."""

from django.http import HttpResponse
from django.urls import path

from wecd.urls import urlpatterns as ours

SAID = b"<!doctype html><title>x</title>" + b"The same for everybody. " * 20


def constant(request):
    return HttpResponse(SAID)


urlpatterns = [path("constant/", constant), *ours]
