"""A form that is sent twice, by a reload or a double press, does its act once.

Each form shown carries a UUID of its own. It becomes the key of the row the form makes, or stands in the
journal with the act: whoever comes second finds it, also at the same moment, by the lock of the act or by the
unique key.

SECURITY: the UUID is the portal's, signed for the person it was shown to. One that somebody chose counts as
none, so nobody meets a row that is not theirs, nor learns that it is there.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from wecd.common import journal
from wecd.common.models.base import uuid7
from wecd.common.workflow import Refused

FIELD = "once"  # its name in a form


class MadeAlready(Refused):
    """The same form was sent before: what it did to ``row`` stands, and was not done again."""

    def __init__(self, row: models.Model, sentence: str):
        super().__init__(sentence)
        self.row = row


def token(user, sent: str | None = None) -> str:
    """What a form shown to this person carries: what it was sent with (shown again), else a new one."""
    return sent if sent and key_of(user, sent) else _signer(user).sign(uuid7().hex)


def key_of(user, sent: str | None) -> UUID | None:
    """The UUID a form came with; None when it came with none that was made for this person."""
    try:
        return UUID(_signer(user).unsign(sent or ""))
    except (BadSignature, ValueError):
        return None


def _signer(user) -> Signer:
    return Signer(salt=f"wecd.common.once:{user.pk}")


def insert(row: models.Model) -> None:
    """Write a new row whose key came with a form; says nothing of a row that has this key already."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("This was not done. Reload the page and send it again.")) from error


def is_done(about: models.Model, verb: str, key: UUID | None) -> bool:
    """Whether the journal has this act with this UUID. The caller holds the lock of the row it is about."""
    return key is not None and journal.entries_about(about).filter(verb=verb, facts__once=str(key)).exists()
