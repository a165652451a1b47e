"""Wallonie Design's keys: one replaced, one revoked, thirty days of use, and an agreement on file."""

import random
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile

from accounts.models import User
from partners.domain import agreements, keys
from partners.enums import Scope
from partners.models import ApiKey, ApiUsage, Partner
from wecd.demo.applications import PDF
from wecd.demo.clock import at, local
from wecd.demo.people import API_KEY

OFFICE = ["193.190.208.0/27", "2001:6a8:3b40::/48"]
WORKDAYS = 5


def tell(now: datetime, *, manager: User, member: User) -> None:
    """Live through what happened to the keys; count their use as the API would have."""
    partner = Partner.objects.get(code__iexact="WD")
    read = [Scope.APPLICATIONS_READ.value, Scope.VOUCHERS_READ.value]
    dice = random.Random(33)  # noqa: S311  (a demonstration)
    with at(local(now, days=-190, hour=10)):
        keys.create(
            partner=partner,
            name="Démonstration",
            scopes=read,
            expires_at=local(now, days=530),  # a demonstration that is kept goes on working
            by=manager,
            raw=API_KEY,
        )
        agreements.create(
            partner=partner,
            reference="WD-2026-04",
            purpose="Suivi et évaluation des actions menées par Wallonie Design : "
            "prise de contact avec les entreprises soutenues.",
            signed_on=local(now, days=-190).date(),
            ends_on=local(now, days=2 * 365).date(),
            document=ContentFile(PDF, name="convention.pdf"),
            by=manager,
        )
    with at(local(now, days=-150, hour=14)):
        ends = now + timedelta(days=215)
        warehouse, _raw = keys.create(
            partner=partner,
            name="Entrepôt de données",
            scopes=[*read, Scope.PERSONAL_READ.value],
            networks=OFFICE,
            expires_at=ends,
            by=member,
        )
        trial, _raw = keys.create(
            partner=partner, name="Essai Power BI", scopes=read[:1], expires_at=ends, by=member
        )
    with at(local(now, days=-12, hour=16, minute=20)):
        keys.revoke(trial, by=member)
    with at(local(now, days=-3, hour=9, minute=5)):
        successor, _raw = keys.rotate(
            warehouse, by=member, overlap=timedelta(days=14), expires_at=now + timedelta(days=362)
        )
    demonstration = ApiKey.objects.get(hash=keys.digest(API_KEY))
    _use(demonstration, now, dice, range(30), 40)
    _use(warehouse, now, dice, range(2, 30), 1400)
    _use(successor, now, dice, range(3), 900)
    _use(trial, now, dice, range(13, 30), 120)


def _use(key: ApiKey, now: datetime, dice: random.Random, ago: range, most: int) -> None:
    """Some requests on each of these days ago, few at the weekend; now and then too many in a minute."""
    today = now.astimezone(UTC).date()
    rows = []
    for days in ago:
        day = today - timedelta(days=days)
        requests = dice.randint(most // 2, most) if day.weekday() < WORKDAYS else most // 10
        limited = dice.randint(3, 40) if most > 1000 and dice.random() < 0.1 else 0
        rows.append(ApiUsage(key=key, day=day, requests=requests + limited, limited=limited))
    ApiUsage.objects.bulk_create(rows)
    last = local(now, days=-ago[0], hour=6, minute=dice.randint(0, 59))
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=min(last, now - timedelta(minutes=7)))
