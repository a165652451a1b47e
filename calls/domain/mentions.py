"""Who is called by name in a note: ``@Olivia``, ``@Olivia Officer`` or ``@olivia@staff.example``."""

import unicodedata

from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.enums import READERS
from accounts.models import User
from wecd.common.workflow import Refused


def readers():
    """Those a note may mention: whoever reads applications in the back office."""
    return User.objects.filter(is_active=True, groups__name__in=READERS).distinct().order_by("name", "email")


def suggestions() -> list[str]:
    """The names of those a note may mention, at most a minute old: a suggestion, asked for on every page."""
    return cache.get_or_set("mentions", lambda: [str(person) for person in readers()], 60) or []


def in_text(text: str) -> list[User]:
    """The people mentioned, in order of appearance; accents and case are ignored, unknown names too.

    ``Refused`` when a first name could be two people: a mention must not go to the wrong one.
    """
    if "@" not in text:
        return []
    names = _names(readers())
    words, found = plain(text), []
    for at in (i for i, sign in enumerate(words) if sign == "@"):
        if at and (words[at - 1].isalnum() or words[at - 1] in "._-@"):
            continue  # inside an e-mail address
        called = next((n for n in names if words.startswith(n, at + 1) and _ends(words, at + 1 + len(n))), "")
        people = names.get(called, [])
        if len(people) > 1:
            raise Refused(
                _("“@%(name)s” could be %(people)s: write the whole name.")
                % {"name": called, "people": _(" or ").join(str(person) for person in people)}
            )
        found += [person for person in people if person not in found]
    return found


def _names(people) -> dict[str, list[User]]:
    """What each may be called, the longest first: the whole name wins over the first name."""
    found: dict[str, list[User]] = {}
    for person in people:
        whole = plain(person.name)
        for name in {plain(person.email), whole, whole.split(" ")[0]} - {""}:
            found.setdefault(name, []).append(person)
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _ends(words: str, end: int) -> bool:
    return end >= len(words) or not words[end].isalnum()


def plain(text: str) -> str:
    """Lower case, without accents, with single spaces."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).split())
