"""Signed assertions (JSON Web Tokens): whose signature counts, and the keys that it is checked with.

Keys come from the issuer's key set, which is fetched again every few minutes, and at once (though not too often) when
an assertion names a key that is not in it. Sources: RFC 7519, RFC 7517, and RFC 8725 on what goes wrong.
"""

import hashlib
import json
import logging
import threading
import time
import urllib.request
from collections import OrderedDict
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import gevent
import jwt

from config import Config, Misconfigured
from vouching import KeysAway

LEEWAY_SECONDS = 30
FRESH_SECONDS = 300.0
# With keys older than this nobody is let in: one of them may have been withdrawn.
STALE_SECONDS = 3_600.0
PAUSE_SECONDS = 10.0
FETCH_SECONDS = 5.0
LARGEST_KEY_SET = 500_000
REMEMBERED = 5_000
REMEMBERED_SECONDS = 60.0
SIGNING_KEYS = ("EC", "RSA", "OKP")

log = logging.getLogger("assertions")


class KeySet:
    """The issuer's public keys: key id → key. `source` is an address or a file."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = threading.Lock()

    def key(self, id: str | None) -> jwt.PyJWK | None:
        """The key of this id; a set of one key needs no id. Raises KeysAway when all that is known is stale."""
        now = time.monotonic()
        is_known = id in self._keys and now - self._fetched_at <= STALE_SECONDS
        if not is_known or now - self._fetched_at > FRESH_SECONDS:
            self._fetch_once(now, wait=not is_known)
        if now - self._fetched_at > STALE_SECONDS:
            raise KeysAway
        return self._keys.get(id)

    def _fetch_once(self, now: float, wait: bool) -> None:
        """Fetch unless somebody is at it. Whose key is known need not wait for that; others do."""
        if not self._fetching.acquire(blocking=wait):
            return
        try:
            if now - self._tried_at > PAUSE_SECONDS:
                self._fetch(now)
        finally:
            self._fetching.release()

    def _fetch(self, now: float) -> None:
        self._tried_at = now
        try:
            self._keys = _keys_in(self._read())
            self._fetched_at = now
        except (OSError, ValueError, RecursionError, HTTPException, gevent.Timeout, jwt.PyJWTError) as problem:
            log.error("event=keys-away type=%s", type(problem).__name__)

    def _read(self) -> bytes:
        if "://" not in self._source:
            return Path(self._source).read_bytes()
        # The timeout of a connection is for each part of an answer; this one is for all of it.
        with gevent.Timeout(FETCH_SECONDS), _opener.open(self._source, timeout=FETCH_SECONDS) as answer:
            return answer.read(LARGEST_KEY_SET)


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A key set that sends one elsewhere is no key set."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


# Straight to the issuer: a proxy named in the environment could answer in its place.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _StayHere)


def _keys_in(text: bytes) -> dict[str | None, jwt.PyJWK]:
    """The keys of a key set that are for checking signatures. Raises ValueError when there is none."""
    found = json.loads(text)
    listed = found.get("keys") if isinstance(found, dict) else None
    keys: dict[str | None, jwt.PyJWK] = {}
    for key in listed if isinstance(listed, list) else []:
        # A key of a kind that we do not know is no reason to refuse the others.
        with suppress(jwt.PyJWTError):
            if isinstance(key, dict) and _is_usable(key):
                keys[key.get("kid")] = jwt.PyJWK(key)
    if not keys:
        raise ValueError("no keys")
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


def _is_usable(key: dict[str, Any]) -> bool:
    is_public = key.get("kty") in SIGNING_KEYS and key.get("use", "sig") == "sig" and "d" not in key
    return is_public and isinstance(key.get("kid"), str | None)


class Assertions:
    """Checks assertions by the settings of one issuer."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._keys = KeySet(config.proxy_jwt_keys)
        self._known: OrderedDict[bytes, tuple[float, dict[str, Any]]] = OrderedDict()
        if "://" not in config.proxy_jwt_keys:
            _must_hold_keys(Path(config.proxy_jwt_keys))

    def claims(self, assertion: str) -> dict[str, Any] | None:
        """What a good assertion claims; None for any other. Raises KeysAway."""
        digest = hashlib.sha256(assertion.encode("utf-8", "replace")).digest()
        until, claims = self._known.get(digest, (0.0, {}))
        # A page asks several times with the same assertion; a key that was withdrawn counts for a minute at most.
        if until > time.monotonic() and int(claims["exp"]) + LEEWAY_SECONDS > time.time():
            return claims
        self._known.pop(digest, None)
        try:
            claims = self._checked(assertion)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as problem:
            log.info("event=assertion-refused type=%s", type(problem).__name__)
            return None
        self._known[digest] = time.monotonic() + REMEMBERED_SECONDS, claims
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return claims

    def _checked(self, assertion: str) -> dict[str, Any]:
        head = jwt.get_unverified_header(assertion)
        key = self._keys.key(head.get("kid")) if head.get("alg") in self._config.proxy_jwt_algorithms else None
        if key is None:
            raise jwt.InvalidKeyError
        # Each key is good for the one algorithm that it was made for, whatever the assertion says (RFC 8725, 3.1).
        return jwt.decode(
            assertion,
            key=key,
            algorithms=list(self._config.proxy_jwt_algorithms),
            audience=self._config.proxy_jwt_audience,
            issuer=self._config.proxy_jwt_issuer,
            leeway=LEEWAY_SECONDS,
            options={
                "require": ["exp", "iss", "aud", self._config.proxy_jwt_subject],
                "enforce_minimum_key_length": True,
            },
        )


def _must_hold_keys(path: Path) -> None:
    try:
        _keys_in(path.read_bytes())
    except OSError as problem:
        raise Misconfigured(f"The file {path} (PROXY_JWT_KEYS) cannot be read: {problem.strerror}.") from None
    except (ValueError, RecursionError, jwt.PyJWTError):
        raise Misconfigured(f"The file {path} (PROXY_JWT_KEYS) is not a key set with a public key in it.") from None
