"""Who reads through the API."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Expression

PERSONAL = "personal:read"


@dataclass(frozen=True)
class Reader:
    """Anyone (no key), or a partner's system with a key.

    ``partner`` is the partner's id, or an expression that stands for it where SQL is built before it is known
    (``wecd.common.rest.holes``). ``scopes`` are those in force now: the one for personal data is among them
    only while the partner's processing agreement is.
    """

    key: UUID | None = None
    partner: UUID | Expression | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def pk(self) -> UUID | None:
        return self.key

    def may_see(self, scope: str) -> bool:
        """Whether what needs this scope (none: open data) is for this reader."""
        return not scope or scope in self.scopes


ANYONE = Reader()
