"""Pages of a partner's space. The address names the partner: a person may work for several."""

from django.urls import path

from partners.views import agreements, deliveries, keys, oauth, space, usage, webhooks

urlpatterns = [
    path("", space.choose, name="partner_home"),
    path("agreements/<uuid:pk>.pdf", agreements.document, name="partner_agreement"),
    path("<slug:code>/", space.overview, name="partner"),
    path("<slug:code>/keys/", keys.key_list, name="partner_keys"),
    path("<slug:code>/keys/new/", keys.key_new, name="partner_key_new"),
    path("<slug:code>/keys/<uuid:pk>/", keys.key_page, name="partner_key"),
    path("<slug:code>/keys/<uuid:pk>/rotate/", keys.key_rotate, name="partner_key_rotate"),
    path("<slug:code>/keys/<uuid:pk>/revoke/", keys.key_revoke, name="partner_key_revoke"),
    path("<slug:code>/usage/", usage.usage_page, name="partner_usage"),
    path("<slug:code>/usage.csv", usage.usage_csv, name="partner_usage_csv"),
    path("<slug:code>/webhooks/", webhooks.endpoint_list, name="partner_webhooks"),
    path("<slug:code>/webhooks/new/", webhooks.endpoint_new, name="partner_webhook_new"),
    path("<slug:code>/webhooks/<uuid:pk>/", deliveries.endpoint_page, name="partner_webhook"),
    path("<slug:code>/webhooks/<uuid:pk>/change/", webhooks.endpoint_change, name="partner_webhook_change"),
    path("<slug:code>/webhooks/<uuid:pk>/secret/", webhooks.endpoint_secret, name="partner_webhook_secret"),
    path("<slug:code>/webhooks/<uuid:pk>/rotate/", webhooks.endpoint_rotate, name="partner_webhook_rotate"),
    path(
        "<slug:code>/webhooks/<uuid:pk>/end-overlap/",
        webhooks.endpoint_end_overlap,
        name="partner_webhook_end_overlap",
    ),
    path("<slug:code>/webhooks/<uuid:pk>/pause/", webhooks.endpoint_pause, name="partner_webhook_pause"),
    path("<slug:code>/webhooks/<uuid:pk>/resume/", webhooks.endpoint_resume, name="partner_webhook_resume"),
    path("<slug:code>/webhooks/<uuid:pk>/delete/", webhooks.endpoint_delete, name="partner_webhook_delete"),
    path("<slug:code>/webhooks/<uuid:pk>/test/", deliveries.endpoint_test, name="partner_webhook_test"),
    path("<slug:code>/webhooks/<uuid:pk>/replay/", deliveries.endpoint_replay, name="partner_webhook_replay"),
    path(
        "<slug:code>/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/",
        deliveries.delivery_page,
        name="partner_webhook_delivery",
    ),
    path(
        "<slug:code>/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/replay/",
        deliveries.delivery_replay,
        name="partner_webhook_delivery_replay",
    ),
]

files = [  # without a language: for partners' systems
    path("oauth/token", oauth.token, name="oauth_token"),
    path(".well-known/oauth-authorization-server", oauth.metadata, name="oauth_metadata"),
]
