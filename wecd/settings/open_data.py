"""Who publishes the open data, and the rules that protect people in it (see docs/open-data.md)."""

import environ

env = environ.Env()

# --- Who publishes ------------------------------------------------------------------------------
OPEN_DATA_PUBLISHER = env.str("OPEN_DATA_PUBLISHER", default="Wallonia European Creative District")
OPEN_DATA_PUBLISHER_URL = env.str("OPEN_DATA_PUBLISHER_URL", default="")  # none: the portal itself
OPEN_DATA_PUBLISHER_NUMBER = env.str(
    "OPEN_DATA_PUBLISHER_NUMBER", default=""
)  # enterprise number, ten digits
OPEN_DATA_PUBLISHER_TYPE = env.str(
    "OPEN_DATA_PUBLISHER_TYPE", default="http://purl.org/adms/publishertype/RegionalAuthority"
)
OPEN_DATA_CONTACT = env.str("OPEN_DATA_CONTACT", default="")  # e-mail address; none: the contact page

# --- Standards ----------------------------------------------------------------------------------
OPEN_DATA_ORG_ID_LIST = env.str("OPEN_DATA_ORG_ID_LIST", default="BE-BCE_KBO")  # org-id.guide
OPEN_DATA_360GIVING_PREFIX = env.str(
    "OPEN_DATA_360GIVING_PREFIX", default="360G-wecd"
)  # as 360Giving gave it
OPEN_DATA_NUTS = env.str("OPEN_DATA_NUTS", default="BE3")  # the region, where a smaller one says too much
OPEN_DATA_LEGISLATION = env.list("OPEN_DATA_LEGISLATION", default=[])  # ELI addresses of laws that ask for it

# --- People -------------------------------------------------------------------------------------
# Where fewer self-employed people than this got an award in one call and province, the province is not said.
OPEN_DATA_SMALLEST_GROUP = env.int("OPEN_DATA_SMALLEST_GROUP", default=5)
OPEN_DATA_EDITIONS_KEPT = 2  # of the nightly files: the newest, and one for those still downloading it
