"""Pages of the calls app."""

from django.urls import path  # noqa: F401

urlpatterns: list = []
