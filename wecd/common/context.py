"""What every page knows: the menu, the languages, the footer.

Links appear when the page they lead to exists, so that a room can be added without touching the header.
"""

from django.conf import settings
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wecd.common import seo

# (label, the names its address may have)
NAVIGATION = (
    (_("Calls"), ("calls:list", "calls:index", "calls")),
    (_("Vouchers and providers"), ("providers:list", "vouchers:providers", "providers")),
    (_("Creative Hubs"), ("hubs:list", "hubs:index", "hubs")),
    (_("Events"), ("hubs:events", "events:list", "events")),
    (_("Results"), ("results", "grants:results")),
)
TRANSPARENCY = (
    (_("Open data and API"), ("open-data", "open_data", "api-docs")),
    (_("Accessibility statement"), ("accessibility",)),
    (_("Privacy"), ("privacy",)),
    (_("Contact"), ("contact",)),
)
LANGUAGE_NAMES = {"fr": "Français", "de": "Deutsch", "nl": "Nederlands", "en": "English"}
_footer_partners = None


def register_footer_partners(provider):
    """Let the app that knows the partners name them in the footer: a callable returning objects or words."""
    global _footer_partners  # noqa: PLW0603  (set once, when the apps load)
    _footer_partners = provider


def first_url(names):
    """Return the address of the first of these pages that exists, or an empty string."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def _links(entries, path=""):
    found = ((label, first_url(names)) for label, names in entries)
    return [
        {"label": label, "url": url, "current": path == url, "within": path.startswith(url)}
        for label, url in found
        if url
    ]


def language_links(request):
    """Return each language with the address of this same page in it.

    A page outside ``/{lang}/`` (sign-in) keeps its address and says the language in ``?lang=``.
    """
    path = request.get_full_path()
    prefixed = request.path_info.split("/")[1:2] and request.path_info.split("/")[1] in LANGUAGE_NAMES
    links = []
    for code, _name in settings.LANGUAGES:
        url = translate_url(path, code)
        if url == path and code != get_language():
            query = request.GET.copy()
            query["lang"] = code
            url = f"/{code}/" if prefixed else f"{request.path}?{query.urlencode()}"
        links.append(
            {"code": code, "name": LANGUAGE_NAMES[code], "url": url, "current": code == get_language()}
        )
    return links


def portal(request):
    """Give every template the menu, the languages and the footer; nothing is computed before it is shown."""
    return {
        "nav_items": SimpleLazyObject(lambda: _links(NAVIGATION, request.path)),
        "languages": SimpleLazyObject(lambda: language_links(request)),
        "transparency_links": SimpleLazyObject(lambda: _links(TRANSPARENCY)),
        "footer_partners": SimpleLazyObject(lambda: list(_footer_partners()) if _footer_partners else []),
        "programme_url": SimpleLazyObject(lambda: first_url(("programme",))),
        "home_url": SimpleLazyObject(lambda: first_url(("home", "calls:list", "calls")) or "/"),
        "space_url": SimpleLazyObject(lambda: first_url(("space", "space:index"))),
        "outbox_url": SimpleLazyObject(lambda: first_url(("outbox", "demo-outbox"))),
        "seo": SimpleLazyObject(lambda: seo.default(request)),
        "is_demo": settings.WECD_ENV == "demo",
    }
