from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "wecd.common"
    label = "common"
    verbose_name = "Portal"
