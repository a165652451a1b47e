"""What search engines may read: the sitemap, with each page in each language, and robots.txt."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as written
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from actions.models import Action, Axis
from calls.models import Call
from hubs.models import Hub
from partners.models import Partner
from wecd.common.seo import absolute, first_address
from wecd.pages.partners import slug as partner_slug

PLACES = ("home", "calls", "programme", "hubs", "results", "open-data", "accessibility", "privacy", "contact")
CLOSED = ("/admin/", "/accounts/", "/api/", "/metrics", "/*/applications/", "/*/space/", "/*/vouchers/")


class Pages(Sitemap):
    """Rows of one kind, each with a page in each language under the name the portal is known by."""

    i18n = alternates = x_default = True
    name = ""

    def get_urls(self, page=1, site=None, protocol=None):
        parts = urlsplit(settings.SITE_URL)
        site = SimpleNamespace(domain=parts.netloc, name=parts.netloc)
        return super().get_urls(page, site, parts.scheme)

    def slug(self, row) -> str:
        return row.slug

    def location(self, row) -> str:
        return reverse(self.name, args=[self.slug(row)])

    def lastmod(self, row):
        return row.updated_at


class Places(Pages):
    def items(self):
        return [name for name in PLACES if first_address(name)]

    def location(self, row):
        return reverse(row)

    def lastmod(self, row):
        return None


class Calls(Pages):
    name = "call"

    def items(self):
        return Call.objects.public().exclude(closes_at=None).order_by("-closes_at")


class Axes(Pages):
    name = "axis"

    def items(self):
        return list({row.slug: row for row in Axis.objects.order_by("position", "pk")}.values())


class Actions(Pages):
    name = "action"

    def items(self):
        return Action.objects.order_by("position", "pk")


class Partners(Pages):
    name = "partner_page"

    def items(self):
        return Partner.objects.filter(periods__isnull=False).distinct().order_by("code")

    def slug(self, row):
        return partner_slug(row)


class Hubs(Pages):
    name = "hub"

    def items(self):
        try:
            reverse("hub", args=["x"])
        except NoReverseMatch:
            return []
        return Hub.objects.order_by("slug")


SECTIONS: dict[str, type[Sitemap] | Sitemap] = {
    "places": Places,
    "calls": Calls,
    "axes": Axes,
    "actions": Actions,
    "partners": Partners,
    "hubs": Hubs,
}


@require_safe
@cache_control(public=True, max_age=900)
def sitemap(request):
    """Every public page, with its alternates."""
    return written(request, SECTIONS)


@require_safe
@cache_control(public=True, max_age=86400)
def robots(request):
    """What crawlers need not try; the rest says for itself whether it is theirs (``wecd.common.seo``)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Allow: /api/v1/docs", ""]
    lines.append(f"Sitemap: {absolute(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
