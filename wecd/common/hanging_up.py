"""Hang up in the middle of a response: to show its client that it is not whole, or when it takes nothing.

WSGI says that a server whose application fails after its first bytes should abort the response; Gunicorn and
others close the connection. Granian logs the error and then ends the response as if it were complete, and
gives an application no hold on the connection. So the connection is found here: bytes that nobody takes for
data are sent, and the one socket on which exactly so many leave is shut down.
"""

import logging
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil

logger = logging.getLogger("django.request")

MARK = b"\0" * 4093  # where the socket is not found, these stand at the end: neither JSON nor CSV
ON_THE_WIRE = len(f"{len(MARK):x}\r\n") + len(MARK) + len("\r\n")  # as a chunk of HTTP/1.1
PATIENCE, PAUSE = 3.0, 0.05  # seconds
LOOKS = 8  # in the time a client is given
COUNTERS = {  # in Linux' struct tcp_info
    "unacked": (24, "I"),
    "acked": (120, "Q"),
    "notsent": (144, "I"),
    "sent": (200, "Q"),
    "again": (208, "Q"),
}


def hang_up(environ: dict) -> Iterator[bytes]:
    """Give the server what this yields, then raise the error. Does nothing where the server itself closes."""
    if environ.get("SERVER_SOFTWARE") != "Granian":
        return
    try:
        before = _at_rest(environ)
        yield MARK
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(PAUSE)
            now = _written(environ)
            found = [fd for fd, count in now.items() if count - before.get(fd, count) == ON_THE_WIRE]
            if len(found) == 1:
                with socket.socket(fileno=os.dup(found[0])) as connection:
                    connection.shutdown(socket.SHUT_RDWR)
                return
    except OSError:
        logger.exception("A broken response could not be cut off")


def _at_rest(environ: dict) -> dict[int, int]:
    """What was written on each connection that may be this one, once the bytes under way have left."""
    found, until = _written(environ), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(PAUSE)
        before, found = found, _written(environ)
        if before == found:
            break
    return found


def _written(environ: dict) -> dict[int, int]:
    """Bytes written so far by socket."""
    return {
        each.fd: told["sent"] - told["again"] + told["notsent"]
        for each, told in _connections(environ).items()
    }


class Connection(NamedTuple):
    fd: int
    client: tuple


def _connections(environ: dict) -> dict[Connection, dict[str, int]]:
    """What the kernel counts of each connection of this process to this client, from the port it asked."""
    client, port = environ.get("REMOTE_ADDR"), environ.get("SERVER_PORT")
    found = {}
    for each in psutil.Process().net_connections("tcp"):
        if each.raddr and each.raddr.ip == client and str(each.laddr.port) == port and each.fd >= 0:
            with suppress(OSError), socket.socket(fileno=os.dup(each.fd)) as connection:
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                told = {name: struct.unpack_from(kind, info, at)[0] for name, (at, kind) in COUNTERS.items()}
                found[Connection(each.fd, tuple(each.raddr))] = told
    return found


class Patience:
    """Hangs up, while a long answer goes out, on connections of its client that take next to nothing.

    Those on which bytes wait at each look for ``seconds``, and fewer than ``least`` left: so an export at a
    crawl does not keep its place from others. Which one is ours nobody tells us; each of them is as slow.
    Without ``seconds``, and where the kernel does not count, it does nothing.
    """

    def __init__(self, environ: dict, *, seconds: float, least: int):
        self.environ, self.seconds, self.least = environ, seconds, least
        self.ended = threading.Event()
        if seconds and environ.get("SERVER_SOFTWARE") and sys.platform == "linux":
            threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        self.ended.set()

    def _watch(self) -> None:
        slow: dict[Connection, tuple[int, int]] = {}  # bytes that had left at the first look; looks since
        while not self.ended.wait(self.seconds / LOOKS):
            with suppress(psutil.Error, OSError):
                slow = self._look(slow)

    def _look(self, slow: dict[Connection, tuple[int, int]]) -> dict[Connection, tuple[int, int]]:
        still = {}
        for each, told in _connections(self.environ).items():
            first, looks = slow.get(each, (told["acked"], 0))
            if not (told["notsent"] or told["unacked"]) or told["acked"] - first >= self.least:
                continue
            if looks < LOOKS:
                still[each] = first, looks + 1
                continue
            logger.warning("A client takes too little of a long answer: its connection is cut off")
            with suppress(OSError), socket.socket(fileno=os.dup(each.fd)) as connection:
                connection.shutdown(socket.SHUT_RDWR)
        return still
