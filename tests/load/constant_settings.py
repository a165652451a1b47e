"""The portal's settings with one page more (``tests.load.constant``); the middleware as it is."""

from wecd.settings import *  # noqa: F403

ROOT_URLCONF = "tests.load.constant"
