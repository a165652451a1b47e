"""Who a key or token is: one prepared statement says all that a request needs to know of it.

Nothing remembered is believed: a key that is revoked, an agreement that ends, hold at once. What a key was at
its last request is a ``Claim``, which the statement that answers the next one confirms on the way.
"""

import hmac
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Now, TruncDate
from django.utils import timezone

from partners.domain import oauth
from partners.domain.keys import PREFIX, digest, is_mistyped, note_elsewhere, note_first_use
from partners.domain.networks import is_from
from partners.models import ApiKey, ProcessingAgreement
from wecd.common.rest.claims import Claim
from wecd.common.rest.holes import Hole, Statement, compiled
from wecd.common.rest.reader import PERSONAL, Reader
from wecd.common.rest.statements import Kept, Ready

USE_NOTED_EVERY = timedelta(minutes=1)
NETWORKS, IS_NOTED = 4, 6  # columns of the statement

_claims = Kept(most=1000)  # by the key's hash: SECURITY, never by the key


class Elsewhere(Exception):
    """The key is used from a network it is not for. ``address`` is the one seen."""

    def __init__(self, address: str):
        super().__init__(address)
        self.address = address


def recognise(raw: str, address: str) -> Reader | None:
    """The reader with this key, or None when there is no such key to use now. Notes its use once a minute.

    ``Elsewhere`` when ``address`` is in none of the key's networks. The journal tells of that, and of a key's
    first use.
    """
    if is_mistyped(raw):
        return None
    if raw.startswith(PREFIX):
        return _read(digest(raw), address)
    token = oauth.granted(raw)  # of an OAuth client: no more than the token was asked for
    reader = token and _read(token.hash, address)
    return replace(reader, scopes=reader.scopes & token.scopes) if token and reader else None


def claimed(raw: str, address: str) -> Claim | None:
    """What this key was at its last request here, where ``address`` may use it; None when it has to be read.

    The claim's ``holds`` says whether it still is so, once its statement has run.
    """
    claim = _claims.get(digest(raw)) if raw.startswith(PREFIX) else None
    return claim if claim and is_from(claim.cells[NETWORKS].decode().split(), address) else None


def _holds(claim: Claim, cells: tuple[bytes | None, ...]) -> bool:
    if cells[:IS_NOTED] != claim.cells[:IS_NOTED]:
        return False
    if cells[IS_NOTED] != b"t":
        ApiKey.objects.filter(pk=claim.reader.key).update(last_used_at=Now())
    return True


def _read(hash_: str, address: str) -> Reader | None:
    found = _ready().run({"hash": hash_})
    if not found.ntuples:
        return None
    cells = tuple(found.get_value(0, column) for column in range(found.nfields))
    key, partner, stored, scopes, networks, in_force, is_noted = ((cell or b"").decode() for cell in cells)
    if not hmac.compare_digest(stored, hash_):
        return None
    if not is_from(networks.split(), address):
        note_elsewhere(key, address)
        raise Elsewhere(address)
    if not is_noted:  # never used
        note_first_use(key)
    elif is_noted != "t":
        ApiKey.objects.filter(pk=key).update(last_used_at=Now())
    granted = frozenset(scopes.split())
    reader = Reader(UUID(key), UUID(partner), granted if in_force == "t" else granted - {PERSONAL})
    _claims.put(hash_, Claim(reader, _statement(), {"hash": hash_}, cells, _holds))
    return reader


@lru_cache(maxsize=1)
def _ready() -> Ready:
    return Ready.from_sql(_statement().sql, _statement().params)


@lru_cache(maxsize=1)
def _statement() -> Statement:
    """All there is to know of a key, by its hash. The clock is the database's."""
    today = TruncDate(Now(), tzinfo=timezone.get_default_timezone())
    agreements = ProcessingAgreement.objects.in_force(today)
    return compiled(
        ApiKey.objects.usable(Now())
        .filter(hash=Hole("hash", TextField()))
        .order_by()
        .values_list(
            "pk",
            "partner",
            "hash",
            _joined("scopes"),
            _joined("networks"),
            Exists(agreements.filter(partner=OuterRef("partner"))),
            Q(last_used_at__gt=Now() - USE_NOTED_EVERY),
        )
    )


def _joined(column: str) -> Func:
    return Func(F(column), Value(" "), function="array_to_string", output_field=TextField())
