"""What a request to somebody else's address never does."""

import datetime
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from partners import http
from partners.enums import AttemptError
from partners.http import Sender, is_public, wrong_with
from tests.partners.receiver import raw_server, receiving

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",  # metadata of clouds
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1%eth0",
]
PUBLIC = ["8.8.8.8", "193.190.198.27", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a02:a03f::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_the_public_internets(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are(address):
    assert is_public(address)


@pytest.fixture
def strict(settings):
    """As in production."""
    settings.WEBHOOKS_TO_LOOPBACK = False


def sent(url, resolve=http.resolve, **kwargs):
    with Sender(resolve, **kwargs) as sender:
        return sender.post(url, b"{}", {"Content-Type": "application/json"})


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_such_an_address_is_not_connected_to(strict, address, monkeypatch):
    monkeypatch.setattr(http.socket, "create_connection", refuse_to_be_called)
    answer = sent("https://hooks.example/", lambda host, port: [address])
    assert (answer.error, answer.status) == (AttemptError.ADDRESS, None)


def refuse_to_be_called(*args, **kwargs):
    raise AssertionError("connected")


def test_one_bad_address_among_good_ones_is_enough(strict, monkeypatch):
    monkeypatch.setattr(http.socket, "create_connection", refuse_to_be_called)
    answer = sent("https://hooks.example/", lambda host, port: ["8.8.8.8", "10.0.0.1"])
    assert answer.error == AttemptError.ADDRESS


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "017700000001", "[::1]", "localhost"])
def test_other_spellings_of_this_machine_are_refused(strict, host):
    with receiving() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        assert sent(f"https://{host}:{port}/").error in (AttemptError.ADDRESS, AttemptError.NAME)
        assert receiver.got == []


def test_a_name_that_changes_its_mind_gains_nothing(strict, monkeypatch):
    """DNS rebinding: public when checked, private a moment later. What was checked is connected to."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])
    connected = []

    def connect(address, timeout):
        connected.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(http.socket, "create_connection", connect)
    resolve = lambda host, port: next(answers)  # noqa: E731
    assert sent("https://rebind.example:8443/", resolve).error == AttemptError.CONNECTION
    assert sent("https://rebind.example:8443/", resolve).error == AttemptError.ADDRESS
    assert connected == [("8.8.8.8", 8443)]


def test_the_address_really_connected_to_is_asked_once_more(strict, monkeypatch):
    """As when something on the way sends the connection elsewhere."""
    with receiving() as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])
        real = http.socket.create_connection
        monkeypatch.setattr(
            http.socket, "create_connection", lambda address, timeout: real(("127.0.0.1", port), timeout)
        )
        assert sent("https://hooks.example/", lambda host, port: ["8.8.8.8"]).error == AttemptError.ADDRESS


def test_without_tls_only_this_machine_is_reached(monkeypatch):
    monkeypatch.setattr(http.socket, "create_connection", refuse_to_be_called)
    assert sent("http://hooks.example/", lambda host, port: ["8.8.8.8"]).error == AttemptError.ADDRESS
    assert sent("http://hooks.example/", lambda host, port: ["10.0.0.1"]).error == AttemptError.ADDRESS


@pytest.mark.parametrize(
    "url", ["https://hooks.example:22/", "https://hooks.example:80/", "ftp://h.example/"]
)
def test_other_ports_and_schemes_are_not_used(url):
    assert sent(url, lambda host, port: ["127.0.0.1"]).error == AttemptError.ADDRESS


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with receiving() as receiver, receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert sent(receiver.url).succeeded
    assert (len(receiver.got), len(proxy.got)) == (1, 0)


def test_a_redirect_is_not_followed():
    with receiving() as other, receiving(answers=[(307, {"Location": other.url}, b"")]) as receiver:
        answer = sent(receiver.url)
    assert (answer.error, answer.status, answer.detail) == (AttemptError.REDIRECT, 307, other.url)
    assert (len(receiver.got), other.got) == (1, [])


def test_no_more_than_four_kilobytes_of_an_answer_are_kept():
    with receiving(answers=[(200, {}, b"x" * 50_000_000)]) as receiver:
        answer = sent(receiver.url)
    assert (answer.succeeded, len(answer.body), answer.is_cut) == (True, 4096, True)


def test_a_compressed_answer_is_not_unpacked():
    with receiving(answers=[(200, {"Content-Encoding": "gzip"}, b"not gzip at all")]) as receiver:
        assert sent(receiver.url).body == "not gzip at all"


def test_odd_bytes_of_an_answer_can_be_stored():
    with receiving(answers=[(500, {"X-Odd": "a\tb"}, b"\x00\xff\xfe")]) as receiver:
        answer = sent(receiver.url)
    assert "\0" not in answer.body
    assert answer.error == AttemptError.STATUS


# --- Time -----------------------------------------------------------------------------------------------
@pytest.fixture
def hurry(monkeypatch):
    monkeypatch.setattr(http, "DEADLINE", 0.5)


def test_an_answer_that_does_not_come(hurry):
    with receiving(slow=3) as receiver:
        began = time.monotonic()
        answer = sent(receiver.url)
    assert answer.error == AttemptError.TIMEOUT
    assert time.monotonic() - began < 2


def drip(first: bytes, then: bytes):
    """Send ``first``, then ``then`` byte by byte, for good."""

    def talk(connection, stop):
        connection.recv(65536)
        connection.sendall(first)
        while not stop.is_set():
            connection.sendall(then)
            time.sleep(0.05)

    return talk


def test_headers_that_drip_end_at_the_deadline(hurry):
    with raw_server(drip(b"HTTP/1.1 200 OK\r\nX: ", b"a")) as port:
        began = time.monotonic()
        answer = sent(f"http://127.0.0.1:{port}/")
    assert answer.error == AttemptError.TIMEOUT
    assert time.monotonic() - began < 2


def test_a_body_that_drips_ends_at_the_deadline_and_the_status_counts(hurry):
    with raw_server(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", b"a")) as port:
        began = time.monotonic()
        answer = sent(f"http://127.0.0.1:{port}/")
    assert (answer.succeeded, answer.is_cut) == (True, True)
    assert time.monotonic() - began < 2


def test_a_handshake_that_drips_ends_at_the_deadline(hurry):
    def talk(connection, stop):
        while not stop.is_set():
            connection.sendall(b"\x16")
            time.sleep(0.05)

    with raw_server(talk) as port:
        began = time.monotonic()
        answer = sent(f"https://127.0.0.1:{port}/")
    assert answer.error in (AttemptError.TIMEOUT, AttemptError.TLS)
    assert time.monotonic() - began < 2


def test_a_name_server_that_does_not_answer(hurry):
    def resolve(host, port):
        time.sleep(3)
        return ["8.8.8.8"]

    began = time.monotonic()
    assert sent("https://hooks.example/", resolve).error == AttemptError.TIMEOUT
    assert time.monotonic() - began < 2


def test_a_name_nobody_knows():
    def resolve(host, port):
        raise http.socket.gaierror(-2, "Name or service not known")

    assert sent("https://hooks.example/", resolve).error == AttemptError.NAME


def test_nobody_listens():
    with raw_server(lambda connection, stop: None) as port:
        pass
    assert sent(f"http://127.0.0.1:{port}/").error == AttemptError.CONNECTION


def test_a_receiver_that_hangs_up():
    with raw_server(lambda connection, stop: connection.recv(65536)) as port:
        assert sent(f"http://127.0.0.1:{port}/").error == AttemptError.CONNECTION


def test_an_answer_that_is_not_http():
    def talk(connection, stop):
        while not connection.recv(65536).endswith(b"{}"):
            pass
        connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

    with raw_server(talk) as port:
        assert sent(f"http://127.0.0.1:{port}/").error == AttemptError.PROTOCOL


def test_a_connection_serves_several_requests_to_the_same_host():
    with receiving(answers=[200]) as receiver, Sender() as sender:
        answers = [sender.post(receiver.url, b"{}", {}) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]


# --- TLS ------------------------------------------------------------------------------------------------
def certificate(tmp_path, name: str):
    """A certificate of its own authority, and the context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file, ssl.create_default_context(cafile=str(file))


