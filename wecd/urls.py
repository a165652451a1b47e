"""Every address of the portal: pages under a language, the rest without."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from accounts.urls import entrance

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include(entrance)),
    path("accounts/", include("allauth.urls")),
]
urlpatterns += i18n_patterns(
    path("", include("calls.urls")),
    path("", include("accounts.urls")),
    path("vouchers/", include("vouchers.urls")),
    path("", include("wecd.styleguide")),
    prefix_default_language=True,
)
