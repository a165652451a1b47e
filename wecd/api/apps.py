from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "wecd.api"
    label = "api"
