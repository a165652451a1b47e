"""Filters with plain parameter names: ``?state=submitted``, ``?officer=mine``.

A filter's choices are read only when they are shown, and never from the rows listed. A value that is no
choice is left out with a sentence: an address typed or kept too long never breaks the list.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ListFilter
from django.db import models
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Options = list[tuple[str, str]]


class PlainFilter(ListFilter):
    """One parameter. Subclasses give ``title``, ``parameter_name``, ``options`` and ``narrow``."""

    title: Any
    parameter_name = ""
    any_words: Any = ""  # the choice that filters nothing
    is_text = False  # a field to type in instead of a list of choices
    hint: Any = ""

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.given = (params.pop(self.parameter_name, None) or [""])[-1].strip()
        self.refused = ""

    # --- What subclasses say --------------------------------------------------------------------------
    def options(self) -> Options:
        """The choices, each a value and its words."""
        return []

    def narrow(self, rows: models.QuerySet, value: str) -> models.QuerySet:
        raise NotImplementedError

    def is_known(self, value: str) -> bool:
        return value in dict(self.choices_now)

    # --- What Django and the templates ask ------------------------------------------------------------
    @cached_property
    def choices_now(self) -> Options:
        return [(str(value), str(words)) for value, words in self.options()]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def choices(self, changelist) -> Iterator[dict[str, object]]:
        return iter(())  # of the theme's own panel, which these do not use

    def queryset(self, request, queryset):
        if not self.given:
            return None
        if not self.is_known(self.given):
            self.refused = _("“%(value)s” is no choice of “%(filter)s”: it was left out.") % {
                "value": self.given[:80],
                "filter": self.title,
            }
            return None
        return self.narrow(queryset, self.given)

    @property
    def options_html(self) -> str:
        """The choices as options of a select, the chosen one marked; built here: there may be a hundred."""
        every = [("", self.any_words), *self.choices_now]
        marks = {self.value: SafeString(" selected")}
        return format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((value, marks.get(value, ""), words) for value, words in every),
        )

    @property
    def value(self) -> str:
        return "" if self.refused else self.given

    @property
    def words(self) -> str:
        """The words of the choice made."""
        return dict(self.choices_now).get(self.value, self.value)
