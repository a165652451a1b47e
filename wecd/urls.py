"""Every address of the portal: pages under a language, the rest without."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from accounts.urls import entrance
from partners.urls import files as partner_files
from wecd.api.errors import NotFound
from wecd.backoffice import keep_our_own
from wecd.common.views import outbox
from wecd.demo.views import receiver
from wecd.opendata import urls as open_data
from wecd.pages import urls as public

keep_our_own()
urlpatterns: list = [
    path("api/v1/", include("wecd.api.urls")),  # first: found soonest
    re_path(r"^api(/|$)", NotFound.as_view(), name="api-nothing"),
    path("admin/", include("wecd.desk.views")),
    path("admin/", admin.site.urls),
    path("accounts/", include(entrance)),
    path("accounts/", include("allauth.urls")),
    path("", include("wecd.monitoring")),
    path("demo/receiver/", receiver, name="demo_receiver"),
    *public.files,
    *open_data.files,
    *partner_files,
]
urlpatterns += i18n_patterns(  # type: ignore[arg-type]
    *public.pages,
    *open_data.pages,
    path("", include("calls.urls")),
    path("", include("accounts.urls")),
    path("vouchers/", include("vouchers.urls")),
    path("hubs/", include("hubs.urls")),
    path("partner/", include("partners.urls")),
    path("", include("wecd.contact.urls")),
    path("outbox/", outbox, name="outbox"),
    path("", include("wecd.styleguide")),
    prefix_default_language=True,
)
