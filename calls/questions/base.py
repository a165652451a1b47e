"""What every kind of question can do."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # Unicode's Cc without tab and line feed
LONGEST = 20_000  # characters; what a person types fits, what a script pours in does not


def plain_text(raw) -> str:
    """Text fit to be kept: composed, one kind of line end, nothing a database or a reader chokes on."""
    if raw is None or isinstance(raw, bool | dict | list | tuple):
        return ""
    text = str(raw)
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.encode("utf-8", "ignore").decode()
    text = (
        unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    )
    return CONTROLS.sub("", text).strip()


def one_line(raw) -> str:
    return re.sub(r"\s+", " ", plain_text(raw)).strip()


def words_in(text) -> int:
    """How many words a text has: pieces between spaces with at least one letter or figure."""
    return sum(any(c.isalnum() for c in piece) for piece in plain_text(text).split())


class Kind:
    """One kind of question. ``clean`` takes what was typed and returns a JSON value, None when empty.

    ``clean`` raises only ``ValidationError``, and its sentence says what to write instead. Whether an
    answer is required is not its business: a draft may be empty.
    """

    widget = "text"
    settings: dict[str, str] = {}  # noqa: RUF012  (name of a setting: what it is for; read-only)

    def clean(self, question, raw):
        raise NotImplementedError

    def is_answered(self, question, value) -> bool:
        return value not in (None, "", [], {})

    def display(self, question, value) -> str:
        """The value in words of the active language; ``clean`` of these words gives the value back."""
        return "" if value is None else str(value)

    def to_input(self, question, value):
        """What to put into the control again."""
        return self.display(question, value)

    def problems(self, question) -> list[str]:
        """What is wrong with the question itself, as sentences for the person who writes the form."""
        unknown = sorted(set(question.settings or {}) - set(self.settings))
        found = [_("This kind of question has no setting “%(name)s”.") % {"name": name} for name in unknown]
        low, high = question.minimum, question.maximum
        if low is not None and high is not None and low > high:
            found.append(_("The smallest value is larger than the largest."))
        return found


def refuse(sentence: str, code: str = "invalid", **params):
    raise ValidationError(sentence, code=code, params=params or None)
