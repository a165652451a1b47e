"""Queue a mail with the change that causes it; the worker sends it after commit."""

import re

from django.conf import settings
from django.db import models
from django.template import Context, Engine
from django.utils import translation

from wecd.common import tasks
from wecd.common.models import OutboxMessage


def queue_mail(template: str, *, to, about: models.Model | None = None, **context) -> OutboxMessage:
    """Render ``templates/mail/<template>.subject.txt`` and ``.txt`` for ``to`` and queue them.

    ``to`` is a user, or an address in the running language. The row and its job are written in the
    caller's transaction: a rollback takes both, so nothing is said that did not happen.
    """
    user = to if hasattr(to, "email") else None
    language = (user.language if user else "") or translation.get_language() or settings.LANGUAGE_CODE
    context |= {"recipient": user, "about": about, "site_url": settings.SITE_URL, "language": language}
    with translation.override(language):
        # one line; the no-break spaces of "6 000 €" stay
        subject = re.sub(r"[ \t\r\n\f\v]+", " ", _render(f"mail/{template}.subject.txt", context)).strip()
        body = _render(f"mail/{template}.txt", context).strip() + "\n"
    message = OutboxMessage.objects.create(
        template=template,
        language=language,
        recipient=user,
        to=user.email if user else to,
        about_type=about._meta.label_lower if about else "",
        about_id=str(about.pk) if about else "",
        subject=subject,
        body=body,
    )
    tasks.send_message.defer(message_id=str(message.pk))
    return message


def _render(name: str, context: dict) -> str:
    """Plain text, so nothing is escaped: an ampersand stays one."""
    return Engine.get_default().get_template(name).render(Context(context, autoescape=False))
