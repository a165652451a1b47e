"""What a team writes by hand for speed: Starlette, asyncpg, keyset SQL, orjson. No keys, rights or limits.

    DATABASE_URL=… uvicorn --workers 2 --no-access-log tests.load.starlette_app:app

Gives the rows of our ``/api/v1/applications``, member for member.
"""

import base64
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

COLUMNS = """
    a.id, a.reference, a.title, a.state, a.eligible_cost, a.requested, a.submitted_at, a.decided_at,
    a.objection_until, a.reserve_rank, a.created_at, a.updated_at, a.award_id,
    c.id AS call_id, c.code AS call_code, c.kind AS call_kind, c.title_fr, c.title_de, c.title_nl, c.title_en,
    x.id AS action_id, x.slug AS action_slug, ax.id AS axis_id, ax.slug AS axis_slug,
    p.id AS programme_id, p.code AS programme_code, s.code AS strand_code,
    e.name AS enterprise_name, e.number AS enterprise_number, e.legal_form, e.size_class,
    o.postal_code, o.country, w.amount AS award_amount, w.state AS award_state
"""
TABLES = """
    FROM calls_application a
    JOIN calls_call c ON c.id = a.call_id
    JOIN actions_action x ON x.id = c.action_id
    JOIN actions_axis ax ON ax.id = x.axis_id
    JOIN actions_programme p ON p.id = ax.programme_id
    JOIN calls_strand s ON s.id = a.strand_id
    JOIN accounts_enterprise e ON e.id = a.enterprise_id
    LEFT JOIN accounts_site o ON o.enterprise_id = e.id AND o.is_registered_office
    LEFT JOIN grants_award w ON w.id = a.award_id
    WHERE a.state <> 'draft' AND a.submitted_at IS NOT NULL
"""
# The number of rows stands in the text: as a parameter, each run is planned anew (9 ms) or for too many rows.
FIRST = f"SELECT {COLUMNS} {TABLES} ORDER BY a.created_at, a.id LIMIT %d"
AFTER = f"SELECT {COLUMNS} {TABLES} AND (a.created_at, a.id) > ($1, $2) ORDER BY a.created_at, a.id LIMIT %d"
ONE = f"SELECT {COLUMNS} {TABLES} AND a.id = $1"
REGIONS = {
    **{str(two): "BE31" for two in (13, 14)},
    **{str(two): "BE32" for two in (*range(60, 66), *range(70, 80))},
    **{str(two): "BE33" for two in range(40, 50)},
    **{str(two): "BE34" for two in range(66, 70)},
    **{str(two): "BE35" for two in range(50, 60)},
}


def instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value else None


def money(value) -> dict | None:
    return None if value is None else {"amount": str(value), "currency": "EUR"}


def as_dict(row: asyncpg.Record) -> dict:
    person = row["legal_form"] == "self_employed"
    return {
        "id": str(row["id"]),
        "reference": row["reference"],
        "title": row["title"] or None,
        "state": row["state"],
        "call": {
            "id": str(row["call_id"]),
            "code": row["call_code"],
            "kind": row["call_kind"],
            "title": {language: row[f"title_{language}"] or None for language in ("fr", "de", "nl", "en")},
        },
        "action": {
            "id": str(row["action_id"]),
            "slug": row["action_slug"],
            "axis": {
                "id": str(row["axis_id"]),
                "slug": row["axis_slug"],
                "programme": {"id": str(row["programme_id"]), "code": row["programme_code"]},
            },
        },
        "strand": row["strand_code"],
        "enterprise": {
            "name": None if person else row["enterprise_name"],
            "number": None if person else row["enterprise_number"],
            "legal_form": row["legal_form"],
            "size_class": row["size_class"] or None,
            "nuts2": REGIONS.get((row["postal_code"] or "")[:2]) if row["country"] == "BE" else None,
            "postal_code": None if person else row["postal_code"] or None,
        },
        "eligible_cost": money(row["eligible_cost"]),
        "requested": money(row["requested"]),
        "submitted_at": instant(row["submitted_at"]),
        "decided_at": instant(row["decided_at"]),
        "objection_until": row["objection_until"],
        "reserve_rank": row["reserve_rank"],
        "award": {
            "id": str(row["award_id"]),
            "amount": money(row["award_amount"]),
            "state": row["award_state"],
        }
        if row["award_id"]
        else None,
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


async def listed(request: Request) -> Response:
    size = min(int(request.query_params.get("page_size", 50)), 500)
    cursor = request.query_params.get("cursor")
    async with request.app.state.pool.acquire() as connection:
        if cursor:
            created, pk = orjson.loads(base64.urlsafe_b64decode(cursor))
            rows = await connection.fetch(AFTER % (size + 1), datetime.fromisoformat(created), UUID(pk))
        else:
            rows = await connection.fetch(FIRST % (size + 1))
    following = None
    if len(rows) > size:
        rows = rows[:size]
        place = base64.urlsafe_b64encode(orjson.dumps([rows[-1]["created_at"], str(rows[-1]["id"])])).decode()
        following = str(request.url.include_query_params(cursor=place))
    page = {"next": following, "previous": None, "results": [as_dict(row) for row in rows]}
    return Response(orjson.dumps(page), media_type="application/json")


async def one(request: Request) -> Response:
    async with request.app.state.pool.acquire() as connection:
        row = await connection.fetchrow(ONE, request.path_params["id"])
    if row is None:
        return Response(
            b'{"detail": "There is no such row."}', status_code=404, media_type="application/json"
        )
    return Response(orjson.dumps(as_dict(row)), media_type="application/json")


@asynccontextmanager
async def pool(app: Starlette):
    """Eight connections a process, to the server ``DATABASE_URL`` names."""
    url = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(url.query).get("host", [url.hostname])[0]
    where = {"user": url.username, "password": url.password, "port": url.port or 5432}
    async with asyncpg.create_pool(
        host=unquote(host or ""), database=url.path.lstrip("/"), min_size=8, max_size=8, **where
    ) as app.state.pool:
        yield


app = Starlette(routes=[Route("/applications", listed), Route("/applications/{id:uuid}", one)], lifespan=pool)
