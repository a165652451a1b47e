"""What search engines and social networks are told of a page, in one place.

A public page gives its template ``seo=page(request, …)``: title, sentence, picture, place in the site and
what it is in schema.org's words. ``base.html`` writes it all. A page that gives none is not for search
engines ("noindex"), unless its address is one of ``OPEN``: those say at least what every page can say.
"""

import json
from dataclasses import dataclass, field

from django.conf import settings
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wecd.common import share

OPEN = {"hubs", "hub", "results", "accessibility", "privacy", "contact"}
LOCALES = {"fr": "fr_BE", "de": "de_BE", "nl": "nl_BE", "en": "en_GB"}
SITE = "Wallonia European Creative District"
SENTENCE = 158  # characters of a description that search engines show


def absolute(address: str) -> str:
    """An address of this portal, whole: with the name the portal is known by, whatever the request says."""
    return f"{settings.SITE_URL}{address}" if address.startswith("/") else address


def sentence(text: str) -> str:
    """A text as one line of a search result: no tags, no line breaks, cut between words."""
    return Truncator(" ".join(strip_tags(str(text or "")).split())).chars(SENTENCE, truncate="…")


@dataclass(frozen=True)
class Page:
    """One public page. ``trail``: [(name, address), …] from the start down to the page above this one."""

    path: str
    title: str = ""
    description: str = ""
    picture: str = ""
    picture_alt: str = ""
    data: tuple[dict, ...] = ()
    trail: tuple[tuple[str, str], ...] = ()
    index: bool = True
    kind: str = "website"
    names: tuple[str, ...] = field(default=("WECD",))

    @property
    def url(self) -> str:
        return absolute(self.path)

    @property
    def languages(self) -> list[dict]:
        """This page in each language, and where a reader of none of them is sent: by their browser's."""
        if self.path.split("/")[1] not in LOCALES:
            return []
        found = [
            {"code": code, "url": absolute(translate_url(self.path, code))}
            for code, _name in settings.LANGUAGES
        ]
        plain = "/" + self.path.split("/", 2)[2]
        return [*found, {"code": "x-default", "url": absolute(plain)}]

    @property
    def locale(self) -> str:
        return LOCALES[(get_language() or "fr")[:2]]

    @property
    def other_locales(self) -> list[str]:
        return [locale for locale in LOCALES.values() if locale != self.locale]

    @property
    def blocks(self) -> SafeString:
        """The page in schema.org's words. Data blocks are not run: a strict content policy lets them be."""
        data = [{"@context": "https://schema.org"} | block for block in self.data]
        if self.trail:
            data.append(_trail(self.trail, self.title))
        return mark_safe("".join(_block(block) for block in data))  # noqa: S308  (escaped in _block)


def page(
    request,
    *,
    title: str = "",
    description: str = "",
    picture: str = "",
    data=(),
    trail=(),
    index: bool = True,
) -> Page:
    """What this page says of itself. ``picture``: an address of ``share``; none: the district's."""
    return Page(
        path=request.path,
        title=" ".join(strip_tags(str(title)).split()),
        description=sentence(description),
        picture=absolute(picture or share.site_picture()),
        picture_alt=strip_tags(str(title)) or SITE,
        data=tuple(data),
        trail=tuple((str(name), address) for name, address in trail),
        index=index,
    )


def default(request) -> Page | None:
    """What a page says that said nothing: its languages and the district's picture, if it is for everyone."""
    match = getattr(request, "resolver_match", None)
    return page(request) if match and match.url_name in OPEN else None


def organization() -> dict:
    """The programme as an organisation."""
    return {
        "@type": "GovernmentOrganization",
        "@id": absolute("/#programme"),
        "name": SITE,
        "alternateName": "WECD",
        "url": absolute("/"),
        "logo": absolute(share.site_picture()),
        "areaServed": {"@type": "AdministrativeArea", "name": _("Wallonia")},
    }


def first_address(name: str, *args) -> str:
    """The address of a page that may not exist yet, else an empty text."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _trail(trail, title: str) -> dict:
    steps = [
        {"@type": "ListItem", "position": number, "name": name, "item": absolute(address)}
        for number, (name, address) in enumerate(trail, start=1)
    ]
    steps.append({"@type": "ListItem", "position": len(steps) + 1, "name": title})
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps}


def _block(data: dict) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return f'<script type="application/ld+json">{text}</script>\n'
