"""OAuth 2 client credentials, for systems that cannot send a key: allauth's provider gives the tokens.

A client is an ``ApiKey`` row with a ``client_id`` and no secret of its own: scopes, networks, expiry,
revocation and usage are those of the row. allauth keeps the secret (hashed as a password is) and the tokens
(SHA-256).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.domain import keys
from partners.domain.networks import clean_networks, is_from
from partners.models import ApiKey, Partner
from wecd.common import journal, once
from wecd.common.models.base import uuid7
from wecd.common.once import MadeAlready

GRANT = Client.GrantType.CLIENT_CREDENTIALS
RENEW = "partners.apikey.renew"
PREFIX = "oauth"  # what stands where a key's first characters would


@dataclass(frozen=True)
class Granted:
    """What an access token gives: the row it stands for (by ``hash``), and the scopes asked for."""

    hash: str
    scopes: frozenset[str]


def hash_of(client_id: str) -> str:
    """What stands in ``ApiKey.hash``: unique, and no SHA-256 of anything that could be sent as a key."""
    return f"oauth:{client_id}"


def create(
    *,
    partner: Partner,
    name: str,
    scopes: list[str],
    by,
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
    form: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new client and its secret, shown once. As ``keys.create``: journal, mail, the same refusals."""
    client_id, secret = get_adapter().generate_client_id(), keys.new_secret()
    row = ApiKey(
        id=form or uuid7(),
        partner=partner,
        name=name,
        scopes=sorted(set(scopes)),
        networks=clean_networks(networks),
        expires_at=expires_at,
        client_id=client_id,
    )
    with transaction.atomic():
        keys.add(row, hash_of(client_id), prefix=PREFIX, by=by)
        _register(row, secret)
    return row, secret


def _register(row: ApiKey, secret: str) -> None:
    client = Client(id=row.client_id, name=row.name, grant_types=GRANT, response_types="")
    client.set_scopes(row.scopes)
    client.set_default_scopes(row.scopes)
    client.set_secret(secret)
    client.save(force_insert=True)


def rotate(
    key: ApiKey, *, by, overlap: timedelta, expires_at: datetime | None = None, form: UUID | None = None
) -> tuple[ApiKey, str]:
    """A second client like this one, with an ID and a secret of its own. As ``keys.rotate``: both work until
    the old one ends, after ``overlap``; then its tokens do too.
    """
    client_id, secret = get_adapter().generate_client_id(), keys.new_secret()
    with transaction.atomic():
        old = keys.locked(key, "rotate", by)
        new = ApiKey(
            id=form or uuid7(),
            prefix=PREFIX,
            hash=hash_of(client_id),
            expires_at=expires_at,
            client_id=client_id,
        )
        keys.stand_beside(old, new, by=by, overlap=overlap)
        _register(new, secret)
    return new, secret


def renew(
    key: ApiKey, *, by, expires_at: datetime | None = None, form: UUID | None = None
) -> tuple[ApiKey, str]:
    """Another secret for the same client. The old one, and the tokens it was given, stop working at once.

    The client works for a year from now when no end is given.
    """
    secret = keys.new_secret()
    with transaction.atomic():
        row = keys.locked(key, "rotate", by)
        if once.is_done(row, RENEW, form):
            raise MadeAlready(
                row,
                _("The new secret was made already, and shown once. If you did not copy it, make another."),
            )
        keys.must_be_usable(row)
        keys.must_not_be_replaced(row)
        expires_at = expires_at or timezone.now() + keys.A_YEAR
        keys.must_end_in_time(expires_at)
        client = Client.objects.select_for_update().get(pk=row.client_id)
        client.set_secret(secret)
        client.save(update_fields=["secret"])
        client.token_set.all().delete()
        row.expires_at = expires_at
        row.save(update_fields=["expires_at", "updated_at"])
        facts = {"partner": row.partner.code, "expires_at": row.expires_at}
        journal.record(row, RENEW, by=by, **facts, **({"once": str(form)} if form else {}))
        keys.tell_members("partners/key_created", row, by=by)
    return row, secret


def replace(
    key: ApiKey, *, by, overlap: timedelta, expires_at: datetime | None = None, form: UUID | None = None
) -> tuple[ApiKey, str]:
    """What "replace" does to either kind: another key, or client, beside this one; at once, a client keeps
    its ID and gets another secret.
    """
    if key.client_id and not overlap:
        return renew(key, by=by, expires_at=expires_at, form=form)
    return (rotate if key.client_id else keys.rotate)(
        key, by=by, overlap=overlap, expires_at=expires_at, form=form
    )


def may_ask(client_id: str, address: str) -> bool:
    """Whether this client may ask for a token, from here and now: its row is usable and in its networks."""
    if not client_id or not client_id.isprintable():
        return False
    row = ApiKey.objects.usable().filter(hash=hash_of(client_id)).first()
    return row is not None and is_from(row.networks, address)


def granted(raw: str) -> Granted | None:
    """What this access token gives, or None. Whether its client may be used now is the row's to say."""
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, raw)
    if token is None or not token.client_id:
        return None
    return Granted(hash_of(token.client_id), frozenset(token.get_scopes()))


def forget_expired(now: datetime | None = None) -> int:
    """Delete the tokens that ended a day ago; returns how many."""
    ended = (now or timezone.now()) - timedelta(days=1)
    return Token.objects.filter(expires_at__lt=ended).delete()[0]
