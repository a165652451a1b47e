"""The consortium in the footer of every page."""

import re

from django.core.cache import cache
from django.urls import reverse

from partners.models import Partner

KEY = "footer-partners"
SECONDS = 60


def short(name: str) -> str:
    """A partner's name without what stands in brackets: "Wallonie Design"."""
    return re.sub(r"\s*\([^()]*\)$", "", name).replace("'", "’")


def slug(partner: Partner) -> str:
    """The partner in an address: its code in small letters."""
    return partner.code.lower()


def footer() -> list[dict]:
    """Those with a role in a programme, the leads first. Read once a minute, not once a page."""
    found = cache.get(KEY)
    if found is None:
        rows = Partner.objects.filter(periods__isnull=False).distinct()
        leads = set(rows.filter(periods__role="lead").values_list("pk", flat=True))
        found = [
            {"name": short(row.name), "slug": slug(row)}
            for row in sorted(rows, key=lambda row: (row.pk not in leads, row.name))
        ]
        cache.set(KEY, found, SECONDS)
    return [{"name": row["name"], "url": reverse("partner_page", args=[row["slug"]])} for row in found]
