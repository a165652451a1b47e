"""API keys: made and shown once, revoked, recognised."""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from datetime import datetime, timedelta

import rules
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.enums import Scope
from partners.models import ApiKey, Partner
from wecd.common import journal
from wecd.common.rest.reader import PERSONAL, Reader
from wecd.common.workflow import NotAllowed, Refused

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SHAPE = re.compile(r"wecd_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})\Z")
USE_NOTED_EVERY = timedelta(minutes=1)


def create(
    *,
    partner: Partner,
    name: str,
    scopes: list[str],
    by,
    expires_at: datetime | None = None,
    raw: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown once and never stored: only its SHA-256 is.

    ``raw`` sets the secret of the demo and of tests; production refuses it. Writes the journal.
    """
    if not rules.has_perm(ApiKey.get_perm("add"), by):
        raise NotAllowed(_("Only a programme manager can create an API key."))
    check(scopes, expires_at)
    if raw is not None and settings.WECD_ENV == "production":
        raise Refused(_("In production, the portal chooses the secret of a key."))
    raw = raw or new_secret()
    if ApiKey.objects.filter(hash=digest(raw)).exists():
        raise Refused(_("This key exists already."))
    with transaction.atomic():
        key = ApiKey.objects.create(
            partner=partner,
            name=name,
            prefix=raw[:12],
            hash=digest(raw),
            scopes=sorted(set(scopes)),
            expires_at=expires_at,
            created_by=by,
        )
        journal.record(
            key,
            "partners.apikey.create",
            by=by,
            partner=partner.code,
            name=name,
            prefix=key.prefix,
            scopes=key.scopes,
            expires_at=expires_at,
        )
    return key, raw


def check(scopes: list[str], expires_at: datetime | None) -> None:
    """Refuse what would make no usable key."""
    unknown = set(scopes) - set(Scope.values)
    if unknown:
        raise Refused(_("There is no scope “%(scope)s”.") % {"scope": ", ".join(sorted(unknown))})
    if expires_at and expires_at <= timezone.now():
        raise Refused(_("The key would have expired already: choose a later date."))


def revoke(key: ApiKey, *, by) -> ApiKey:
    """End a key now and for good. Writes the journal."""
    with transaction.atomic():
        row = ApiKey.objects.select_for_update().get(pk=key.pk)
        if not rules.has_perm(ApiKey.get_perm("revoke"), by, row):
            raise NotAllowed(_("Only a programme manager can revoke an API key."))
        if row.revoked_at:
            raise Refused(_("This key was revoked already."))
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])
        journal.record(row, "partners.apikey.revoke", by=by, partner=row.partner.code, prefix=row.prefix)
    return row


def authenticate(raw: str) -> ApiKey | None:
    """The usable key with this secret, or None. Notes its use once a minute at most."""
    if is_mistyped(raw):
        return None
    hash_ = digest(raw)
    key = ApiKey.objects.usable().filter(hash=hash_).first()
    if key is None or not hmac.compare_digest(key.hash, hash_):
        return None
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def reader(key: ApiKey) -> Reader:
    """What this key may see now: personal data only while the partner's processing agreement is in force."""
    scopes = set(key.scopes)
    if PERSONAL in scopes and not key.partner.agreements.in_force().exists():
        scopes.discard(PERSONAL)
    return Reader(key.pk, key.partner_id, frozenset(scopes))


def new_secret() -> str:
    """``wecd_`` + 32 random characters + ``_`` + a checksum, so that scanners recognise a leaked key."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(32))
    return f"wecd_{body}_{checksum(body)}"


def checksum(body: str) -> str:
    """Six characters in base 62 that a mistyped or invented key will not have."""
    number, text = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        text = ALPHABET[digit] + text
    return text.rjust(6, ALPHABET[0])


def is_mistyped(raw: str) -> bool:
    """Whether this has the shape of a key but not its checksum: no need to ask the database."""
    match = SHAPE.match(raw)
    return bool(match) and checksum(match[1]) != match[2]


def digest(raw: str) -> str:
    """What is stored of a key. Its 190 random bits need no salt and no slow hash."""
    return hashlib.sha256(raw.encode()).hexdigest()