@pytest.mark.parametrize(("asked", "error"), [("hooks.example", ""), ("other.example", AttemptError.TLS)])
def test_the_certificate_must_be_of_the_host_that_was_named(tmp_path, asked, error):
    file, trusting = certificate(tmp_path, "hooks.example")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    named = []
    server.sni_callback = lambda sock, name, context: named.append(name)

    def talk(connection, stop):
        with server.wrap_socket(connection, server_side=True) as secure:
            while not secure.recv(65536).endswith(b"{}"):
                pass
            secure.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    with raw_server(talk) as port:
        answer = sent(f"https://{asked}:{port}/", lambda host, port: ["127.0.0.1"], tls=trusting)
    assert answer.error == error
    assert named == [asked]


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    file, _trusting = certificate(tmp_path, "hooks.example")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)

    def talk(connection, stop):
        with server.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)

    with raw_server(talk) as port:
        answer = sent(f"https://hooks.example:{port}/", lambda host, port: ["127.0.0.1"])
    assert answer.error == AttemptError.TLS


# --- What people type -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/webhooks",
        "https://example.org:8443/a?b=c",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]:443/",
        "https://xn--caf-dma.example/",
        "https://café.example/",
    ],
)
def test_addresses_people_may_give(strict, url):
    assert wrong_with(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "http://example.org/",
        "https://",
        "https://user:pass@example.org/",
        "https://example.org:22/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://localhost/",
        "http://localhost:8000/",
        "https://intranet/",
        "https://printer.local/",
        "https://db.internal/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_addresses_people_may_not_give(strict, url):
    assert wrong_with(url)


def test_this_machine_may_be_given_where_the_setting_says_so():
    assert wrong_with("http://127.0.0.1:9000/") == ""
    assert wrong_with("http://10.0.0.1:9000/")
