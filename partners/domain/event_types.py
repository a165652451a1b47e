"""The types of events a webhook may ask for: what happens to the rows of each resource of the API.

``application.created`` is one event; ``application.*`` all of a resource; ``*`` everything, also what later
versions of the API add.
"""

import functools
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wecd.common.rest.resource import Resource

EVERYTHING = "*"
KINDS = ("created", "updated", "deleted")
NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Group:
    """The events of one resource."""

    resource: type[Resource]
    singular: str  # in types: "application"

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def words(self) -> str:
        """The resource in the reader's language."""
        return capfirst(str(self.resource.model._meta.verbose_name_plural))

    @property
    def is_open(self) -> bool:
        return self.resource.open

    @property
    def types(self) -> list[str]:
        return [f"{self.singular}.{kind}" for kind in KINDS]

    def address(self, row) -> str:
        """Where the API shows this row; 404 once it is gone."""
        return _address(self.name).replace(NOBODY, str(row))


@functools.cache
def groups() -> dict[str, Group]:
    """By the resource's name in addresses: "applications"."""
    return {each.name: Group(each, singular(each.name)) for each in import_string(settings.API_RESOURCES)}


@functools.cache
def _address(resource: str) -> str:
    return settings.SITE_URL + reverse(f"api:{resource}-one", kwargs={"id": NOBODY})


def singular(name: str) -> str:
    """The name of one row: "axes" → "axis", "indicator-values" → "indicator_value"."""
    name = name.replace("-", "_")
    if name.endswith("xes"):
        return name.removesuffix("es") + "is" if name == "axes" else name.removesuffix("es")
    if name.endswith("ies"):
        return name.removesuffix("ies") + "y"
    return name.removesuffix("s")


def known() -> set[str]:
    """Everything an endpoint may ask for."""
    found = {EVERYTHING}
    for group in groups().values():
        found |= {f"{group.singular}.*", *group.types}
    return found


def shortest(events) -> list[str]:
    """The same wish in the fewest words, in the order of the resources."""
    asked = set(events)
    if EVERYTHING in asked:
        return [EVERYTHING]
    found: list[str] = []
    for group in groups().values():
        whole = f"{group.singular}.*"
        found += [whole] if whole in asked or asked.issuperset(group.types) else asked & set(group.types)
    return sorted(found, key=lambda name: (_place(name), name))


def _place(name: str) -> int:
    first = name.split(".")[0]
    return next((n for n, group in enumerate(groups().values()) if group.singular == first), -1)


def spelled_out(events) -> set[str]:
    """Each single type that these ask for, of the resources there are today."""
    return {
        name
        for group in groups().values()
        for name in group.types
        if not {EVERYTHING, f"{group.singular}.*", name}.isdisjoint(events)
    }


def words(event: str) -> str:
    """What an endpoint asks for, as people say it: "Applications: created"."""
    if event == EVERYTHING:
        return _("Everything")
    first, _dot, kind = event.partition(".")
    name = next((group.words for group in groups().values() if group.singular == first), first)
    if kind == "*":
        return name
    return _("%(resource)s: %(kind)s") % {"resource": name, "kind": kind_words(kind)}


def kind_words(kind: str) -> str:
    words = {
        "created": pgettext("webhook event", "new"),
        "updated": pgettext("webhook event", "changed"),
        "deleted": pgettext("webhook event", "gone"),
    }
    return words.get(kind, kind)
