"""Addresses under each language."""

from django.urls import path

from wecd.contact import views

urlpatterns = [
    path("contact/", views.contact, name="contact"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("accessibility/barrier/", views.report_barrier, name="barrier"),
    path("privacy/", views.privacy, name="privacy"),
]
