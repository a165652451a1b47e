"""Whether the portal lives, whether it can serve, and its measurements."""

import hmac

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import Error, connection
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from health_check import Database
from health_check.exceptions import HealthCheckException

from accounts.enums import Role
from accounts.rules import has_role


@never_cache
@require_safe
def live(request):
    """The process answers. Asks nothing of the database: a restart would not mend that."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request):
    """Database and cache answer, so requests may be sent here. 503 with what fails otherwise."""
    results = {"database": _database(), "cache": _cache()}
    failing = any(result != "ok" for result in results.values())
    return JsonResponse(results, status=503 if failing else 200)


def _database() -> str:
    try:
        Database().run()
    except (HealthCheckException, Error):
        connection.close()
        return "unavailable"
    return "ok"


def _cache() -> str:
    try:
        cache.set("health", "ok", 5)
        return "ok" if cache.get("health") == "ok" else "unavailable"
    except Exception:  # each backend raises its own
        return "unavailable"


@never_cache
@require_safe
def metrics(request):
    """Prometheus's page, for the bearer of METRICS_TOKEN and for programme managers."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.METRICS_TOKEN
    if wanted and hmac.compare_digest(given.encode(), wanted.encode()):
        return ExportToDjangoView(request)
    if request.user.is_authenticated and has_role(request.user, Role.MANAGER):
        return ExportToDjangoView(request)
    raise PermissionDenied


urlpatterns = [
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
    path("metrics", metrics, name="metrics"),
]
