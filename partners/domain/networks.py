"""Where a key may be used from: networks, as people write them and as they are compared."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import collapse_addresses, ip_address, ip_network

from django.utils.translation import gettext as _

from wecd.common.workflow import Refused

MOST_NETWORKS = 20  # of a key


def clean_networks(networks: Iterable[str]) -> list[str]:
    """Each network in its shortest form, once. ``Refused`` names what is none."""
    found: list[str] = []
    for text in filter(None, (each.strip() for each in networks)):
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise Refused(
                _("“%(text)s” is no network. Write an address (192.0.2.7) or a range (192.0.2.0/24).")
                % {"text": text[:60]}
            ) from None
        if not network.prefixlen:
            raise Refused(
                _("“%(text)s” is every address there is: leave the networks empty instead.") % {"text": text}
            )
        if str(network) not in found:
            found.append(str(network))
    if len(found) > MOST_NETWORKS:
        raise Refused(_("A key takes at most %(most)s networks.") % {"most": MOST_NETWORKS})
    return found


def is_from(networks: list[str], address: str) -> bool:
    """Whether an address is in one of the networks; without any, every address is."""
    return not networks or any(_is_in(address, network) for network in networks)


@lru_cache(maxsize=1000)
def _is_in(address: str, network: str) -> bool:
    try:
        seen = ip_address(address)
    except ValueError:
        return False
    return (getattr(seen, "ipv4_mapped", None) or seen) in ip_network(network)


def widen(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether some address is let in after and was not before. Without any network, every address is."""
    old, new = ([ip_network(each) for each in networks] for networks in (before, after))
    if not old or not new:
        return bool(old)
    known = [
        each
        for version in (4, 6)
        for each in collapse_addresses(network for network in old if network.version == version)
    ]
    return not all(
        any(each.version == other.version and each.subnet_of(other) for other in known) for each in new
    )


def around(address: str) -> str:
    """The network an address is in (/24, /48): enough to ask whose it is, nothing about one person."""
    try:
        seen = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    seen = getattr(seen, "ipv4_mapped", None) or seen
    return str(ip_network(f"{seen}/{24 if seen.version == 4 else 48}", strict=False))
