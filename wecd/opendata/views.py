"""The page that explains the open data, and the files themselves. For anyone."""

import hashlib
import json

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from calls.views.kept_pages import kept_for_passers_by
from wecd.common.seo import absolute
from wecd.opendata import dcat, editions, giving, serving
from wecd.opendata.datasets import BUNDLE, DATASETS, Freshness, freshness
from wecd.opendata.models import Edition
from wecd.opendata.page import changed, shown

CONTENT = {
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
    "parquet": "application/vnd.apache.parquet",
}
FORMS = {"ttl": "turtle", "jsonld": "json-ld"}
SHAPE = 1  # raise it when the catalogue says something new of the same data
KEPT_FOR = 3600  # seconds a written catalogue is remembered, by what it says


@require_safe
def page(request):
    """What there is, how to take it, what each word means, and how people are protected."""
    response = _page(request)
    response["Link"] = ", ".join(
        f'<{absolute(reverse(name))}>; rel="alternate"; type="{kind.split(";")[0]}"'
        for name, kind in (
            ("open_data_catalog_ttl", CONTENT["ttl"]),
            ("open_data_catalog_jsonld", CONTENT["jsonld"]),
        )
    )
    return response


@kept_for_passers_by(changed=changed)
def _page(request):
    return render(request, "opendata/page.html", shown(request))


@require_safe
def giving_json(request):
    """The awards as a 360Giving package, as they are now."""
    standing = giving.standing()
    if not standing.count:
        raise Http404(_("No award is in force yet."))
    return serving.stream(request, giving.package(standing), "application/json", standing.etag)


@require_safe
def catalog(request):
    """The catalogue in the form the reader prefers; people are shown the page."""
    names = {"ttl": "open_data_catalog_ttl", "jsonld": "open_data_catalog_jsonld"}
    types = {name: CONTENT[form].split(";")[0] for form, name in names.items()}
    wanted = request.get_preferred_type(["text/html", *types.values(), "application/json"])
    target = next((name for name, kind in types.items() if kind == wanted), "")
    if wanted == "application/json":
        target = names["jsonld"]
    response = HttpResponseRedirect(reverse(target or "open-data"), status=303)
    response["Vary"] = "Accept"
    response["Cache-Control"] = serving.FRESH
    return response


@require_safe
def catalog_file(request, form):
    """The DCAT-AP catalogue, as Turtle or JSON-LD."""
    found, edition = freshness(), editions.current()
    etag = _etag(form, found, edition)
    if serving.unchanged(request, etag):
        return serving.text(request, b"", CONTENT[form], etag)
    content = cache.get(f"open-data:catalog:{etag}")
    if content is None:
        content = dcat.written(found, edition, FORMS[form]).encode()
        cache.set(f"open-data:catalog:{etag}", content, KEPT_FOR)
    return serving.text(request, content, CONTENT[form], etag)


def _etag(form: str, found: dict[str, Freshness], edition: Edition | None) -> str:
    names = sorted(name for name in dir(settings) if name.startswith("OPEN_DATA_"))
    ours = [(name, getattr(settings, name)) for name in names]
    said = (SHAPE, form, found, edition and edition.pk, settings.SITE_URL, ours)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


@require_safe
def manifest(request):
    """What the nightly files are: rows, bytes and SHA-256 of each, and when they were made."""
    edition = _edition()
    told = edition.manifest | {"checked_at": edition.checked_at.isoformat(timespec="seconds")}
    content = json.dumps(told, indent=1).encode()
    return serving.text(request, content, "application/json", hashlib.sha256(content).hexdigest()[:32])


@require_safe
def bundle(request):
    """All nightly files in one archive."""
    return _file(request, editions.ZIP, f"{BUNDLE}.zip", "application/zip")


@require_safe
def parquet_file(request, name):
    """One dataset of the last night."""
    if name not in {each.name for each in DATASETS}:
        raise Http404
    return _file(request, f"{name}.parquet", f"{name}.parquet", CONTENT["parquet"])


def _edition() -> Edition:
    edition = editions.current()
    if edition is None:
        raise Http404(_("The files are made each night. There are none yet."))
    return edition


def _file(request, name: str, called: str, kind: str):
    found = editions.file_of(_edition(), name)
    if found is None:
        raise Http404
    return serving.file(request, found, called, kind)
