"""Reading personal data through the API is written down."""

from collections.abc import Iterable

from partners.domain import keys
from wecd.common.rest.reader import PERSONAL, Reader
from wecd.common.rest.resource import Resource


def note_read(reader: Reader | None, resources: Iterable[Resource | type[Resource]]) -> None:
    """Say in the journal, once a key and day, that this reader was given personal data.

    Every view that answers with rows calls it: a list, a row, an export, the feed.
    """
    if reader is None or not reader.may_see(PERSONAL):
        return
    if any(
        each.scope == PERSONAL for one in resources for each in {**one.fields, **one.more_fields}.values()
    ):
        keys.note_personal_read(reader.key)
