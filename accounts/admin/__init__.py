"""Back office of people, enterprises and control groups. Saving calls the domain, like the pages do."""

from accounts.admin import enterprises, people  # noqa: F401
