"""Requests to addresses that people outside chose.

SECURITY: whoever may name an address may try to make this server talk to its own neighbours (SSRF). So
- the host is resolved here, each of its addresses must be on the public internet, and the connection goes to
  the very address that was checked: a name that answers differently the second time (DNS rebinding) gains
  nothing. TLS still asks for, and verifies, the host's name.
- redirects are not followed, proxies of the environment are not used, nothing is decompressed.
- only https, to port 443 or from 1024 up.
- one deadline holds for everything: name, connection, handshake, request, answer. A peer that sends one byte
  every few seconds gets no more of a worker's time than one that sends none.
Loopback, and http to it, is reachable where ``WEBHOOKS_TO_LOOPBACK`` is on: in the demonstration and in
tests, never in production.
"""

import ipaddress
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpcore
import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from partners.enums import AttemptError

DEADLINE = 15.0  # seconds for one request, whole
KEPT_BYTES = 4096  # of an answer's body; what follows is not read
KEPT_HEADERS, KEPT_HEADER_LENGTH = 50, 500
OWN_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion")
NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",  # reserved, broadcast
    )
]
PUBLIC_6 = ipaddress.IPv6Network("2000::/3")  # so neither mapped (::ffff:), NAT64 (64:ff9b::) nor local ones
NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
]
Resolve = Callable[[str, int], list[str]]


@dataclass
class Answer:
    """What came back, or why nothing did. No ``error``: a status between 200 and 299."""

    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    is_cut: bool = False
    error: str = ""
    detail: str = ""
    milliseconds: int = 0

    @property
    def succeeded(self) -> bool:
        return not self.error

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


class Unreachable(Exception):
    """Nothing is sent there: ``error`` is one of AttemptError."""

    def __init__(self, error: str, detail: str):
        super().__init__(detail)
        self.error, self.detail = error, detail


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's, and stands for no other address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in NOT_PUBLIC_4)
    if ip.scope_id is not None:
        return False
    return ip.is_global and ip in PUBLIC_6 and not any(ip in network for network in NOT_PUBLIC_6)


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def wrong_with(url: str) -> str:
    """Why nothing can be sent to this address, as a sentence; empty when it looks right.

    A courtesy to whoever types it: the check that counts is made on the address connected to.
    """
    try:
        parts = httpx.URL(url)
        port = parts.port
    except (httpx.InvalidURL, ValueError):
        return _("This is not an address. Write it like https://example.org/webhooks.")
    host = parts.host.strip("[]").rstrip(".").lower()
    if parts.scheme not in ("http", "https") or not host or any(ord(letter) <= 32 for letter in url):
        return _("This is not an address. Write it like https://example.org/webhooks.")
    own = is_loopback(host) or host == "localhost"
    if settings.WEBHOOKS_TO_LOOPBACK and own:
        return ""
    if parts.scheme != "https":
        return _("The address must begin with https://, so that nobody reads or changes what is sent.")
    if parts.userinfo:
        return _("Leave the user name and the password out: the signature proves who sends.")
    if not _is_port(port):
        return _("Use port 443, or one from 1024 up.")
    if _is_literal(host):
        return "" if is_public(host) else not_public()
    if "." not in host or host.rsplit(".", 1)[-1] in OWN_NAMES or host.rsplit(".", 1)[-1].isdigit():
        return not_public()
    return ""


def not_public() -> str:
    return _("This host is not on the public internet, so the portal cannot send anything there.")


def _is_port(port: int | None) -> bool:
    return port is None or port == 443 or 1024 <= port <= 65535


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, in the order the system prefers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Sender:
    """Sends requests, one after the other; a connection may serve several to the same host.

    ``resolve`` and ``tls`` are for tests.
    """

    def __init__(self, resolve: Resolve = resolve, tls: ssl.SSLContext | None = None):
        self._network = CheckedNetwork(resolve)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(),
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=5,
            http1=True,
            http2=False,
            retries=0,
            network_backend=self._network,
        )

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *exc) -> None:
        self._pool.close()

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """POST ``body``; never raises for what the network or the other side does."""
        begun = time.monotonic()
        try:
            answer = self._post(url, body, headers, begun + DEADLINE)
        except Unreachable as refused:
            answer = Answer(error=refused.error, detail=refused.detail)
        except (httpcore.TimeoutException, TimeoutError) as error:
            answer = Answer(error=AttemptError.TIMEOUT, detail=str(error))
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            closed = str(error).startswith("Server disconnected")
            kind = AttemptError.CONNECTION if closed else AttemptError.PROTOCOL
            answer = Answer(error=kind, detail=str(error))
        except (httpcore.NetworkError, OSError) as error:
            kind = AttemptError.TLS if _is_tls(error) else AttemptError.CONNECTION
            answer = Answer(error=kind, detail=str(error))
        answer.milliseconds = round((time.monotonic() - begun) * 1000)
        answer.detail = answer.detail.replace("\0", "")[:300]
        return answer

    def _post(self, url: str, body: bytes, headers: dict[str, str], deadline: float) -> Answer:
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise Unreachable(AttemptError.NAME, str(error))
        if parts.scheme not in ("http", "https") or not _is_port(parts.port):
            raise Unreachable(AttemptError.ADDRESS, f"{parts.scheme}, port {parts.port}")
        self._network.begin(deadline, only_loopback=parts.scheme == "http")
        target = httpcore.URL(
            scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path
        )
        with self._pool.stream("POST", target, headers=list(headers.items()), content=body) as response:
            answer = Answer(status=response.status, headers=_readable(response.headers))
            answer.body, answer.is_cut = _beginning(response)
        if 300 <= response.status < 400:
            answer.error, answer.detail = AttemptError.REDIRECT, answer.header("location")
        elif not 200 <= response.status < 300:
            answer.error, answer.detail = AttemptError.STATUS, str(response.status)
        return answer


