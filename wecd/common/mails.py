"""Every mail the portal sends, declared as data by the app that sends it; and how its words are filled in.

``templates/mail/<template>.subject.txt`` and ``.txt`` hold the built-in words in four languages; a row of
``MailTemplate`` replaces them in one. Both are the same kind of text: words and ``{{ placeholders }}``.

SECURITY: what staff write is never a Django template. ``fill`` replaces the declared names, once, and knows
neither tags nor attributes.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import gettext as _

from wecd.common.models import HeldTemplate, MailTemplate, OutboxMessage
from wecd.common.prepared import Prepared
from wecd.common.rest.holes import Hole

log = logging.getLogger(__name__)
PLACEHOLDER = re.compile(r"\{\{ *([a-z_]+) *\}\}")
BRACES = re.compile(r"\{[{%#]|[}%#]\}")
SUBJECT_LENGTH = OutboxMessage._meta.get_field("subject").max_length or 0
Text = tuple[str, str]  # subject and body


@dataclass(frozen=True)
class Placeholder:
    """One fact a mail can tell: its name between braces, what it is, an example, how to get it."""

    name: str
    words: Any
    example: Any
    value: Callable[[dict], Any]
    needed: bool = False  # the text must hold it
    personal: bool = False  # about a person: only an example for those who need not know

    def must(self) -> "Placeholder":
        return replace(self, needed=True)


@dataclass(frozen=True)
class Mail:
    """One mail: its name for staff, when it is sent, what it can tell.

    ``context(row)`` gives a preview what ``queue_mail`` would get besides the row it is about. Without
    placeholders its words are fixed: those of mails about accounts always are.
    """

    template: str
    title: Any
    when: Any
    placeholders: tuple[Placeholder, ...] = ()
    to_applicant: bool = False  # shown on the page of what it is about, to those it concerns
    group: str = ""  # mails chosen together in the outbox: one of ``name_group``
    context: Callable[[Any], dict] = lambda row: {}

    @property
    def is_editable(self) -> bool:
        return bool(self.placeholders) and not self.template.startswith(OutboxMessage.ABOUT_ACCOUNTS)

    @property
    def names(self) -> set[str]:
        return {placeholder.name for placeholder in self.placeholders}


_declared: dict[str, Mail] = {}
_groups: dict[str, Any] = {}


def declare(*mails: Mail) -> None:
    """Say which mails an app sends; called once, when the app is ready."""
    _declared.update({mail.template: mail for mail in mails})


def name_group(group: str, title) -> None:
    """Give a group of mails its name; the address of a filtered list holds ``group``."""
    _groups[group] = title


def groups() -> dict[str, Any]:
    return dict(_groups)


def in_group(group: str) -> list[str]:
    return [mail.template for mail in _declared.values() if mail.group == group]


def get(template: str) -> Mail | None:
    return _declared.get(template)


def every() -> list[Mail]:
    """All mails, in the order they were declared."""
    return list(_declared.values())


def title_of(template: str) -> str:
    """The name staff know it by."""
    mail = _declared.get(template)
    return str(mail.title) if mail else template


def templates_for_applicants() -> list[str]:
    return [mail.template for mail in _declared.values() if mail.to_applicant]


# --- Words ----------------------------------------------------------------------------------------------
def fill(text: str, values: dict[str, str]) -> str:
    """Put the values in their places. A line of nothing but empty ones goes; so do blank lines in a row.

    A value that looks like a placeholder stays as it is: nothing is filled in twice.
    """
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        filled = PLACEHOLDER.sub(lambda found: values[found[1]], line)
        if filled.strip() or not PLACEHOLDER.search(line):
            lines.append(filled.rstrip(" "))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """A subject: one line, no longer than a row holds; the no-break spaces of "6 000 €" stay.

    SECURITY: a line break in a subject would begin another header.
    """
    line = re.sub(r"[ \t\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+", " ", text).strip()
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1] + "…"


def wrong_with(mail: Mail, subject: str, body: str) -> dict[str, list[str]]:
    """What keeps these words from being used: sentences for "subject" and for "body"."""
    wrong: dict[str, list[str]] = {"subject": [], "body": []}
    for part, text in (("subject", subject), ("body", body)):
        if not text.strip():
            wrong[part].append(_("Write something here."))
        unknown = dict.fromkeys(name for name in PLACEHOLDER.findall(text) if name not in mail.names)
        wrong[part] += [
            _("This mail has no placeholder “{{ %(name)s }}”. Choose one of the list.") % {"name": name}
            for name in unknown
        ]
        if BRACES.search(PLACEHOLDER.sub("", text)):
            wrong[part].append(
                _("Write a placeholder exactly like {{ %(name)s }}: two braces, one name, nothing else.")
                % {"name": mail.placeholders[0].name}
            )
    wrong["body"] += [
        _("“{{ %(name)s }}” is missing: this mail must say it (%(words)s).")
        % {"name": placeholder.name, "words": placeholder.words}
        for placeholder in mail.placeholders
        if placeholder.needed and placeholder.name not in PLACEHOLDER.findall(body)
    ]
    if "\n" in subject.strip():
        wrong["subject"].append(_("A subject is one line."))
    return {part: sentences for part, sentences in wrong.items() if sentences}


def built_in(mail: Mail, language: str) -> Text:
    """The words of ``templates/mail`` in one language, with placeholders: what editing begins from."""
    marks = {placeholder.name: f"{{{{ {placeholder.name} }}}}" for placeholder in mail.placeholders}
    with translation.override(language):
        return _file(mail.template, marks)


TEXTS = Prepared(
    lambda: MailTemplate.objects.filter(
        template=Hole("template", models.TextField()), language=Hole("language", models.TextField())
    ).order_by()
)
HELD = Prepared(lambda: HeldTemplate.objects.filter(template=Hole("template", models.TextField())).order_by())


def words(mail: Mail, language: str) -> Text:
    """The words in use: what staff wrote, else the built-in ones.

    Staff's words that a newer version of the portal can no longer fill in are left out, and logged: a text
    must not keep a decision from being made.
    """
    row = TEXTS.first(template=mail.template, language=language)
    if row is not None:
        wrong = wrong_with(mail, row.subject, row.body)
        if not wrong:
            return row.subject, row.body
        log.error("The text of %s in %s is not used: %s", mail.template, language, wrong)
    return built_in(mail, language)


def words_of(template: str, language: str) -> Text | None:
    """The words in use of a mail with placeholders; None of one whose words are fixed."""
    mail = _declared.get(template)
    return words(mail, language) if mail is not None and mail.is_editable else None


def write(template: str, language: str, context: dict, text: Text | None = None) -> Text:
    """Subject and body as they will be sent, in ``language``; ``text``: the words, if read before."""
    mail = _declared.get(template)
    with translation.override(language):
        if mail is not None and mail.is_editable:
            subject, body = text or words(mail, language)
            facts = {item.name: _plain(item.value(context)) for item in mail.placeholders}
            subject, body = fill(subject, facts), fill(body, facts)
        else:
            subject, body = _file(template, context)
    return one_line(subject), body.strip() + "\n"


def _file(template: str, context: dict) -> Text:
    """Plain text, so nothing is escaped: an ampersand stays one."""
    subject, body = (
        Engine.get_default()
        .get_template(f"mail/{template}{ending}")
        .render(Context(context, autoescape=False))
        for ending in (".subject.txt", ".txt")
    )
    return one_line(subject), re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def _plain(value) -> str:
    return "" if value is None else str(value)


# --- Previews -------------------------------------------------------------------------------------------
def recent(mail: Mail, count: int = 5) -> list[OutboxMessage]:
    """The last messages of this mail whose row still exists: real rows to try words on."""
    found = OutboxMessage.objects.filter(template=mail.template).select_related("recipient")
    return list(found.order_by("-created_at", "-id")[:count])


def about(message: OutboxMessage) -> models.Model | None:
    """The row a message is about, unless it is gone."""
    try:
        model = apps.get_model(message.about_type)
        return model._default_manager.filter(pk=message.about_id).first()  # type: ignore[attr-defined]
    except (LookupError, ValueError, ValidationError):
        return None


def preview(
    mail: Mail, language: str, text: Text, message: OutboxMessage | None, row=None, *, personal: bool
) -> Text:
    """These words, filled in for the row of ``message``; what it cannot tell is shown by the example.

    ``personal`` is whether the reader may know about people: if not, those facts are examples as well.
    """
    row = row or (about(message) if message else None)
    with translation.override(language):
        facts = {item.name: _shown(item, mail, row, message, personal=personal) for item in mail.placeholders}
        return one_line(fill(text[0], facts)), fill(text[1], facts) + "\n"


def _shown(item: Placeholder, mail: Mail, row, message, *, personal: bool) -> str:
    if row is None or (item.personal and not personal):
        return str(item.example)
    base = {"about": row, "recipient": message.recipient, "site_url": settings.SITE_URL}
    try:
        return _plain(item.value(base | mail.context(row)))
    except (KeyError, AttributeError, TypeError, ValueError):
        return str(item.example)


# --- Held -----------------------------------------------------------------------------------------------
def is_held(template: str) -> bool:
    """Whether this mail waits for somebody to release it. Mails about accounts never: a code must leave."""
    if template.startswith(OutboxMessage.ABOUT_ACCOUNTS):
        return False
    return HELD.first(template=template) is not None


def held() -> set[str]:
    return set(HeldTemplate.objects.values_list("template", flat=True))


def changed() -> dict[str, list[str]]:
    """The languages in which staff's words replace the built-in ones, by template."""
    found: dict[str, list[str]] = {}
    for template, language in MailTemplate.objects.values_list("template", "language"):
        found.setdefault(template, []).append(language)
    return found


def missing(templates: Iterable[str]) -> set[str]:
    """Those of ``templates`` nobody declared."""
    return set(templates) - _declared.keys()
