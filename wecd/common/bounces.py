"""Mail that came back: read a delivery status notification (RFC 3464) and note it on our message."""

import re
import uuid
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings

from wecd.common import outbox
from wecd.common.models import OutboxMessage
from wecd.common.workflow import Refused

LONGEST = 500  # of a reason: servers write what they like


@dataclass(frozen=True)
class Notice:
    """What a notification says: which of our messages, and why it did not arrive for good."""

    message: uuid.UUID
    reason: str


def read(raw: bytes) -> Notice | None:
    """What a notification says about a message of ours; None when it is about something else.

    Only ``Action: failed`` counts: a delay may still end well. Our Message-ID is looked for in the returned
    message or its headers alone, never in the text, and holds 74 random bits: nobody can note a bounce of a
    mail they did not get.
    """
    report = message_from_bytes(raw, policy=policy.default)
    if report.get_content_type() != "multipart/report":
        return None
    reason, found = "", None
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            reason = reason or _reason(part)
        elif kind in ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers"):
            found = found or _our_id(part)
    return Notice(found, reason) if found and reason else None


def record(raw: bytes) -> OutboxMessage | None:
    """Mark the message a notification is about as bounced; None when there is none, or it already is."""
    notice = read(raw)
    message = OutboxMessage.objects.filter(pk=notice.message).first() if notice else None
    if notice is None or message is None:
        return None
    try:
        return outbox.bounced(message, reason=notice.reason)
    except Refused:  # reported twice, or not even sent by us: what we know stays
        return None


def _reason(status) -> str:
    """The words of the first recipient the mail failed for: "5.1.1 user unknown"."""
    for block in status.get_payload() if status.is_multipart() else []:
        if str(block.get("Action", "")).strip().lower() == "failed":
            said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
            return " ".join(said.split())[:LONGEST] or "failed"
    return ""


def _our_id(part) -> uuid.UUID | None:
    payload = part.get_payload()
    if isinstance(payload, list):
        said = str(payload[0].get("Message-ID", ""))
    else:
        headers: EmailMessage = message_from_bytes(
            part.get_payload(decode=True) or b"", policy=policy.default
        )
        said = str(headers.get("Message-ID", ""))
    match = re.fullmatch(rf"<([0-9a-f-]{{36}})@{re.escape(settings.MAIL_DOMAIN)}>", said.strip().lower())
    try:
        return uuid.UUID(match[1]) if match else None
    except ValueError:
        return None