def _beginning(response: httpcore.Response) -> tuple[str, bool]:
    """The first bytes of the body, and whether there was more, or it did not arrive in time.

    The status is the answer: a 2xx whose body is endless or slow is a success all the same.
    """
    found, is_cut = b"", False
    try:
        for chunk in response.iter_stream():
            found += chunk
            if len(found) > KEPT_BYTES:
                is_cut = True
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        is_cut = True
    return found[:KEPT_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd"), is_cut


def _readable(headers) -> list[tuple[str, str]]:
    return [
        (
            name.decode("ascii", "replace")[:KEPT_HEADER_LENGTH],
            value.decode("latin-1").replace("\0", "")[:KEPT_HEADER_LENGTH],
        )
        for name, value in headers[:KEPT_HEADERS]
    ]


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


# --- Below the requests ---------------------------------------------------------------------------------
class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses it has checked, and to nothing else, before a deadline."""

    def __init__(self, resolve: Resolve):
        self._resolve = resolve
        self.deadline = 0.0
        self.only_loopback = False

    def begin(self, deadline: float, *, only_loopback: bool) -> None:
        self.deadline, self.only_loopback = deadline, only_loopback

    def left(self) -> float:
        """Seconds until the deadline; raises when none is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"More than {DEADLINE:.0f} seconds")
        return left

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        addresses = self._addresses(host, port)
        for address in addresses:  # all of them, before the first is tried
            if not self._may_reach(address):
                raise Unreachable(AttemptError.ADDRESS, f"{host}: {address}")
        last: OSError | None = None
        for address in addresses:
            try:
                return CheckedStream(self._connect(address, port), self)
            except OSError as error:
                last = error
        if isinstance(last, TimeoutError):
            raise httpcore.ConnectTimeout(str(last)) from last
        raise httpcore.ConnectError(str(last or host)) from last

    def _connect(self, address: str, port: int) -> socket.socket:
        connection = socket.create_connection((address, port), timeout=self.left())
        try:
            peer = str(connection.getpeername()[0])
            if not self._may_reach(peer):
                raise Unreachable(AttemptError.ADDRESS, peer)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        return connection

    def _may_reach(self, address: str) -> bool:
        if is_loopback(address):
            return settings.WEBHOOKS_TO_LOOPBACK
        return is_public(address) and not self.only_loopback

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolved in a thread of its own: the system's resolver knows no deadline."""
        found: list[str] | BaseException = TimeoutError("The name was not resolved in time")

        def ask() -> None:
            nonlocal found
            try:
                found = self._resolve(host, port)
            except Exception as error:
                found = error

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self.left())
        if isinstance(found, TimeoutError):
            raise httpcore.ConnectTimeout(str(found))
        if isinstance(found, (OSError, UnicodeError)):
            raise Unreachable(AttemptError.NAME, f"{host}: {found}")
        if isinstance(found, BaseException):
            raise found
        if not found:
            raise Unreachable(AttemptError.NAME, host)
        return found


class CheckedStream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline of the request under way."""

    def __init__(self, connection: socket.socket, network: CheckedNetwork):
        self._socket, self._network = connection, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._network.left())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            while buffer:
                self._socket.settimeout(self._network.left())
                buffer = buffer[self._socket.send(buffer) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        self._socket.settimeout(self._network.left())  # for the whole handshake
        try:
            secure = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error
        return CheckedStream(secure, self._network)

    def get_extra_info(self, info: str):
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "socket":
            return self._socket
        if info == "is_readable":
            return _is_readable(self._socket)
        return None


def _is_readable(connection: socket.socket) -> bool:
    """Whether the other side sent or closed something while nobody waited: then it is not used again."""
    if connection.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
