from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "wecd.demo"
    label = "demo"
