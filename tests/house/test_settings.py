"""Production refuses to start on a missing or weak value, and names it."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from wecd.settings import guard

GOOD = {
    "WECD_ENV": "production",
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "FIELD_ENCRYPTION_KEYS": ["abcdefghijklmnopqrstuvwxyz0123456789"],
    "ALLOWED_HOSTS": ["portal.example.org"],
    "DEBUG": False,
    "SITE_URL": "https://portal.example.org",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}


def test_good_values_pass():
    guard.check_values(GOOD)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("FIELD_ENCRYPTION_KEYS", ["short"]),
        ("FIELD_ENCRYPTION_KEYS", ["b" * 40]),
        ("ALLOWED_HOSTS", ["portal.example.org", "*"]),
        ("DEBUG", True),
        ("WEBHOOKS_TO_LOOPBACK", True),
        ("SITE_URL", "http://portal.example.org"),
        ("EMAIL_URL", "dummy"),
        ("EMAIL_URL", "console"),
        ("EMAIL_URL", "locmem"),
    ],
)
def test_each_weak_value_is_named(name, value):
    change = (
        {"EMAIL_BACKEND": f"django.core.mail.backends.{value}.EmailBackend"} if name == "EMAIL_URL" else {}
    )
    with pytest.raises(ImproperlyConfigured, match=name):
        guard.check_values(GOOD | {name: value} | change)


def test_weak_values_are_no_matter_elsewhere():
    guard.check_values(GOOD | {"WECD_ENV": "demo", "SECRET_KEY": "x"})


def test_all_weak_values_are_named_at_once():
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY.*DEBUG"):
        guard.check_values(GOOD | {"SECRET_KEY": "x", "DEBUG": True})


@pytest.mark.parametrize("missing", guard.REQUIRED)
def test_each_missing_value_is_named(monkeypatch, missing):
    for name in guard.REQUIRED:
        monkeypatch.setenv(name, "something")
    monkeypatch.delenv(missing)
    with pytest.raises(ImproperlyConfigured, match=f"environment variables: {missing}\\."):
        guard.check_environment("production", environ.Env())


def test_an_unknown_environment_is_refused():
    with pytest.raises(ImproperlyConfigured, match="prod.*must be one of"):
        guard.check_environment("prod", environ.Env())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {}),
        ("file:///srv/files", {"OPTIONS": {"location": "/srv/files"}}),
        (
            "s3://wecd?region_name=eu-west-3",
            {
                "BACKEND": "storages.backends.s3.S3Storage",
                "OPTIONS": {
                    "bucket_name": "wecd",
                    "querystring_auth": True,
                    "default_acl": None,
                    "region_name": "eu-west-3",
                },
            },
        ),
    ],
)
def test_storage_addresses(url, expected):
    assert guard.storage(url) == expected


def test_an_unknown_storage_is_refused():
    with pytest.raises(ImproperlyConfigured, match="'ftp'; use file:// or s3://"):
        guard.storage("ftp://example.org")
