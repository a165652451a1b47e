"""The keys and rows of the API's tests, and a puller that keeps a copy."""

from tests.api.conftest import Api, action, anonymous, partner, wd

__all__ = ["Api", "action", "anonymous", "partner", "wd"]
