"""Content of a call in the reader's language: ``{% load call_texts %}``, then ``{% say call "title" %}``."""

from django import template
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from wecd.common.formatting import french_spacing

register = template.Library()


def is_fallback(row, field: str) -> bool:
    """Whether this field exists, but only in French, for somebody who reads another language."""
    language = (get_language() or "fr")[:2]
    if language == "fr":
        return False
    return not getattr(row, f"{field}_{language}", "") and bool(getattr(row, f"{field}_fr", ""))


def _spaced(row, field: str, text: str) -> str:
    french = (get_language() or "fr")[:2] == "fr" or is_fallback(row, field)
    return french_spacing(text) if french else text


def plain(row, field: str) -> str:
    """A translated field as a text and nothing more: for titles, descriptions and pictures."""
    return _spaced(row, field, getattr(row, field) or "")


@register.simple_tag
def say(row, field: str) -> SafeString:
    """Write a translated field; French shown for want of a translation says so to screen readers."""
    text = _spaced(row, field, getattr(row, field) or "")
    if is_fallback(row, field):
        return format_html('<span lang="fr">{}</span>', text)
    return conditional_escape(text)


@register.simple_tag
def say_paragraphs(row, field: str) -> SafeString:
    """Write a long translated field as paragraphs."""
    text = _spaced(row, field, getattr(row, field) or "")
    html = mark_safe(linebreaks(text, autoescape=True))  # noqa: S308  (escaped by linebreaks)
    return format_html('<div lang="fr">{}</div>', html) if is_fallback(row, field) else html


@register.simple_tag
def say_lines(row, field: str) -> list[SafeString]:
    """The lines of a field that holds one thing a line."""
    lines = [line.strip() for line in _spaced(row, field, getattr(row, field) or "").splitlines()]
    shape = '<span lang="fr">{}</span>' if is_fallback(row, field) else "{}"
    return [format_html(shape, line) for line in lines if line]


@register.simple_tag
def said_in_french(*rows_and_fields) -> bool:
    """Whether anything shown of a call exists only in French."""
    call = rows_and_fields[0]
    return any(is_fallback(call, field) for field in rows_and_fields[1:])


@register.filter
def answer(given, key: str) -> str:
    """The answer already given to a public question, if any."""
    return given.get(key, "") if isinstance(given, dict) else ""
