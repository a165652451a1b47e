"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings


def of_client(request) -> str:
    """The client's address: the connection's, or what the one trusted proxy before us says it is.

    SECURITY: behind a proxy only the last address, which it added, counts; the others are the client's words.
    To WSGI "X_Forwarded_For" is the same header: the proxy must drop names with underscores, or use a name
    of one word, which has no such twin (``CLIENT_ADDRESS_HEADER``).
    """
    if settings.BEHIND_PROXY:
        name = settings.CLIENT_ADDRESS_HEADER.upper().replace("-", "_")
        forwarded = request.META.get(f"HTTP_{name}", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return request.META.get("REMOTE_ADDR", "")


def household(address: str) -> str:
    """The address, or of an IPv6 address the /64 it is in: one machine has as many of those as it likes."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
