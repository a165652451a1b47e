"""Partners and their API keys in the back office."""

from partners.admin import agreements, keys, partners, webhooks  # noqa: F401  (registers them)
