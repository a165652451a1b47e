"""Addresses of the open data. ``pages`` stand under a language, ``files`` do not."""

from django.urls import path

from wecd.opendata import views

pages = [path("open-data/", views.page, name="open-data")]
files = [
    path("open-data/360giving.json", views.giving_json, name="open_data_360giving"),
    path("open-data/catalog", views.catalog, name="open_data_catalog"),
    path("open-data/catalog.ttl", views.catalog_file, {"form": "ttl"}, name="open_data_catalog_ttl"),
    path("open-data/catalog.jsonld", views.catalog_file, {"form": "jsonld"}, name="open_data_catalog_jsonld"),
    path("open-data/manifest.json", views.manifest, name="open_data_manifest"),
    path("open-data/wecd-open-data.zip", views.bundle, name="open_data_bundle"),
    path("open-data/<slug:name>.parquet", views.parquet_file, name="open_data_parquet"),
]
