"""API keys: made and shown once, revoked, recognised."""

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import rules
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from partners.domain.networks import around, clean_networks, widen
from partners.enums import Scope
from partners.models import ApiKey, Partner
from partners.rules import is_member
from wecd.common import journal, once
from wecd.common.models.base import uuid7
from wecd.common.once import MadeAlready
from wecd.common.outbox import queue_mail
from wecd.common.rest.reader import PERSONAL
from wecd.common.workflow import NotAllowed, Refused, why_not_permitted

PREFIX = "wecd_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SHAPE = re.compile(r"wecd_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})\Z")
MOST = 20  # usable keys of a partner
A_YEAR, LONGEST = timedelta(days=365), timedelta(days=2 * 365)  # the life of a key: usual, at most
LONGEST_OVERLAP = timedelta(days=30)
WARNED_BEFORE = (timedelta(days=3), timedelta(days=14))  # the nearest first: one late mail, not two
WARNED = "partners.apikey.warn"
_noted: dict[object, date] = {}  # key and what of it → the last day this process knows to be in the journal


def create(
    *,
    partner: Partner,
    name: str,
    scopes: list[str],
    by,
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
    raw: str | None = None,
    form: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown once and never stored: only its SHA-256 is.

    It works for a year when no end is given. ``raw`` sets the secret of the demo and of tests; production
    refuses it. ``form`` is the UUID of the form that was sent: the second time, ``MadeAlready``. Writes the
    journal, and to the partner's members.
    """
    if raw is not None and settings.WECD_ENV == "production":
        raise Refused(_("In production, the portal chooses the secret of a key."))
    raw = raw or new_secret()
    row = ApiKey(
        id=form or uuid7(),
        partner=partner,
        name=name,
        scopes=sorted(set(scopes)),
        networks=clean_networks(networks),
        expires_at=expires_at,
    )
    return add(row, digest(raw), prefix=raw[:12], by=by), raw


def add(row: ApiKey, hash_: str, *, prefix: str, by) -> ApiKey:
    """Keep a new row (key or OAuth client) once everything about it is right."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=row.partner_id)  # the most there may be, counted
        if not rules.has_perm(ApiKey.get_perm("add"), by, partner):
            raise NotAllowed(why_not_permitted(row, "add", by))
        must_be_first(partner.api_keys.filter(pk=row.pk))
        row.expires_at = row.expires_at or timezone.now() + A_YEAR
        check(row.scopes, row.expires_at, partner=partner)
        if ApiKey.objects.filter(hash=hash_).exists():
            raise Refused(_("This key exists already."))
        if partner.api_keys.usable().count() >= MOST:
            raise Refused(
                _("A partner has at most %(most)s usable keys. Revoke one that is no longer used.")
                % {"most": MOST}
            )
        row.partner, row.hash, row.prefix, row.created_by = partner, hash_, prefix, by
        once.insert(row)
        _record_new(row, by)
    return row


def rotate(
    key: ApiKey,
    *,
    by,
    overlap: timedelta,
    expires_at: datetime | None = None,
    raw: str | None = None,
    form: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key like this one, and its secret. Both work until the old one ends, after ``overlap``.

    A key is replaced once: what replaces it is rotated next. The new one works for a year when no end is
    given. Writes the journal of both, and to the members.
    """
    if raw is not None and settings.WECD_ENV == "production":
        raise Refused(_("In production, the portal chooses the secret of a key."))
    raw = raw or new_secret()
    with transaction.atomic():
        old = locked(key, "rotate", by)
        if old.client_id:
            raise Refused(_("An OAuth client gets a new secret instead."))
        new = ApiKey(id=form or uuid7(), prefix=raw[:12], hash=digest(raw), expires_at=expires_at)
        stand_beside(old, new, by=by, overlap=overlap)
    return new, raw


def stand_beside(old: ApiKey, new: ApiKey, *, by, overlap: timedelta) -> None:
    """Keep a new row (key or OAuth client) that has all the old one has, and give that one its end.

    The caller has locked the old one.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Refused(
            _("Both keys can work side by side for at most %(days)s days.") % {"days": LONGEST_OVERLAP.days}
        )
    must_be_first(ApiKey.objects.filter(pk=new.pk, replaces=old))
    must_be_usable(old)
    must_not_be_replaced(old)
    new.expires_at = new.expires_at or timezone.now() + A_YEAR
    must_end_in_time(new.expires_at)
    new.partner, new.name, new.scopes, new.networks = old.partner, old.name, old.scopes, old.networks
    new.replaces, new.created_by = old, by
    once.insert(new)
    ends = timezone.now() + overlap
    old.expires_at = min(old.expires_at or ends, ends)
    old.save(update_fields=["expires_at", "updated_at"])
    facts = {"partner": old.partner.code, "prefix": old.prefix, "until": old.expires_at}
    journal.record(old, "partners.apikey.rotate", by=by, replaced_by=str(new.pk), **facts)
    _record_new(new, by, replaces=str(old.pk))


def _record_new(row: ApiKey, by, **facts) -> None:
    journal.record(
        row,
        "partners.apikey.create",
        by=by,
        partner=row.partner.code,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        networks=row.networks,
        expires_at=row.expires_at,
        **facts,
    )
    tell_members("partners/key_created", row, by=by)


def change(key: ApiKey, *, by, name: str, networks: Iterable[str]) -> ApiKey:
    """Another name, other networks. Scopes stay: more is another key. The journal keeps before and after.

    Writes to the members when it works from more places than before: pages ask who one is first (``widen``).
    """
    with transaction.atomic():
        row = locked(key, "edit", by)
        must_be_usable(row)
        wanted: dict[str, Any] = {"name": name.strip() or row.name, "networks": clean_networks(networks)}
        facts = {
            field: {"from": getattr(row, field), "to": value}
            for field, value in wanted.items()
            if getattr(row, field) != value
        }
        if facts:
            wider = widen(row.networks, wanted["networks"])
            row.name, row.networks = wanted["name"], wanted["networks"]
            row.save(update_fields=["name", "networks", "updated_at"])
            journal.record(row, "partners.apikey.change", by=by, prefix=row.prefix, **facts)
            if wider:
                tell_members("partners/key_widened", row, by=by)
    return row


def revoke(key: ApiKey, *, by) -> ApiKey:
    """End a key now and for good. Writes the journal; and to the members, when it was none of them."""
    with transaction.atomic():
        row = locked(key, "revoke", by)
        if row.revoked_at:
            raise Refused(_("This key was revoked already."))
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])
        if row.client_id:
            Client.objects.filter(pk=row.client_id).delete()  # with its tokens
        journal.record(row, "partners.apikey.revoke", by=by, partner=row.partner.code, prefix=row.prefix)
        if not is_member(by, row):
            tell_members("partners/key_revoked", row, by=by)
    return row


