"""What is sealed, opened, digested and signed, with which key; a changed keyring is noticed while the server runs."""

import binascii
import hashlib
import hmac
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import keyring_file
from config import Config, Misconfigured

SECRET_BYTES = 32
NONCE_BYTES = 12

log = logging.getLogger("secrecy")


class CannotOpen(Exception):
    """What is stored was moved, changed or sealed with a key that is not there. The message says where, not what."""


class _Keys:
    """The keys of one keyring file as it was when it was read, ready for use."""

    def __init__(self, path: Path) -> None:
        self.path, self.mark = path, _mark(path)
        keys = keyring_file.read(path)
        self.ciphers = {key.id: AESGCM(key.secret) for key in keys if key.role != keyring_file.FIXED}
        self.active = next(key.id for key in keys if key.role == keyring_file.ACTIVE)
        self.fixed = next(key.secret for key in keys if key.role == keyring_file.FIXED)
        self.derived: dict[str, bytes] = {}


_keys: _Keys | None = None


def use(config: Config) -> None:
    """Work with the keys of these settings. Raises Misconfigured."""
    global _keys  # noqa: PLW0603 - one process, one set of keys
    _keys = _Keys(config.keyring_file)


def make_for_a_demo(config: Config) -> None:
    """Make a keyring if a demo has none; elsewhere only 'duologue keys new' does. Raises Misconfigured."""
    if config.is_demo and not config.keyring_file.exists():
        keyring_file.make(config.keyring_file)


def active_key() -> str:
    """The id of the key that seals now."""
    return _current().active


def key_of(sealed: str) -> str:
    """The id of the key that something was sealed with."""
    return sealed.partition(":")[0]


def seal(text: str, place: str) -> str:
    """`text` as only the keyring can read it, and only in this place: `<key id>:<base64>`, another one each time."""
    keys, nonce = _current(), os.urandom(NONCE_BYTES)
    sealed = keys.ciphers[keys.active].encrypt(nonce, text.encode(), place.encode())
    return f"{keys.active}:{binascii.b2a_base64(nonce + sealed, newline=False).decode()}"


def unseal(sealed: str, place: str) -> str:
    """What was sealed for this place. Raises CannotOpen."""
    id, _, body = sealed.partition(":")
    ciphers = _inside(_keys).ciphers
    if id not in ciphers:
        ciphers = _current().ciphers
    try:
        raw = binascii.a2b_base64(body, strict_mode=True)
        return ciphers[id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (KeyError, InvalidTag, ValueError):
        # Why it does not open is nobody's business: whoever tampers would learn by trying.
        raise CannotOpen(f"What is stored at {place} does not open.") from None


def digest(purpose: str, text: str) -> str:
    """What stands for `text` without telling it, as 64 hexadecimal digits: HMAC-SHA256 with a key of `purpose`."""
    keys = _inside(_keys)
    if purpose not in keys.derived:
        keys.derived[purpose] = hmac.digest(keys.fixed, purpose.encode(), "sha256")
    return hmac.new(keys.derived[purpose], text.encode(), hashlib.sha256).hexdigest()


def _current() -> _Keys:
    """The keys as the file has them now. While it is missing or makes no sense, the ones from before go on."""
    global _keys  # noqa: PLW0603
    keys = _inside(_keys)
    mark = _mark(keys.path)
    if mark in (keys.mark, None):
        return keys
    keys.mark = mark
    try:
        found = _Keys(keys.path)
        if found.fixed != keys.fixed:
            raise Misconfigured("The fixed key is another one: start Duologue anew if that is meant.")
    except Misconfigured as problem:
        log.error("The changed keyring is not used. %s", problem)
        return keys
    log.info("The keyring has changed: %s seals from now on.", found.active)
    _keys = found
    return found


def _inside(keys: _Keys | None) -> _Keys:
    if keys is None:
        raise Misconfigured("No keyring is in use: open the database first.")
    return keys


def _mark(path: Path) -> tuple | None:
    """What is another as soon as the file is another one; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def secret_key(config: Config) -> bytes:
    """The key from which the tokens of forms are made; written at the first start. Raises Misconfigured."""
    path = config.secret_key_file
    try:
        if not path.exists():
            _make_secret_key(path)
        key = path.read_bytes()
    except OSError as problem:
        raise Misconfigured(f"The file {path} (SECRET_KEY_FILE) cannot be used: {problem.strerror}.") from None
    if len(key) < SECRET_BYTES:
        raise Misconfigured(f"The file {path} (SECRET_KEY_FILE) is too short: it needs {SECRET_BYTES} random bytes.")
    return key


def _make_secret_key(path: Path) -> None:
    """Where several processes start at once, the first one's is everybody's, and nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
        with suppress(FileExistsError):
            os.link(making, path)
    finally:
        making.unlink(missing_ok=True)
