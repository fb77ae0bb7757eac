"""nginx and Apache httpd on loopback, started with the files of deploy/ and everything that those name."""

import base64
import datetime
import hashlib
import ipaddress
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEPLOY = Path(__file__).parents[3] / "deploy"
PORT = 8443
PATIENCE_SECONDS = 20
PASSWORDS = {"ada": "ada's own word", "sam": "sam's own word", "lee": "lee's own word", "zoe": "zoe's own word"}
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def own_address() -> str:
    """A loopback address that no other test uses: all of 127.0.0.0/8 is this machine."""
    return f"127.{random.randint(1, 250)}.{random.randint(0, 250)}.{random.randint(2, 250)}"


class Front:
    """A folder in the place of /etc/duologue, with a certificate and people's passwords, and an address to serve on."""

    def __init__(self, secret: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="front-"))
        # The proxies give up their rights at the start, so what they read later must be readable.
        self.folder.chmod(0o755)
        self.address, self.secret = own_address(), secret
        self.url = f"https://{self.address}:{PORT}"
        _write_certificate(self.folder, self.address)
        lines = (f"{name}:{{SHA}}{_sha1(word)}" for name, word in PASSWORDS.items())
        (self.folder / "people.htpasswd").write_text("\n".join(lines) + "\n")

    def deployed(self, name: str, **changes: str) -> Path:
        """A file of deploy/ as an operator would adapt it: paths, and whatever else is to be replaced."""
        text = (DEPLOY / name).read_text()
        for old, new in {"/etc/duologue": str(self.folder), **changes}.items():
            assert old in text, f"{name} does not say {old} any more"
            text = text.replace(old, new)
        path = self.folder / Path(name).name
        path.write_text(text)
        return path

    @contextmanager
    def running(self, *command: str | Path) -> Iterator["Front"]:
        """The proxy's process, once it takes connections."""
        with (self.folder / "output").open("w") as output:
            process = subprocess.Popen([*map(str, command)], stdout=output, stderr=subprocess.STDOUT)
        try:
            self._wait(process)
            self.process = process
            yield self
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self, process: subprocess.Popen) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, (self.folder / "output").read_text() + self._errors()
            with suppress(OSError), socket.create_connection((self.address, PORT), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError("The proxy takes no connections")

    def _errors(self) -> str:
        path = self.folder / "error.log"
        return path.read_text() if path.exists() else ""


def _sha1(word: str) -> str:
    return base64.b64encode(hashlib.sha1(word.encode(), usedforsecurity=False).digest()).decode()


def _write_certificate(folder: Path, address: str) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "front")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "tls.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))


@contextmanager
def nginx(front: Front, upstream: str, headers: dict[str, str] | None = None, more: str = "") -> Iterator[Front]:
    """nginx before the server at `upstream`. `headers` replaces lines of the headers file; `more` goes before all."""
    (front.folder / "nginx-secret.conf").write_text(f'proxy_set_header X-Proxy-Secret "{front.secret}";\n')
    front.deployed("nginx/duologue-headers.conf", **(headers or {}))
    site = front.deployed(
        "nginx/duologue.conf",
        **{
            "listen 443 ssl": f"listen {front.address}:{PORT} ssl",
            "server_name meetings.example.org;": "",
            "/etc/nginx/": f"{front.folder}/",
            "server 127.0.0.1:8000;": f"server {upstream};",
        },
    )
    folder = front.folder
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.getuid() == 0 else ''}\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}\n{more}\ninclude {site};\n}}\n"
    )
    with front.running("/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf"):
        yield front


@contextmanager
def apache(front: Front, site: str, upstream: str, modules: tuple[str, ...] = (), **changes: str) -> Iterator[Front]:
    """Apache httpd before the server at `upstream`, with one site of deploy/ adapted by `changes`."""
    (front.folder / "apache-secret.conf").write_text(f'RequestHeader set X-Proxy-Secret "{front.secret}"\n')
    path = front.deployed(
        f"apache/{site}", **{"*:443": f"{front.address}:{PORT}", "127.0.0.1:8000": upstream, **changes}
    )
    needed = (
        *("mpm_event", "unixd", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "setenvif"),
        *("socache_shmcb", "ssl", "headers", "proxy", "proxy_http", *modules),
    )
    loaded = "".join(
        f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so\n"
        for name in needed
        if (APACHE_MODULES / f"mod_{name}.so").exists()
    )
    (front.folder / "httpd.conf").write_text(
        f"ServerRoot {front.folder}\nServerName front\nPidFile {front.folder}/pid\nErrorLog {front.folder}/error.log\n"
        f"{'User www-data' if os.getuid() == 0 else ''}\nMutex file:{front.folder}\n{loaded}"
        f"Listen {front.address}:{PORT}\n{'<Directory />'}\nRequire all denied\n</Directory>\nInclude {path}\n"
    )
    with front.running("/usr/sbin/apache2", "-D", "FOREGROUND", "-f", front.folder / "httpd.conf"):
        yield front
