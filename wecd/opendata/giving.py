"""The awards in force as a 360Giving 1.4 package, for those who compare funders.

SECURITY: self-employed people are "Individual Recipient" here. Nothing that tells who they are is read:
neither name nor number, nor a place smaller than their province. Where so few of them got an award in one
call and province that a neighbour might guess (``OPEN_DATA_SMALLEST_GROUP``), only the region is said.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, TextField, Value, When, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from accounts.api.parts import nuts2, with_office
from accounts.enums import LegalForm
from accounts.models import Enterprise, Site
from actions.models import Axis
from calls.domain.stamps import versions_of
from calls.models import Call
from grants.models import Award
from grants.querysets import PUBLIC_STATES
from vouchers.domain.vouchers import months_after
from wecd.common import provinces
from wecd.common.seo import absolute
from wecd.opendata.publisher import LICENCE, organization_id, publisher_name, publisher_url

VERSION = "1.4"
SHAPE = 1  # raise it when what is written of an award changes: caches then ask anew
TITLE_MOST = 139  # the standard: under 140 characters
INDIVIDUAL = "Individual Recipient"
REASON = "GTIR110"  # development opportunity (codelist grantToIndividualsReason)
PURPOSES = ["GTIP140"]  # employment and work, business start-up included (grantToIndividualsPurpose)
SCOPE = "GLS040"  # a subnational region (locationScope)
REGIONS = {"BE3": "Wallonia"}
ROWS_A_PART = 500
NOBODY = UUID(int=0)

PERSON = Q(enterprise__legal_form=LegalForm.SELF_EMPLOYED)
COLUMNS = (
    "pk",
    "title",
    "reasons",
    "amount",
    "approved_at",
    "updated_at",
    "legal_basis",
    "person",
    "few",
    "region",
    "name",
    "number",
    "municipality",
    "postal_code",
    "country",
    "application__call__code",
    "application__call__title_fr",
    "application__call__summary_fr",
    "application__call__slug",
    "application__call__project_months",
    "envelope__action__slug",
    "envelope__action__name_fr",
    "envelope__action__axis__mark",
    "envelope__action__axis__name_fr",
)


@dataclass(frozen=True)
class Standing:
    """Where the awards stand: how many, when one last changed, and a text that changes with any of them."""

    count: int
    changed_at: datetime | None
    etag: str


def standing() -> Standing:
    """One query. An award's application keeps its call for good, so applications need no look."""
    parts = [versions_of(model) for model in (Award, Enterprise, Site, Call, Axis)]
    award = connection.ops.quote_name(Award._meta.db_table)
    public = ", ".join(["%s"] * len(PUBLIC_STATES))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), max(updated_at), concat_ws('.', {', '.join(parts)}) "  # noqa: S608  (our own names)
            f"FROM {award} WHERE state IN ({public})",
            PUBLIC_STATES,
        )
        count, changed_at, versions = cursor.fetchone()
    said = (SHAPE, count, versions, settings.SITE_URL, settings.OPEN_DATA_SMALLEST_GROUP, _publisher())
    return Standing(count, changed_at, hashlib.sha256(repr(said).encode()).hexdigest()[:32])


def package(standing: Standing) -> Iterator[bytes]:
    """The package, in parts as it is read: one query, and memory that does not grow with the awards."""
    head = orjson.dumps(_head(standing))[:-1]
    yield head + b',"grants":['
    part, comma = [], b""
    for row in rows().values_list(*COLUMNS).iterator(chunk_size=ROWS_A_PART):
        part.append(orjson.dumps(grant(dict(zip(COLUMNS, row, strict=True)))))
        if len(part) == ROWS_A_PART:
            yield comma + b",".join(part)
            part, comma = [], b","
    yield (comma + b",".join(part) if part else b"") + b"]}"


def rows() -> QuerySet:
    """The awards in force, with what the file says of each and nothing else."""
    few = Window(Count("pk", filter=PERSON), partition_by=[F("application__call"), F("region")])
    return (
        with_office(Award.objects.public())
        .annotate(
            region=nuts2(),
            person=Case(When(PERSON, then=Value(True)), default=Value(False)),
            few=few,
            name=_of_firms("enterprise__name"),
            number=_of_firms("enterprise__number"),
            municipality=_of_firms("office__municipality"),
            postal_code=_of_firms("office__postal_code"),
            country=_of_firms("office__country"),
        )
        .order_by("approved_at", "pk")
    )


def _of_firms(column: str) -> Case:
    """SECURITY: what would tell who a natural person is does not leave the database."""
    return Case(When(PERSON, then=Value("")), default=F(column), output_field=TextField())


def _publisher() -> dict:
    said = {"identifier": organization_id(), "name": publisher_name(), "website": publisher_url()}
    return {key: value for key, value in said.items() if value}


