"""Who publishes, under which licence, and the identifiers others know us by."""

from django.conf import settings

from wecd.common.seo import absolute

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_NAME = "CC BY 4.0"


def publisher_name() -> str:
    return settings.OPEN_DATA_PUBLISHER


def publisher_url() -> str:
    return settings.OPEN_DATA_PUBLISHER_URL or absolute("/")


def organization_id(number: str = "") -> str:
    """An enterprise's identifier in the lists of org-id.guide; without a number, the publisher's own.

    A publisher whose number is not set is known by its 360Giving prefix, as the standard asks.
    """
    number = number or settings.OPEN_DATA_PUBLISHER_NUMBER
    if number:
        return f"{settings.OPEN_DATA_ORG_ID_LIST}-{number}"
    return f"{settings.OPEN_DATA_360GIVING_PREFIX}-publisher"