def warn(now: datetime | None = None) -> int:
    """Write to the members 14 and 3 days before a key expires; returns how many keys were warned of.

    The journal remembers each warning, so that a job run twice, or after a pause, sends none twice. What has
    been replaced is left to end.
    """
    now = now or timezone.now()
    ending = ApiKey.objects.usable(now).filter(expires_at__lte=now + max(WARNED_BEFORE), replaced_by=None)
    return sum(_warn_of(pk, now) for pk in ending.order_by("pk").values_list("pk", flat=True))


def _warn_of(pk, now: datetime) -> int:
    with transaction.atomic():
        row = (
            ApiKey.objects.usable(now).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        )
        if row is None or row.expires_at is None:
            return 0
        due = next((days for days in WARNED_BEFORE if row.expires_at - now <= days), None)
        if due is None:
            return 0
        facts = {"days": due.days, "expires_at": row.expires_at.isoformat()}
        if any(entry.facts == facts for entry in journal.entries_about(row).filter(verb=WARNED)):
            return 0
        journal.record(row, WARNED, by=User.objects.system(), **facts)
        tell_members("partners/key_expires", row, by=None)
    return 1


def note_first_use(key_id) -> None:
    """Say in the journal that a key, never used before, is used now; of several at once, one says it."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key_id, last_used_at=None).update(last_used_at=Now()):
            _note(key_id, "first_use")


def note_elsewhere(key_id, address: str) -> None:
    """Say in the journal, once a key and day (UTC), that a key was refused outside its networks.

    Of the address it keeps the network around it: enough to ask whose it is, nothing about one person.
    """
    _note_daily(key_id, "refused_on", "use_elsewhere", network=around(address))


def note_personal_read(key_id) -> None:
    """Say in the journal, once a key and day (UTC), that the key read personal data; then do nothing."""
    _note_daily(key_id, "personal_read_on", "read_personal")


def _note_daily(key_id, column: str, verb: str, **facts) -> None:
    today = datetime.now(UTC).date()
    if _noted.get((key_id, column)) == today:
        return
    with transaction.atomic():
        first = Q(**{column: None}) | Q(**{f"{column}__lt": today})
        if ApiKey.objects.filter(first, pk=key_id).update(**{column: today}):
            _note(key_id, verb, day=today, **facts)
    if len(_noted) > 10_000:
        _noted.clear()
    transaction.on_commit(lambda: _noted.update({(key_id, column): today}))


def _note(key_id, verb: str, **facts) -> None:
    row = ApiKey.objects.select_related("partner").get(pk=key_id)
    facts |= {"partner": row.partner.code, "prefix": row.prefix}
    journal.record(row, f"partners.apikey.{verb}", by=User.objects.system(), **facts)


def must_be_first(rows: QuerySet[ApiKey]) -> None:
    """``MadeAlready`` when the form that was sent has made its key before."""
    row = rows.first()
    if row is not None:
        said = _(
            "This key was made already, and its secret shown once. If you did not copy it, replace the key."
        )
        raise MadeAlready(row, said)


def check(scopes: Iterable[str], expires_at: datetime | None, *, partner: Partner | None = None) -> None:
    """Refuse what would make no usable key."""
    unknown = set(scopes) - set(Scope.values)
    if unknown:
        raise Refused(_("There is no scope “%(scope)s”.") % {"scope": ", ".join(sorted(unknown))})
    must_end_in_time(expires_at)
    if PERSONAL in scopes and partner is not None and not partner.agreements.in_force().exists():
        raise Refused(
            _("Personal data need a processing agreement in force with the partner: there is none on file.")
        )


def must_end_in_time(expires_at: datetime | None) -> None:
    """Refuse an end that has passed, and one more than two years ahead. Without any, it is a year."""
    if expires_at and expires_at <= timezone.now():
        raise Refused(_("The key would have expired already: choose a later date."))
    if expires_at and timezone.localdate(expires_at) > timezone.localdate() + LONGEST:
        raise Refused(_("A key works for two years at most: choose an earlier date."))


def must_be_usable(row: ApiKey) -> None:
    """Refuse what was revoked or has expired, each with its sentence."""
    if row.revoked_at:
        raise Refused(_("This key was revoked already."))
    if not row.is_usable:
        raise Refused(_("This key has expired: create a new one."))


def must_not_be_replaced(row: ApiKey) -> None:
    """Refuse what another key stands beside already."""
    if hasattr(row, "replaced_by"):
        raise Refused(_("This key has been replaced already: rotate the one that replaced it."))


def locked(key: ApiKey, verb: str, by) -> ApiKey:
    """The fresh row, locked, for somebody who may do this to it."""
    row = ApiKey.objects.select_for_update(of=("self",)).select_related("partner").get(pk=key.pk)
    if not rules.has_perm(ApiKey.get_perm(verb), by, row):
        raise NotAllowed(why_not_permitted(row, verb, by))
    return row


def tell_members(template: str, row: ApiKey, *, by) -> None:
    """Queue a mail about the key to each active member of its partner."""
    for member in row.partner.members.select_related("user").filter(user__is_active=True).order_by("pk"):
        queue_mail(template, to=member.user, about=row, by=by)


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
