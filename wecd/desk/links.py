"""Addresses of the back office, empty where it has no such page."""

from urllib.parse import urlencode

from django.apps import apps
from django.urls import NoReverseMatch, reverse


def admin_list(label: str, **filters) -> str:
    """The list of a model, filtered."""
    options = apps.get_model(label)._meta
    url = _reverse(f"{options.app_label}_{options.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if url and filters else url


def admin_row(row, page: str = "change") -> str:
    """The page of a row, or another page about it."""
    options = row._meta
    return _reverse(f"{options.app_label}_{options.model_name}_{page}", row.pk)


def _reverse(name: str, *args) -> str:
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""
