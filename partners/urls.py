"""Pages of a partner's space. The address names the partner: a person may work for several."""

from django.urls import path

from partners.views import space

urlpatterns = [
    path("", space.choose, name="partner_home"),
    path("<slug:code>/", space.overview, name="partner"),
]
