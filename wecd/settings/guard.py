"""What production must not start without, said by name."""

from urllib.parse import parse_qs, urlparse

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("development", "demo", "test", "production")
REQUIRED = ("DATABASE_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS", "EMAIL_URL", "SITE_URL")


def check_environment(name: str, env) -> None:
    """Refuse an unknown ``WECD_ENV`` and, in production, every missing value at once."""
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(f"WECD_ENV is {name!r}; it must be one of {', '.join(ENVIRONMENTS)}.")
    if name == "production":
        missing = [key for key in REQUIRED if not env.str(key, default="")]
        if missing:
            raise ImproperlyConfigured(f"Production needs these environment variables: {', '.join(missing)}.")


def check_values(settings: dict) -> None:
    """Refuse weak values in production; each problem is named with what to do."""
    if settings["WECD_ENV"] != "production":
        return
    problems = []
    if len(settings["SECRET_KEY"]) < 50 or len(set(settings["SECRET_KEY"])) < 10:
        problems.append("SECRET_KEY is weak: give at least 50 random characters")
    if any(len(key) < 32 or len(set(key)) < 10 for key in settings["FIELD_ENCRYPTION_KEYS"]):
        problems.append("FIELD_ENCRYPTION_KEYS has a weak key: give at least 32 random characters each")
    if "*" in settings["ALLOWED_HOSTS"]:
        problems.append("ALLOWED_HOSTS contains '*': name the portal's hosts")
    if settings["DEBUG"]:
        problems.append("DEBUG is on: unset it")
    if not settings["SITE_URL"].startswith("https://"):
        problems.append("SITE_URL must start with https://")
    if settings["EMAIL_BACKEND"].rsplit(".", 2)[-2] in ("dummy", "console", "locmem"):
        problems.append("EMAIL_URL does not send mail: give an smtp:// or smtps:// address")
    if settings.get("WEBHOOKS_TO_LOOPBACK"):
        problems.append("WEBHOOKS_TO_LOOPBACK is on: unset it, or partners reach this machine's own services")
    if problems:
        raise ImproperlyConfigured("Production cannot start. " + ". ".join(problems) + ".")


def storage(url: str) -> dict:
    """Turn ``STORAGE_URL`` (``file:///path`` or ``s3://bucket?region=…``) into a Django storage."""
    if not url:
        return {}
    parts = urlparse(url)
    if parts.scheme == "file":
        return {"OPTIONS": {"location": parts.path}}
    if parts.scheme == "s3":
        options = {"bucket_name": parts.netloc, "querystring_auth": True, "default_acl": None}
        options |= {key: values[-1] for key, values in parse_qs(parts.query).items()}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    raise ImproperlyConfigured(f"STORAGE_URL has the scheme {parts.scheme!r}; use file:// or s3://.")
