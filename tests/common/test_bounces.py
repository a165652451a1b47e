"""A delivery status notification is read from standard input, and marks the mail it is about."""

import io
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from tests.common.outbox_factories import OutboxMessageFactory
from wecd.common import bounces

pytestmark = pytest.mark.django_db
NOTICE = """\
Return-Path: <>
From: MAILER-DAEMON@mx.wecd.example (Mail Delivery System)
To: portail@wecd.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

This is a MIME-encapsulated message.

--=_b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
Message-ID: <018f0000-0000-7000-8000-000000000000@wecd.example>

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.wecd.example
Arrival-Date: Tue, 1 Dec 2026 09:18:00 +0100

Final-Recipient: rfc822; zoe@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <zoe@example.org>: Recipient address
    rejected: User unknown

--=_b
Content-Type: {kind}

From: WECD <portail@wecd.example>
To: zoe@example.org
Subject: =?utf-8?q?Demande_re=C3=A7ue?=
Message-ID: <{pk}@{domain}>

--=_b--
"""


def notice(message, *, action="failed", kind="text/rfc822-headers", domain="wecd.example") -> bytes:
    return NOTICE.format(pk=message.pk, action=action, kind=kind, domain=domain).encode()


@pytest.fixture
def sent():
    return OutboxMessageFactory(state="sent", to="zoe@example.org")


def fed(monkeypatch, raw: bytes) -> str:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    out = io.StringIO()
    call_command("record_bounce", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_mail_that_came_back_is_marked(monkeypatch, sent, kind):
    assert "Bounced" in fed(monkeypatch, notice(sent, kind=kind))
    sent.refresh_from_db()
    assert sent.state == "bounced"
    assert sent.error == "550 5.1.1 <zoe@example.org>: Recipient address rejected: User unknown"


def test_told_twice_it_is_marked_once(monkeypatch, sent):
    fed(monkeypatch, notice(sent))
    assert "nothing noted" in fed(monkeypatch, notice(sent))


@pytest.mark.parametrize("change", [{"action": "delayed"}, {"domain": "elsewhere.example"}])
def test_a_delay_or_another_portals_mail_is_not_ours(monkeypatch, sent, change):
    assert "nothing noted" in fed(monkeypatch, notice(sent, **change))
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: hello\n\nMessage-ID: <x@wecd.example>",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: text/rfc822-headers\n\n\n--x--",
        b"Content-Type: multipart/report\n\n",
    ],
)
def test_anything_else_is_left_alone(monkeypatch, sent, raw):
    assert bounces.read(raw) is None
    assert "nothing noted" in fed(monkeypatch, raw)


def test_what_is_not_sent_cannot_come_back(monkeypatch):
    held = OutboxMessageFactory(state="held")
    assert "nothing noted" in fed(monkeypatch, notice(held))
    held.refresh_from_db()
    assert held.state == "held"


def test_an_unknown_message_is_left_alone(monkeypatch, sent):
    sent.delete()
    sent.pk = "018f0000-0000-7000-8000-000000000000"
    assert "nothing noted" in fed(monkeypatch, notice(sent))
