"""How often somebody may ask: quotas that hold across processes, for a write now and then.

PostgreSQL counts what was taken of each window. A process takes a lease of a few percent at once, and of
single requests near the end, and spends it without asking again. So nobody gets more than the quota, whatever
the number of processes; what a process leases and does not spend (a few percent at most) is lost.
"""

import math
import time
from dataclasses import dataclass, field, replace
from threading import Lock

from django.conf import settings
from django.db.models import BigIntegerField, FloatField, TextField
from django.utils.crypto import salted_hmac

from wecd.common.rest.holes import Hole
from wecd.common.rest.statements import Kept, Ready

SHARE = 20  # a lease is this part of what is left
MOST_LEASED = 100
KNOWN_AT_ONCE = 10_000  # who a process remembers
TIDY_EVERY = 500  # leases
TIDY = "DELETE FROM api_window WHERE ends < now() - interval '1 hour'"


@dataclass(frozen=True)
class Limit:
    """So many requests in each window of some seconds. Settings hold the quotas, without and with a key."""

    name: str
    policy: str
    window: int
    anonymous: str
    with_key: str

    def quota(self, has_key: bool) -> int:
        return getattr(settings, self.with_key if has_key else self.anonymous)


# Views say which with ``limit``.
LIMITS = {
    each.name: each
    for each in (
        Limit("reads", "minute", 60, "API_REQUESTS_PER_MINUTE", "API_REQUESTS_PER_MINUTE_WITH_KEY"),
        Limit("feed", "feed", 60, "API_FEED_PER_MINUTE", "API_FEED_PER_MINUTE_WITH_KEY"),
        Limit("exports", "exports", 3600, "API_EXPORTS_PER_HOUR", "API_EXPORTS_PER_HOUR_WITH_KEY"),
    )
}


@dataclass(frozen=True)
class Answer:
    """Whether this request may go on; what is left of the window, and its seconds."""

    allowed: bool
    limit: Limit
    quota: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.limit.policy}";q={self.quota};w={self.limit.window}',
            "RateLimit": f'"{self.limit.policy}";r={self.left};t={self.seconds}',
        }


@dataclass
class Share:
    """What this process holds of somebody's window."""

    who: str
    leased: int = 0
    rest: int = 0  # left for all processes, as far as this one knows
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)


_shares = Kept(KNOWN_AT_ONCE)
_statements: list[Ready] = []
_leases = 0


def take(name: str, who: str, *, has_key: bool, shares: Kept = _shares) -> Answer:
    """One request of this limit, for a key or an address. Usually asks nothing of the database.

    ``shares`` is what this process holds (tests have several).
    """
    limit = LIMITS[name]
    quota = limit.quota(has_key)
    share = shares.get((name, who))
    if share is None:
        # SECURITY: the table holds no addresses, only what SECRET_KEY makes of them
        hashed = salted_hmac("wecd.api.limits", f"{name}:{who}", algorithm="sha256").hexdigest()
        share = Share(hashed)
        shares.put((name, who), share)
    with share.lock:
        now = time.monotonic()
        if now >= share.until:
            share.leased, share.rest = 0, quota
        if not share.leased and share.rest:
            _lease(share, limit, quota)
        allowed = share.leased > 0
        if allowed:
            share.leased -= 1
        seconds = max(1, math.ceil(share.until - time.monotonic()))
        return Answer(allowed, limit, quota, share.leased + share.rest, seconds)


def give_back(answer: Answer, who: str, *, shares: Kept = _shares) -> Answer:
    """Take back what this answer allowed, while its window lasts; the answer as it is then."""
    share = shares.get((answer.limit.name, who))
    if share is None or not answer.allowed:
        return answer
    with share.lock:
        if time.monotonic() >= share.until:
            return answer
        share.leased += 1
        return replace(answer, left=answer.left + 1)


def _lease(share: Share, limit: Limit, quota: int) -> None:
    """Take some more of the window, in the database. The window is the database's, not the process's."""
    global _leases
    if not _statements:
        _statements.extend([_taking(), Ready(TIDY, ())])
    taking, tidying = _statements
    wanted = max(1, min(share.rest // SHARE, MOST_LEASED))
    values = {"who": share.who, "wanted": str(wanted), "window": str(limit.window)}
    result = taking.run(values)
    taken, seconds = int(result.get_value(0, 0) or 0), float(result.get_value(0, 1) or 0)
    share.leased = max(0, wanted - max(0, taken - quota))
    share.rest = max(0, quota - taken)
    share.until = time.monotonic() + seconds
    _leases += 1
    if _leases % TIDY_EVERY == 0:
        tidying.run({})


def _taking() -> Ready:
    who, wanted = Hole("who", TextField()), Hole("wanted", BigIntegerField())
    window = Hole("window", FloatField())
    return Ready.from_sql(
        """
        INSERT INTO api_window AS known (who, ends, taken) SELECT %s::text, to_timestamp(
            (floor(extract(epoch FROM clock_timestamp()) / %s::float8) + 1) * %s::float8), %s::bigint
        ON CONFLICT (who) DO UPDATE SET ends = excluded.ends,
            taken = excluded.taken + CASE WHEN known.ends = excluded.ends THEN known.taken ELSE 0 END
        RETURNING taken, extract(epoch FROM ends - clock_timestamp())
        """,
        (who, window, window, wanted),
    )


def forget() -> None:
    """Give up what this process holds, as a new one would begin."""
    _shares.clear()
