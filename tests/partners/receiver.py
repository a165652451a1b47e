"""A receiver of webhooks as a partner would write it: the standard library and ``standardwebhooks``, no more.

It listens on a real socket of this machine. What it answers is scripted; what it got is kept.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass
class Receiver:
    """``answers`` are used in turn, the last one for good: a status, or (status, headers, body)."""

    secret: str = ""
    answers: list = field(default_factory=lambda: [204])
    slow: float = 0.0  # seconds before each answer
    got: list[dict] = field(default_factory=list)
    url: str = ""

    def verified(self) -> list[dict]:
        """The payloads, each proven by the library."""
        return [Webhook(self.secret).verify(each["body"], each["headers"]) for each in self.got]

    @property
    def ids(self) -> list[str]:
        return [each["headers"]["webhook-id"] for each in self.got]


@contextlib.contextmanager
def receiving(**kwargs) -> Iterator[Receiver]:
    receiver = Receiver(**kwargs)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            number = len(receiver.got)
            receiver.got.append({"path": self.path, "headers": headers, "body": body})
            if receiver.slow:
                time.sleep(receiver.slow)
            status, more, text = _whole(receiver.answers[min(number, len(receiver.answers) - 1)])
            if receiver.secret and status < 300:
                try:
                    Webhook(receiver.secret).verify(body, headers)
                except WebhookVerificationError:
                    status, text = 401, b"unsigned"
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(text)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def _whole(answer) -> tuple[int, dict, bytes]:
    return (answer, {}, b"" if answer == 204 else b"ok") if isinstance(answer, int) else answer


@contextlib.contextmanager
def raw_server(talk) -> Iterator[int]:
    """A server that does what ``talk(connection)`` does, on its own port, which it gives."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve():
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                talk(connection, stop)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        listener.close()
