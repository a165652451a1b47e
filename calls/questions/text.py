"""Short and long texts, e-mail addresses and web addresses."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.questions.base import LONGEST, Kind, one_line, plain_text, refuse, words_in

SHORT = 300


class LongText(Kind):
    widget = "textarea"
    longest = LONGEST
    tidy = staticmethod(plain_text)

    def clean(self, question, raw):
        text = self.tidy(raw)
        if not text:
            return None
        if len(text) > self.longest:
            refuse(
                _("This text has %(size)s characters. Keep it under %(most)s.")
                % {"size": len(text), "most": self.longest},
                "too_long",
            )
        count, most = words_in(text), question.max_words
        if most and count > most:
            over = count - most
            refuse(
                ngettext(
                    "This text has %(count)s words; the limit is %(most)s. Take out %(over)s word.",
                    "This text has %(count)s words; the limit is %(most)s. Take out %(over)s words.",
                    over,
                )
                % {"count": count, "most": most, "over": over},
                "too_many_words",
            )
        return text


class ShortText(LongText):
    widget = "text"
    longest = SHORT
    tidy = staticmethod(one_line)


class Email(Kind):
    widget = "email"

    def clean(self, question, raw):
        text = re.sub(r"^mailto:", "", one_line(raw), flags=re.IGNORECASE)
        if not text:
            return None
        try:
            EmailValidator()(text)
        except ValidationError:
            refuse(_("This is not an e-mail address. Write it whole: name@example.be."))
        return text


class Url(Kind):
    widget = "url"

    def clean(self, question, raw):
        text = one_line(raw)
        if not text:
            return None
        if not re.match(r"^[a-z][a-z0-9+.-]*://", text, flags=re.IGNORECASE):
            text = f"https://{text}"
        try:
            URLValidator(schemes=["http", "https"])(text)
        except ValidationError:
            refuse(_("This is not a web address. Copy it from your browser: https://example.be."))
        return text