def _head(standing: Standing) -> dict:
    """Issued anew with each change: both dates are that of the last one."""
    changed = standing.changed_at or timezone.now()
    address = absolute(_here())
    return {
        "version": VERSION,
        "title": f"Awards of {publisher_name()}",
        "description": (
            "Every award in force: who got it, how much, for which project, under which call. "
            "Self-employed people are not named. Titles and reasons are in French."
        ),
        "identifier": f"{settings.OPEN_DATA_360GIVING_PREFIX}-awards",
        "issued": _instant(changed),
        "modified": _instant(changed),
        "publisher": _publisher(),
        "license": LICENCE,
        "downloadURL": address,
        "accessURL": absolute(f"/{settings.LANGUAGE_CODE}/open-data/"),
    }


def grant(row: dict) -> dict:
    """One award in the words of the standard."""
    identifier = f"{settings.OPEN_DATA_360GIVING_PREFIX}-{row['pk']}"
    call = row["application__call__code"]
    title = row["title"] or row["application__call__title_fr"] or row["envelope__action__name_fr"]
    decided = timezone.localdate(row["approved_at"])
    found = {
        "id": identifier,
        "title": title if len(title) <= TITLE_MOST else Truncator(title).chars(TITLE_MOST, truncate="…"),
        "description": row["reasons"] or row["application__call__summary_fr"] or title,
        "currency": "EUR",
        "amountAwarded": float(row["amount"]),
        "awardDate": decided.isoformat(),
        "url": _page("result", row["pk"]),
        "fundingOrganization": [{"id": organization_id(), "name": publisher_name()}],
        "grantProgramme": _programmes(row),
        "fromOpenCall": "Yes" if call else "No",
        "classifications": [
            {"vocabulary": "Axis", "code": row["envelope__action__axis__mark"]}
            | _named(row["envelope__action__axis__name_fr"]),
            {"vocabulary": "Legal basis", "code": row["legal_basis"]},
        ],
        "locationScope": SCOPE,
        "dateModified": _instant(row["updated_at"]),
        "dataSource": absolute(_here()),
    }
    if months := row["application__call__project_months"]:
        ends = months_after(decided, months)
        found["plannedDates"] = [
            {"startDate": decided.isoformat(), "endDate": ends.isoformat(), "duration": months}
        ]
    if place := _place(row):
        found["beneficiaryLocation"] = [place]
    if row["person"]:
        # one id a grant, not a person: two grants of one person are not tied together
        found["recipientIndividual"] = {"id": f"{identifier}-recipient", "name": INDIVIDUAL}
        found["toIndividualsDetails"] = {"primaryGrantReason": REASON, "grantPurpose": PURPOSES}
    else:
        found["recipientOrganization"] = [_firm(row)]
    return found


def _firm(row: dict) -> dict:
    firm = {"id": organization_id(row["number"]), "name": row["name"]}
    told = {
        "addressLocality": row["municipality"],
        "postalCode": row["postal_code"],
        "addressCountry": row["country"],
    }
    return firm | {key: value for key, value in told.items() if value}


def _place(row: dict) -> dict | None:
    """The province of the registered office; of a person among few, the region; outside Wallonia nothing."""
    code = row["region"]
    if not code:
        return None
    if row["person"] and row["few"] < settings.OPEN_DATA_SMALLEST_GROUP:
        region = settings.OPEN_DATA_NUTS
        return _location(region, REGIONS.get(region, region), "NUTS1")
    return _location(code, provinces.NAMES[code]["en"], "NUTS2")


def _location(code: str, name: str, kind: str) -> dict:
    return {"name": name, "countryCode": code[:2], "geoCode": code, "geoCodeType": kind}


def _programmes(row: dict) -> list[dict]:
    """The call, and the action that pays."""
    action = {"code": row["envelope__action__slug"], "url": _page("action", row["envelope__action__slug"])}
    found = [action | _named(row["envelope__action__name_fr"])]
    if code := row["application__call__code"]:
        call = {"code": code, "url": _page("call", row["application__call__slug"])}
        found.insert(0, call | _named(row["application__call__title_fr"]))
    return found


def _named(title: str | None) -> dict:
    return {"title": title} if title else {}


@cache
def _here() -> str:
    return reverse("open_data_360giving")


@cache
def _pattern(name: str) -> str:
    """The path of a French page with a gap for its key: the URLconf is not asked for every row."""
    placeholder = NOBODY if name == "result" else "x"
    parts = reverse(name, args=[placeholder]).split("/")
    parts[1] = settings.LANGUAGE_CODE
    return "/".join(parts).replace(f"/{placeholder}/", "/{}/")


def _page(name: str, key) -> str:
    return absolute(_pattern(name).format(key))


def _instant(moment: datetime) -> str:
    return moment.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
