"""Addresses that people are sent to: unsafe and dead ones are refused; the asking itself is short and tells nothing."""

import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import addresses
from addresses import BadAddress, must_answer, must_be_safe

from .answering import OK, Site, status


@pytest.fixture
def site():
    """A web server on this computer."""
    site = Site()
    yield site
    site.close()


def refusal(check, *arguments) -> str:
    """The message with which an address is refused."""
    with pytest.raises(BadAddress) as refused:
        check(*arguments)
    return str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://intranet/wellbeing",
        "HTTPS://Intranet.example.org:8443/a/b?c=d&e=%20f#g",
        "https://10.1.2.3/help",
        "https://[2001:db8::1]:8080/",
        "https://xn--mller-kva.example/",
        "https://example.org/it's(all)~right;yes,*!$",
    ],
)
def test_addresses_of_pages_are_safe(address):
    assert must_be_safe(address).hostname


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("example.org", "begins with https://"),
        ("ftp://example.org/", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        ("JaVaScRiPt://example.org/%0aalert(1)", "begins with https://"),
        ("data:text/html,hello", "begins with https://"),
        ("//example.org/", "begins with https://"),
        ("https://", "begins with https://"),
        ("https:///path", "begins with https://"),
        ("https://example.org:0/", "begins with https://"),
        ("https://example.org:99999/", "begins with https://"),
        ("https://[::1/", "begins with https://"),
        ("https://-a.example/", "begins with https://"),
        ("https://a..example/", "begins with https://"),
        ("https://a%2eexample/", "begins with https://"),
        ("https://robin:secret@example.org/", "names and passwords"),
        ("https://example.org@evil.example/", "names and passwords"),
        ("https://@example.org/", "names and passwords"),
        ("https://example.org\\@evil.example/", "a character"),
        ("https://example.org/a b", "a character"),
        ("https://example.org/\n", "a character"),
        ("java\tscript:alert(1)", "a character"),
        ("https://example.org/\x00", "a character"),
        ("https://exämple.org/", "a character"),
        ("https://example.org/\u202e", "a character"),
        ('https://example.org/"onclick="x', "a character"),
        ("https://example.org/<b>", "a character"),
        (f"https://example.org/{'a' * 2000}", "longer than 2,000"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(address, words):
    assert words in refusal(must_be_safe, address)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "robin.localhost", "127.0.0.1", "127.8.8.8", "127.0.0.1.", "0.0.0.0"),
        *("127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "0", "0.1.2.3", "1.2.3.4.5"),
        *("169.254.169.254", "224.0.0.1", "255.255.255.255", "240.1.2.3", "[::1]", "[::]", "[fe80::1]", "[ff02::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25eth0]"),
    ],
)
def test_this_computer_and_nobodys_are_refused_however_they_are_spelt(host):
    assert "their own computer" in refusal(must_be_safe, f"https://{host}/")


@pytest.mark.parametrize("line", ["200 OK", "204 No Content", "401 Unauthorized", "403 Forbidden", "429 Wait"])
def test_whatever_answers_is_alive_also_behind_a_sign_on(site, line):
    site.answers["/"] = status(line)
    must_answer(site.at(), True)
    assert len(site.asked) == 1


@pytest.mark.parametrize("line", ["404 Not Found", "410 Gone", "500 Broken", "503 Away"])
def test_what_is_gone_or_broken_is_dead(site, line):
    site.answers["/"] = status(line)
    assert line[:3] in refusal(must_answer, site.at(), True)
    assert [asked.split()[0] for asked in site.asked] == ["HEAD", "GET"]


def test_what_answers_in_full_alone_is_alive(site):
    site.answers["HEAD /"] = status("501 Not Implemented")
    must_answer(site.at(), True)
    site.answers["HEAD /"] = b"nonsense"
    must_answer(site.at(), True)


