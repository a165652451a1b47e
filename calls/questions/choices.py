"""Choices, yes or no, declarations."""

from django.utils.translation import gettext as _

from calls.questions.base import Kind, one_line, refuse

# What people and browsers write for yes and no, in four languages.
YES = {"true", "1", "on", "yes", "y", "oui", "o", "ja", "j", "vrai"}
NO = {"false", "0", "off", "no", "n", "non", "nein", "nee", "faux"}


def parse_options(text: str) -> list[tuple[str, str]]:
    """[(value, words)] of one "value | words" a line; without a bar the words are the value."""
    pairs = []
    for line in (text or "").splitlines():
        value, bar, words = (part.strip() for part in line.partition("|"))
        if value or words:
            pairs.append((value or words, words if bar and words else value or words))
    return pairs


def options(question) -> list[tuple[str, str]]:
    """[(value, words)] in the active language; words nobody translated stand in French."""
    base = parse_options(getattr(question, "options_fr", None) or question.options)
    translated = dict(parse_options(question.options))
    return [(value, translated.get(value, words)) for value, words in base]


class Choice(Kind):
    widget = "radio"

    def pick(self, question, raw) -> str:
        """The value meant by ``raw``: a value, or its words in any case."""
        text = one_line(raw)
        offered = options(question)
        for value, _words in offered:
            if text == value:
                return value
        for value, words in offered:
            if text.casefold() in (one_line(words).casefold(), value.casefold()):
                return value
        return refuse(_("Choose one of the answers offered."))

    def clean(self, question, raw):
        if isinstance(raw, list | tuple):
            raw = raw[0] if len(raw) == 1 else None if not raw else refuse(_("Choose one answer only."))
        return self.pick(question, raw) if one_line(raw) else None

    def display(self, question, value) -> str:
        return "" if value is None else dict(options(question)).get(value, str(value))

    def to_input(self, question, value):
        return value or ""

    def problems(self, question) -> list[str]:
        found = super().problems(question)
        values = [value for value, _words in parse_options(question.options)]
        if len(values) < 2:
            found.append(_("A choice needs at least two options, one a line."))
        if len(set(values)) < len(values):
            found.append(_("Two options have the same value."))
        return found


class Choices(Choice):
    widget = "checkboxes"
    settings = {"most": "how many may be chosen"}  # noqa: RUF012

    def clean(self, question, raw):
        if isinstance(raw, str):
            known = {value for value, _words in options(question)} | {w for _v, w in options(question)}
            raw = [raw] if one_line(raw) in known else raw.split(",")
        if not isinstance(raw, list | tuple):
            return None if raw in (None, {}, "") else refuse(_("Choose among the answers offered."))
        chosen = {self.pick(question, item) for item in raw if one_line(item)}
        most = self.most(question)
        if most and len(chosen) > most:
            refuse(_("Choose %(most)s answers at most; you chose %(n)s.") % {"most": most, "n": len(chosen)})
        return [value for value, _words in options(question) if value in chosen] or None

    @staticmethod
    def most(question) -> int:
        most = (question.settings or {}).get("most")
        return int(most) if str(most).isascii() and str(most).isdigit() else 0

    def display(self, question, value) -> str:
        words = dict(options(question))
        return ", ".join(words.get(item, str(item)) for item in value or [])

    def to_input(self, question, value):
        return value or []


class YesNo(Kind):
    widget = "yes_no"

    def clean(self, question, raw):
        if isinstance(raw, bool):
            return raw
        text = one_line(raw).casefold()
        if not text:
            return None
        if text in YES:
            return True
        if text in NO:
            return False
        return refuse(_("Answer yes or no."))

    def is_answered(self, question, value) -> bool:
        return value is True or value is False

    def display(self, question, value) -> str:
        return {True: _("Yes"), False: _("No")}.get(value, "") if value is not None else ""

    def to_input(self, question, value):
        return {True: "yes", False: "no"}.get(value, "")


class Declaration(YesNo):
    """A sentence to accept: true or nothing. "No" is not an answer but an empty one."""

    widget = "declaration"

    def clean(self, question, raw):
        return True if super().clean(question, raw) else None

    def is_answered(self, question, value) -> bool:
        return value is True

    def display(self, question, value) -> str:
        return _("Accepted") if value else ""

    def to_input(self, question, value):
        return "yes" if value else ""
