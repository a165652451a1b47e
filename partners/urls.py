"""Pages of a partner's space. The address names the partner: a person may work for several."""

from django.urls import path

from partners.views import keys, space, usage

urlpatterns = [
    path("", space.choose, name="partner_home"),
    path("<slug:code>/", space.overview, name="partner"),
    path("<slug:code>/keys/", keys.key_list, name="partner_keys"),
    path("<slug:code>/keys/new/", keys.key_new, name="partner_key_new"),
    path("<slug:code>/keys/<uuid:pk>/", keys.key_page, name="partner_key"),
    path("<slug:code>/keys/<uuid:pk>/rotate/", keys.key_rotate, name="partner_key_rotate"),
    path("<slug:code>/keys/<uuid:pk>/revoke/", keys.key_revoke, name="partner_key_revoke"),
    path("<slug:code>/usage/", usage.usage_page, name="partner_usage"),
    path("<slug:code>/usage.csv", usage.usage_csv, name="partner_usage_csv"),
]
