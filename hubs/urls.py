"""Pages of the hubs app."""

from django.urls import path

from hubs import views

urlpatterns = [
    path("", views.list_hubs, name="hubs"),
    path("<slug:slug>/", views.show_hub, name="hub"),
]
