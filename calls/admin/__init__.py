"""The back office of calls. Each module registers its own classes."""

from calls.admin import applications, builder, calls, clocks, outbox  # noqa: F401
