"""Filters that accept what their documentation says and nothing else."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from wecd.common.rest import instants
from wecd.common.rest.spaces import trimmed

SOME_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"


class InstantField(forms.Field):
    def to_python(self, value):
        if not value:
            return None
        instant = instants.parse(value)
        if instant is None:
            raise ValidationError(f"This {instants.HOW}.")
        return instant


class TextField(forms.CharField):
    def to_python(self, value):
        return super().to_python(trimmed(str(value or "")))


class Filter:
    """Mixin: what the filter does (``help``) and the schema of its value."""

    value: dict = {"type": "string", "maxLength": 200, "pattern": SOME_TEXT}

    def __init__(self, field_name=None, lookup_expr=None, *, help, **kwargs):
        if lookup_expr:
            kwargs["lookup_expr"] = lookup_expr
        super().__init__(field_name, help_text=help, **kwargs)  # type: ignore[call-arg]  # (a mixin)
        self.help = help

    def parameter(self, name: str) -> dict:
        """The OpenAPI parameter."""
        return {"name": name, "in": "query", "description": self.help, "schema": dict(self.value)}


class Text(Filter, django_filters.CharFilter):
    """Exactly this text, unless a lookup says otherwise."""

    field_class = TextField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=200, strip=False, **kwargs)


class Id(Filter, django_filters.UUIDFilter):
    value = {"type": "string", "format": "uuid", "examples": ["019aa2c4-6b1e-7c3f-9d52-0f6a3b8e4c71"]}


class Day(Filter, django_filters.DateFilter):
    value = {"type": "string", "format": "date", "examples": ["2026-12-01"]}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class Instant(Filter, django_filters.Filter):
    value = {"type": "string", "format": "date-time", "examples": ["2026-12-01T08:00:00Z"]}
    field_class = InstantField


class Amount(Filter, django_filters.NumberFilter):
    """A sum of euros. With as many digits as any double has (5e-324), and not more than Postgres takes."""

    value = {
        "type": "number",
        "minimum": 0,
        "maximum": 1_000_000_000,
        "examples": [6000],
        "x-unit": "euros",
    }

    def __init__(self, *args, **kwargs):
        size = {"max_digits": 410, "decimal_places": 400}
        super().__init__(*args, min_value=0, max_value=1_000_000_000, **size, **kwargs)


class Words(Filter, django_filters.MultipleChoiceFilter):
    """One or more of some words: repeat the parameter to ask for several."""

    def __init__(self, *args, choices, **kwargs):
        self.words = [value for value, _label in choices]
        self.labels = {value: label for value, label in choices if label != value}
        super().__init__(*args, choices=choices, distinct=False, **kwargs)

    def parameter(self, name):
        schema = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": self.words}}
        meanings = "".join(f"\n- `{word}`: {label}." for word, label in self.labels.items())
        help = f"{self.help}\n{meanings}" if meanings else self.help
        return super().parameter(name) | {
            "description": help,
            "schema": schema,
            "style": "form",
            "explode": True,
        }


class FilterSet(django_filters.FilterSet):
    """Base of the resources' filters: declared one by one, never made from the model."""
