"""Logs: one line an event, JSON in production, words elsewhere; no addresses of visitors, no secrets."""

import re
from typing import Any

import environ
import structlog

env = environ.Env()
IN_PRODUCTION = env.str("WECD_ENV", default="development") == "production"

# SECURITY: addresses that let in whoever holds them (an invitation, a new password, a voucher's code)
SECRET_PARTS = re.compile(r"(/(?:invitations|reset/key|confirm-email|verify)/)[^/\s?]+")


def without_secrets(logger, method: str, event: dict) -> dict:
    """Take secrets out of addresses, and what people typed: a search may be somebody's name."""
    for name in ("event", "request"):
        if isinstance(event.get(name), str):
            event[name] = SECRET_PARTS.sub(r"\1…", event[name])
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].partition("?")[0]
    return event


_shared = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_secrets,
]
_renderers: list[Any] = (
    [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if IN_PRODUCTION
    else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "wecd": {"level": "INFO"},
        "wecd.api.requests": {"level": "INFO" if IN_PRODUCTION else "WARNING"},
        "procrastinate": {"level": "INFO" if IN_PRODUCTION else "WARNING"},
        "django_structlog": {"level": "INFO" if IN_PRODUCTION else "WARNING"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        *_shared[1:],  # type: ignore[list-item]
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # the journal says who; nobody needs where from
