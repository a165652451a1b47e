"""Every route of the URLconf, with the method that tells most about it."""

import re
from dataclasses import dataclass, field

from django.conf import settings
from django.urls import URLResolver, get_resolver
from django.utils import translation

POST = {
    "answers",
    "withdraw",
    "membership_accept",
    "membership_refuse",
    "membership_role",
    "membership_end",
    "partner_webhook_end_overlap",
    "partner_webhook_pause",
    "partner_webhook_resume",
    "partner_webhook_test",
    "partner_webhook_replay",
    "partner_webhook_delivery_replay",
    "demo_receiver",
    "admin:common_mailtemplate_hold",
    "admin:accounts_enterprise_reveal",
}
# Static documents of libraries, and routes that leave the portal.
OUTSIDE = ("openid_connect_", "prometheus", "jsi18n")


PARTS = ("pages", "admin", "api")


@dataclass(frozen=True)
class Route:
    """One address pattern: ``/fr/applications/<uuid:pk>/``."""

    name: str
    pattern: str
    method: str = "GET"
    body: dict = field(default_factory=dict, hash=False)

    @property
    def part(self) -> str:
        """Which of ``PARTS`` the address belongs to."""
        if self.pattern.startswith("/admin/"):
            return "admin"
        return "api" if self.pattern.startswith("/api") else "pages"


def all_routes() -> list[Route]:
    """Routes in the order of the URLconf; each pattern once a method."""
    with translation.override(settings.LANGUAGE_CODE):
        found = list(_walk(get_resolver().url_patterns, "/", ""))
    return list({(route.method, route.pattern): route for route in found}.values())


def _walk(patterns, prefix: str, namespace: str):
    for pattern in patterns:
        path = prefix + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, path, inner)
            continue
        name = namespace + (pattern.name or "")
        if any(part in name for part in OUTSIDE):
            continue
        yield Route(name, path, "POST" if name in POST else "GET")


def _plain(pattern: str) -> str:
    """A regular expression or path pattern as something one can read and fill in."""
    pattern = pattern.removeprefix("^").removesuffix("$").removesuffix("\\Z").replace("\\.", ".")
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
