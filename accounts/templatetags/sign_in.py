"""What the sign-in pages need: ``{% load sign_in %}``."""

from django import template
from django.conf import settings

from accounts import demo

register = template.Library()


@register.filter
def plain(field):
    """A field of allauth's without its placeholder: the label stands above the control and stays."""
    field.field.widget.attrs.pop("placeholder", None)
    return field


@register.simple_tag
def demo_people():
    """The people of the one-click sign-in; nobody outside the demo."""
    return demo.PEOPLE if settings.WECD_ENV == "demo" else ()


@register.simple_tag
def demo_password():
    return demo.PASSWORD