def test_what_speaks_no_http_or_nothing_is_dead(site):
    for said in (b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 hello\r\n\r\n", b"HTTP/1.1 999 What\r\n\r\n"):
        site.answers["/"] = said
        assert "Nothing answers" in refusal(must_answer, site.at(), True)
    site.answers["/"] = lambda method, connection: connection.close()
    assert "Nothing answers" in refusal(must_answer, site.at(), True)


def test_where_nobody_listens_and_what_has_no_name_is_dead(site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "Nothing answers" in refusal(must_answer, f"http://127.0.0.1:{port}/", True)
    assert "Nothing answers" in refusal(must_answer, f"http://{'a' * 64}.example/", True)


def test_a_site_without_a_certificate_is_no_https_site(site):
    assert "Nothing answers" in refusal(must_answer, site.at().replace("http:", "https:"), True)


def test_a_certificate_that_nobody_trusts_is_told_apart_from_silence(tmp_path):
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(signed_by_itself(tmp_path / "pair.pem"))
    site = Site(secured)
    assert "certificate" in refusal(must_answer, site.at().replace("http:", "https:"), True)
    site.close()
    assert site.asked == []


def signed_by_itself(path: Path) -> Path:
    """A file with a key and a certificate for this computer that no authority has signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site")])
    now = datetime.now(UTC)
    begun = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    valid = begun.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = valid.serial_number(1).add_extension(own, critical=False).sign(key, hashes.SHA256())
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(plain + made.public_bytes(Encoding.PEM))
    return path


def test_it_follows_three_redirects_and_no_more(site):
    for number in range(4):
        site.answers[f"/{number}"] = status("302 Found", Location=f"/{number + 1}")
    site.answers["/lost"] = status("301 Moved", Location=site.at("/gone"))
    site.answers["/gone"] = status("404 Not Found")
    must_answer(site.at("/1"), True)
    assert "on and on" in refusal(must_answer, site.at("/0"), True)
    assert "404" in refusal(must_answer, site.at("/lost"), True)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://169.254.169.254/latest/meta-data/", "their own computer"),
        ("http://[::]/", "their own computer"),
        ("http://robin:secret@example.org/", "names and passwords"),
        ("file:///etc/passwd", "begins with https://"),
        ("http://example.org\\@127.0.0.1/", "names and passwords"),
    ],
)
def test_where_a_redirect_leads_is_held_to_the_same(site, location, words):
    site.answers["/"] = status("302 Found", Location=location)
    assert words in refusal(must_answer, site.at(), True)


def test_this_computer_is_not_even_called_by_a_name_that_leads_to_it(site):
    deadline = time.monotonic() + 5
    parts = urlsplit(f"http://localhost:{site.port}/")
    assert "127.0.0.1" in addresses._looked_up("localhost", site.port, deadline)
    assert "their own computer" in refusal(addresses._asked, parts, deadline, False)
    site.close()
    assert site.calls == 0


def test_whoever_is_reached_in_the_end_is_looked_at_before_a_word_is_said(site):
    """The name may have meant another computer when it was looked up."""
    for scheme in ("http", "https"):
        parts, deadline = urlsplit(f"{scheme}://rebound.example:{site.port}/"), time.monotonic() + 5
        with socket.create_connection(("127.0.0.1", site.port)) as connection:
            assert "their own computer" in refusal(addresses._safe, connection, parts, deadline, False)
    assert site.asked == []


def test_nothing_about_anybody_is_sent_and_no_proxy_is_asked(site, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    must_answer(site.at("/a?b=c"), True)
    assert site.asked[0].split("\r\n") == [
        "HEAD /a?b=c HTTP/1.1",
        f"Host: 127.0.0.1:{site.port}",
        "User-Agent: Duologue",
        "Accept: */*",
        "Connection: close",
        "",
        "",
    ]


def test_a_site_that_takes_its_time_is_not_waited_for(site, monkeypatch):
    monkeypatch.setattr(addresses, "SECONDS", 0.2)
    site.answers["/"] = trickle
    began = time.monotonic()
    assert "Nothing answers" in refusal(must_answer, site.at(), True)
    assert time.monotonic() - began < 1


def trickle(method: str, connection: socket.socket) -> None:
    """A head that never ends, letter by letter."""
    connection.settimeout(0.01)
    for letter in b"HTTP/1.1 200 OK\r\n" + b"a" * 1000:
        connection.sendall(bytes([letter]))
        with_patience(connection)


def with_patience(connection: socket.socket) -> None:
    """Wait a moment for the other end to speak, which it does not."""
    with suppress(TimeoutError):
        connection.recv(1)


def test_no_more_than_a_few_kilobytes_are_read(site, monkeypatch):
    read, look_into = [], addresses._read
    monkeypatch.setattr(addresses, "_read", lambda head: read.append(len(head)) or look_into(head))

    def flood(method: str, connection: socket.socket) -> None:
        connection.sendall(OK.removesuffix(b"\r\n\r\nHello"))
        for _ in range(1_000):
            connection.sendall(b"a: " + b"b" * 4000 + b"\r\n")

    site.answers["/"] = flood
    must_answer(site.at(), True)
    assert read
    assert max(read) < 2 * addresses.HEAD_BYTES


def test_a_handshake_that_drips_on_ends_in_time_in_the_server_too():
    """The server's sockets are gevent's, whose limit is one for each wait."""
    drip = socket.create_server(("127.0.0.1", 0))
    script = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import gevent, socket, time, addresses\n"
        "addresses.SECONDS = 1.0\n"
        "def drip():\n"
        f"    listener = socket.socket(fileno={drip.fileno()})\n"
        "    while True:\n"
        "        found, _ = listener.accept()\n"
        "        gevent.spawn(trickle, found)\n"
        "def trickle(found):\n"
        "    for byte in b'\\x16\\x03\\x03\\x40\\x00' + bytes(60):\n"
        "        found.sendall(bytes([byte]))\n"
        "        gevent.sleep(0.3)\n"
        "gevent.spawn(drip)\n"
        "began = time.monotonic()\n"
        "try:\n"
        f"    addresses.must_answer('https://127.0.0.1:{drip.getsockname()[1]}/', loopback=True)\n"
        "except addresses.BadAddress:\n"
        "    print(time.monotonic() - began < 3)\n"
    )
    with drip:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, pass_fds=[drip.fileno()], timeout=30, check=True)
    assert done.stdout.strip() == "True", done.stderr
