"""Hang up in the middle of a response, so that its client sees that it is not whole.

WSGI says that a server whose application fails after its first bytes should abort the response; Gunicorn and
others close the connection. Granian logs the error and then ends the response as if it were complete, and
gives an application no hold on the connection. So the connection is found here: bytes that nobody takes for
data are sent, and the one socket on which exactly so many leave is shut down.
"""

import logging
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil

logger = logging.getLogger("django.request")

MARK = b"\0" * 4093  # where the socket is not found, these stand at the end: neither JSON nor CSV
ON_THE_WIRE = len(f"{len(MARK):x}\r\n") + len(MARK) + len("\r\n")  # as a chunk of HTTP/1.1
PATIENCE, PAUSE = 3.0, 0.05  # seconds
COUNTERS = {"notsent": (144, "I"), "sent": (200, "Q"), "again": (208, "Q")}  # in Linux' struct tcp_info


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
    """Bytes written so far by socket: those of this process to this client, from the port it asked."""
    client, port = environ.get("REMOTE_ADDR"), environ.get("SERVER_PORT")
    counts = {}
    for each in psutil.Process().net_connections("tcp"):
        if each.raddr and each.raddr.ip == client and str(each.laddr.port) == port and each.fd >= 0:
            with suppress(OSError), socket.socket(fileno=os.dup(each.fd)) as connection:
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                told = {name: struct.unpack_from(kind, info, at)[0] for name, (at, kind) in COUNTERS.items()}
                counts[each.fd] = told["sent"] - told["again"] + told["notsent"]
    return counts
