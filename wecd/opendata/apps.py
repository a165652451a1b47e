from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    name = "wecd.opendata"
    label = "opendata"
