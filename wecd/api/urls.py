"""Addresses under /api/v1/. Each works with and without a slash at the end."""

from django.urls import include, path, re_path

from wecd.api import changes, exports
from wecd.api.views import DocsView, SchemaView, list_of, one_of
from wecd.catalogue import RESOURCES

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

app_name = "api"
urlpatterns: list = []
for resource in reversed(RESOURCES):  # addresses are tried in turn: those asked for most come first
    urlpatterns += [
        re_path(rf"^{resource.name}/?$", list_of(resource), name=resource.name),
        re_path(rf"^{resource.name}/(?P<id>{UUID})/?$", one_of(resource), name=f"{resource.name}-one"),
    ]
urlpatterns += [
    re_path(r"^changes/?$", changes.view(), name="changes"),
    path(
        "exports/",
        include(
            [
                re_path(
                    rf"^{resource.name}\.{kind}/?$",
                    exports.view(resource, kind),
                    name=f"export-{resource.name}-{kind}",
                )
                for resource in RESOURCES
                for kind in exports.KINDS
            ]
        ),
    ),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
]
