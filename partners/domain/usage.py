"""How much a partner's keys are used: read from the daily counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from partners.models import ApiKey, ApiUsage, Partner

DAYS = 30


@dataclass(frozen=True)
class Used:
    """A key's last days, oldest first, each there: (day, requests, those its limits turned away)."""

    key: ApiKey
    days: list[tuple[date, int, int]]

    @property
    def requests(self) -> int:
        return sum(requests for _day, requests, _limited in self.days)

    @property
    def limited(self) -> int:
        return sum(limited for _day, _requests, limited in self.days)


def first_day(today: date | None = None) -> date:
    """The first of the last 30 days. Days are in UTC, as they are counted."""
    return (today or datetime.now(UTC).date()) - timedelta(days=DAYS - 1)


def of_keys(partner: Partner, by) -> list[Used]:
    """The last 30 days of the partner's keys that this person may see; those long ended are left out."""
    rows = partner.api_keys.visible_to(by).select_related("replaced_by").order_by("name", "-created_at")
    return [used for used in _read(list(rows)) if used.key.is_usable or used.requests or used.limited]


def of_key(key: ApiKey) -> Used:
    """The last 30 days of one key."""
    return _read([key])[0]


def _read(rows: list[ApiKey]) -> list[Used]:
    start, counted = first_day(), {}
    for row in ApiUsage.objects.filter(key__in=rows, day__gte=start):
        counted[row.key_id, row.day] = (row.requests, row.limited)
    days = [start + timedelta(days=i) for i in range(DAYS)]
    return [Used(key, [(day, *counted.get((key.pk, day), (0, 0))) for day in days]) for key in rows]
