"""What the page of the open data shows."""

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.domain.stamps import versions_of
from grants.models import Award
from wecd.common import formatting, seo
from wecd.opendata import dictionary, editions
from wecd.opendata.datasets import DATASETS, FIRST, Dataset, Format, Freshness, freshness, latest
from wecd.opendata.giving import PERSON
from wecd.opendata.models import Edition
from wecd.opendata.publisher import LICENCE, LICENCE_NAME, publisher_name, publisher_url

SHOWN = tuple({each.resource.model for each in DATASETS} | {Edition})


def changed(slug: str | None = None) -> str:
    """A text that changes with any row the page counts. One query."""
    parts = ", ".join(f"coalesce({versions_of(model)}, 0)" for model in SHOWN)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws('.', {parts})")  # noqa: S608  (our own names)
        return cursor.fetchone()[0]


def shown(request) -> dict:
    """Everything the template says. Three queries: counts, the sum of the awards, the edition."""
    found, edition = freshness(), editions.current()
    sum_of_awards = Award.objects.public().aggregate(
        count=Count("pk"), amount=Sum("amount"), persons=Count("pk", filter=PERSON)
    )
    rows = [_row(each, found[each.name], edition, sum_of_awards["count"]) for each in DATASETS]
    first = next((row for row in rows if row["name"] == FIRST), None)
    title, what = (
        _("Open data"),
        _("Who got what from the programme, under which call: take it, copy it, use it."),
    )
    return {
        "facts": _facts(found),
        "first": first,
        "others": [row for row in rows if row is not first],
        "awards": sum_of_awards,
        "few": settings.OPEN_DATA_SMALLEST_GROUP,
        "whole": _whole(edition),
        "edition": edition,
        "dictionary": [
            {"dataset": row, "entries": dictionary.entries(row["dataset"].resource)} for row in rows
        ],
        "contact_email": settings.OPEN_DATA_CONTACT,
        "licence": LICENCE,
        "licence_name": LICENCE_NAME,
        "publisher": publisher_name(),
        "seo": seo.page(
            request,
            title=title,
            description=what,
            data=[_data(request, title, what, rows)],
            trail=[("WECD", reverse("home"))],
        ),
    }


def _row(dataset: Dataset, fresh: Freshness, edition: Edition | None, awards: int) -> dict:
    return {
        "dataset": dataset,
        "name": dataset.name,
        "title": dataset.title,
        "what": dataset.what,
        "mark": dataset.mark,
        "page": seo.first_address(dataset.page) if dataset.page else "",
        "fresh": fresh,
        "formats": [
            {"format": each, "size": _size(each, edition)}
            for each in dataset.formats(edition=edition is not None, giving=awards > 0)
        ],
    }


def _size(each: Format, edition: Edition | None) -> int | None:
    """Bytes of what lies ready; what is written while it is sent has no size yet."""
    if each.code != "parquet" or edition is None:
        return None
    told = edition.manifest["files"].get(each.path.rsplit("/", 1)[-1])
    return told["bytes"] if told else None


def _facts(found: dict[str, Freshness]) -> list[dict]:
    count, rows, changed_at = len(found), sum(each.rows for each in found.values()), latest(found)
    facts = [
        {"figure": formatting.number(count), "words": ngettext("dataset", "datasets", count)},
        {"figure": formatting.number(rows), "words": ngettext("row in all", "rows in all", rows)},
        {"figure": LICENCE_NAME, "words": _("free to use, with the source named")},
    ]
    if changed_at:
        facts.insert(
            2,
            {
                "figure": formatting.date(changed_at, "short"),
                "words": _("last change, at %(hour)s") % {"hour": formatting.clock(changed_at)},
            },
        )
    return facts


def _whole(edition: Edition | None) -> list[dict]:
    """What holds everything, or leads to it: name, what for, address, icon, size."""
    links = []
    if edition:
        links = [
            {
                "name": _("All of it, Parquet"),
                "use": _("One archive, made on %(moment)s") % {"moment": formatting.moment(edition.made_at)},
                "url": reverse("open_data_bundle"),
                "icon": "download",
                "size": edition.manifest["bundle"]["bytes"],
            },
            {
                "name": _("What is in it"),
                "use": _("Rows and SHA-256 of each file, as JSON"),
                "url": reverse("open_data_manifest"),
                "icon": "file",
            },
        ]
    return [
        *links,
        {
            "name": "API",
            "use": _("Documentation, to read and try"),
            "url": reverse("api:docs"),
            "icon": "file",
        },
        {
            "name": "DCAT-AP 3, Turtle",
            "use": _("The catalogue, for data portals that harvest"),
            "url": reverse("open_data_catalog_ttl"),
            "icon": "download",
        },
        {
            "name": "DCAT-AP 3, JSON-LD",
            "use": _("The same, for those who prefer JSON"),
            "url": reverse("open_data_catalog_jsonld"),
            "icon": "download",
        },
        {
            "name": _("New calls, Atom"),
            "use": _("For a feed reader"),
            "url": reverse("calls_feed"),
            "icon": "feed",
        },
        {
            "name": _("Deadlines, iCalendar"),
            "use": _("For your calendar"),
            "url": reverse("calls_ics"),
            "icon": "calendar",
        },
    ]


def _data(request, title: str, what: str, rows: list[dict]) -> dict:
    """The page in schema.org's words: a catalogue of datasets, each with its files."""
    here = seo.absolute(request.path)
    publisher = {"@type": "Organization", "name": publisher_name(), "url": publisher_url()}
    return {
        "@type": "DataCatalog",
        "@id": f"{here}#catalog",
        "name": f"{title}, {publisher_name()}",
        "description": what,
        "url": here,
        "license": LICENCE,
        "publisher": publisher,
        "dataset": [_dataset_data(here, publisher, row) for row in rows],
    }


def _dataset_data(here: str, publisher: dict, row: dict) -> dict:
    fresh = row["fresh"]
    data = {
        "@type": "Dataset",
        "@id": f"{here}#{row['name']}",
        "name": f"{row['title']}, {publisher_name()}",
        "description": f"{row['what']} {_('Open data of a regional programme for the creative economy.')}",
        "url": f"{here}#{row['name']}",
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": publisher,
        "keywords": list(row["dataset"].keywords),
        "spatialCoverage": {"@type": "Place", "name": _("Wallonia"), "identifier": settings.OPEN_DATA_NUTS},
        "inLanguage": [code for code, _name in settings.LANGUAGES],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": each["format"].label,
                "encodingFormat": each["format"].media_type or "application/x-ndjson",
                "contentUrl": seo.absolute(each["format"].path),
            }
            for each in row["formats"]
        ],
    }
    if fresh.changed_at:
        data["dateModified"] = fresh.changed_at.isoformat(timespec="seconds")
        data["temporalCoverage"] = f"{fresh.begun_at.date().isoformat()}/.."
    return data
