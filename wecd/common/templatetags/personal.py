"""Personal data in templates: ``{% load personal %}``, then ``{{ person.email|personal:user }}``."""

from django import template

from wecd.common import personal as data

register = template.Library()


@register.filter
def personal(value, user) -> str:
    """The value for a role that needs it, else its mask; what kind of data it is, its looks tell."""
    return data.shown(value, data.kind_of(value or ""), user)


@register.filter
def masked(value, kind: str = "") -> str:
    """The mask of a value, whoever reads."""
    return data.masked(value, kind)


@register.filter
def sees_personal(user) -> bool:
    """Whether the person's role needs personal data: for parts of a page shown to them alone."""
    return data.may_see_personal(user)
