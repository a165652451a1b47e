"""Small counts in words, for headlines."""

from django.utils.translation import pgettext

from wecd.common import formatting


def in_words(count: int) -> str:
    """A count as a word up to twelve, in figures beyond. For masculine things: "one" is "un" in French."""
    words = [
        pgettext("count of calls", "no"),
        pgettext("count of calls", "one"),
        pgettext("count of calls", "two"),
        pgettext("count of calls", "three"),
        pgettext("count of calls", "four"),
        pgettext("count of calls", "five"),
        pgettext("count of calls", "six"),
        pgettext("count of calls", "seven"),
        pgettext("count of calls", "eight"),
        pgettext("count of calls", "nine"),
        pgettext("count of calls", "ten"),
        pgettext("count of calls", "eleven"),
        pgettext("count of calls", "twelve"),
    ]
    return words[count] if count < len(words) else formatting.number(count)
