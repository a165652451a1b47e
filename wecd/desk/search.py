"""One field that searches everything: each list is asked as its own page would search it.

What a person finds is what the lists show them: the admin classes decide on rows, columns and permissions.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.urls import reverse

MOST = 6  # rows of a list shown; one more is asked for, to know whether there are others
SHORTEST = 2
# The lists that are searched, in this order.
LISTS = (
    "calls.application",
    "accounts.enterprise",
    "calls.call",
    "grants.award",
    "vouchers.voucher",
    "grants.envelope",
    "accounts.user",
    "actions.action",
    "partners.partner",
    "hubs.hub",
    "common.outboxmessage",
)


@dataclass(frozen=True)
class Found:
    """The first rows of one list: ``rows`` are (title, what else, address)."""

    title: str
    rows: list[tuple[str, str, str]]
    more: str  # the list's own search, when there are more rows than shown


def everywhere(request, text: str) -> list[Found]:
    """What each list this person may see finds for ``text``, one query each; empty ones left out."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) < SHORTEST:
        return []
    return [found for label in LISTS if (found := _in_list(request, label, text))]


def _in_list(request, label: str, text: str) -> Found | None:
    model = apps.get_model(label)
    model_admin = admin.site._registry.get(model)
    if model_admin is None or not model_admin.has_view_permission(request):
        return None
    rows, doubled = model_admin.get_search_results(request, model_admin.get_queryset(request), text)
    rows = rows.order_by("pk").distinct() if doubled else rows.order_by()
    found = list(rows[: MOST + 1])
    if not found:
        return None
    options = model._meta
    name = f"admin:{options.app_label}_{options.model_name}"
    more = f"{reverse(f'{name}_changelist')}?{urlencode({'q': text})}" if len(found) > MOST else ""
    shown = [(str(row), _says(row), reverse(f"{name}_change", args=[row.pk])) for row in found[:MOST]]
    title = str(options.verbose_name_plural)
    return Found(title[:1].upper() + title[1:], shown, more)


def _says(row) -> str:
    """What tells a row from others of the same name: its enterprise, its number, its state."""
    parts = []
    for field in ("enterprise", "call", "axis"):
        if field in row._state.fields_cache:
            parts.append(str(getattr(row, field)))
            break
    number = getattr(row, "number_display", "")
    parts += [number] if number else []
    if hasattr(row, "get_state_display"):
        parts.append(str(row.get_state_display()))
    return " · ".join(parts)
