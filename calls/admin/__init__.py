"""The back office of calls. Each module registers its own classes."""

from calls.admin import builder, calls  # noqa: F401
