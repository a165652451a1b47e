"""What the sign-in pages need: ``{% load sign_in %}``."""

from django import template
from django.conf import settings

from accounts import demo

register = template.Library()


@register.simple_tag
def without_placeholders(form):
    """Take allauth's placeholders out of a form: the label stands above the control and stays."""
    for field in form.fields.values() if form else ():
        field.widget.attrs.pop("placeholder", None)
    return ""


@register.simple_tag
def demo_people():
    """The people of the one-click sign-in; nobody outside the demo."""
    return demo.PEOPLE if settings.WECD_ENV == "demo" else ()


@register.simple_tag
def demo_password():
    return demo.PASSWORD
