"""Counts that stop counting: nobody needs to know whether it is 812,344 or 812,345."""

from django.db import models
from django.utils.translation import gettext as _

from wecd.common import formatting

CAP = 10_000


class Capped(int):
    """How many rows there are, up to ``CAP``; ``CAP + 1`` means more, and reads so."""

    @property
    def is_more(self) -> bool:
        return self > CAP

    def __str__(self) -> str:
        if self.is_more:
            return _("more than %(count)s") % {"count": formatting.number(CAP)}
        return str(formatting.number(int(self)))


def count(rows: models.QuerySet) -> Capped:
    """Count ``rows``, stopping after ``CAP``."""
    return Capped(rows.order_by()[: CAP + 1].count())
