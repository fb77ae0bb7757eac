"""The keys: what is signed, digested and encrypted with them, and where they are."""

import hashlib
import hmac
import os
import secrets

from config import Config, Misconfigured

SECRET_BYTES = 32

_key = b""


def use(config: Config) -> None:
    """Work with the keys of these settings. Raises Misconfigured."""
    global _key  # noqa: PLW0603 - one process, one set of keys
    _key = secret_key(config)


def digest(purpose: str, text: str) -> str:
    """What stands for `text` without telling it, as 64 hexadecimal digits: HMAC-SHA256 with a key of `purpose`."""
    key = hmac.digest(_key, purpose.encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def secret_key(config: Config) -> bytes:
    """The key that signs session cookies; made at the first start. Raises Misconfigured."""
    path = config.secret_key_file
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(SECRET_BYTES))
        key = path.read_bytes()
    except OSError as problem:
        raise Misconfigured(f"The file {path} (SECRET_KEY_FILE) cannot be used: {problem.strerror}.") from None
    if len(key) < SECRET_BYTES:
        raise Misconfigured(f"The file {path} (SECRET_KEY_FILE) is too short: it needs {SECRET_BYTES} random bytes.")
    return key
