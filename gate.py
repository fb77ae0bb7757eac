"""The outermost layer: whom the sign-on proxy vouches for. Nothing further in reads a header to know who is there.

Before anything else looks at a request, the gate sees where it comes from, checks the proxy's secret or signature,
puts what is vouched for into a private key of the environ, and takes every header about identity out of it. Whatever
is not exactly right vouches for nobody. What other trusted-header sign-ins got wrong is in docs/security.md.
"""

import hmac
import ipaddress
import logging
import re
from collections.abc import Callable
from typing import Any

import naming
from config import DEMO, ENV, HEADER, JWT, UNIX, Config
from vouching import VOUCHED, KeysAway, PastTheProxy, Unvouched, Vouched

PROOF = "HTTP_X_PROXY_SECRET"
LONGEST_ASSERTION = 8_192
# What a proxy may say of a person, each in a header of its own.
FACTS = ("user", "name", "email", "groups")
NOT_A_LETTER = re.compile(r"[^A-Z0-9]")

log = logging.getLogger("gate")


Environ = dict[str, Any]
Way = Callable[[Environ], Vouched | None]


class Gate:
    """WSGI middleware. The environ's VOUCHED is a Vouched, an Unvouched, KeysAway, or None in demo mode."""

    def __init__(self, wsgi_app: Callable, config: Config) -> None:
        self._wsgi_app = wsgi_app
        self._identify = _way(config)
        self._hidden = {_letters(name) for name in _identity_headers(config)}

    def __call__(self, environ: Environ, start_response: Callable) -> Any:
        vouched = self._vouched(environ)
        for key in [key for key in environ if key.startswith("HTTP_") and self._is_hidden(key)]:
            del environ[key]
        environ[VOUCHED] = vouched
        return self._wsgi_app(environ, start_response)

    def _vouched(self, environ: Environ) -> Vouched | Exception | None:
        try:
            return self._identify(environ)
        except (Unvouched, KeysAway) as refusal:
            return refusal
        except Exception as problem:
            # Whatever goes wrong in here, nobody gets in by it.
            log.error("event=gate-failed type=%s", type(problem).__name__)
            return Unvouched("failed")

    def _is_hidden(self, key: str) -> bool:
        letters = _letters(key.removeprefix("HTTP_"))
        return letters in self._hidden or letters.startswith("XFORWARDED")


def _letters(name: str) -> str:
    """The name without what servers and frameworks take for one another: dash, underscore, dot, space, case."""
    return NOT_A_LETTER.sub("", name.upper())


def _identity_headers(config: Config) -> set[str]:
    """Every header that says who somebody is, here or in front of other programs."""
    own = {getattr(config, f"proxy_{kind}_header") for kind in ("user", "name", "email", "groups", "jwt")}
    return own - {""} | {
        "X-Proxy-Secret",
        "X-Remote-User",
        "Remote-User",
        "X-Forwarded-User",
        "X-Authenticated-User",
        "X-Auth-Request-User",
        "X-User",
        "Forwarded",
        "X-Real-IP",
    }


def must_be_able(config: Config) -> None:
    """Raise Misconfigured unless these settings are enough to tell who somebody is."""
    _way(config)


def _way(config: Config) -> Way:
    ways: dict[str, Callable[[Config], Way]] = {HEADER: ByHeader, JWT: ByAssertion, ENV: ByVariable}
    return ways[config.sign_in](config) if config.sign_in != DEMO else lambda environ: None


class ByHeader:
    """The proxy names the person in a header, and proves itself by where it speaks from and by a secret."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._headers = {kind: _variable(getattr(config, f"proxy_{kind}_header")) for kind in FACTS}

    def __call__(self, environ: Environ) -> Vouched:
        must_be_the_proxy(environ, self._config)
        said = {kind: environ.get(variable, "") for kind, variable in self._headers.items()}
        return described(
            self._config,
            subject_of(said["user"], self._config),
            _utf8(said["name"]),
            said["email"],
            [group.strip() for group in said["groups"].split(",")],
        )


class ByAssertion:
    """The proxy sends a signed assertion."""

    def __init__(self, config: Config) -> None:
        # What reads them takes two megabytes, which no other way needs.
        from assertions import Assertions

        self._config, self._assertions = config, Assertions(config)
        self._header = _variable(config.proxy_jwt_header)

    def __call__(self, environ: Environ) -> Vouched:
        must_be_the_proxy(environ, self._config)
        assertion = environ.get(self._header, "")
        if not assertion:
            raise Unvouched("missing")
        if len(assertion) > LONGEST_ASSERTION:
            raise Unvouched("too-long")
        claims = self._assertions.claims(assertion)
        if claims is None:
            raise Unvouched("assertion")
        groups = claims.get("groups")
        return described(
            self._config,
            subject_of(claims.get(self._config.proxy_jwt_subject), self._config),
            claims.get("name"),
            claims.get("email"),
            groups if isinstance(groups, list) else [groups],
        )


class ByVariable:
    """The server in front has put the name into the environ; no browser can."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def __call__(self, environ: Environ) -> Vouched:
        return described(self._config, subject_of(environ.get(self._config.proxy_env_var), self._config))


def must_be_the_proxy(environ: Environ, config: Config) -> None:
    """Raise PastTheProxy unless the request has the address and the secret that the settings ask of the proxy."""
    if config.proxy_peers and not _is_peer(environ.get("REMOTE_ADDR") or UNIX, config):
        raise PastTheProxy("peer")
    sent = environ.get(PROOF, "").encode("latin-1", "replace")
    # Each is compared, so that the time taken does not tell which one matched.
    if config.secrets and not sum(hmac.compare_digest(sent, secret) for secret in config.secrets):
        raise PastTheProxy("secret")


def _is_peer(address: str, config: Config) -> bool:
    if address == UNIX:
        return UNIX in config.proxy_peers
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(peer != UNIX and found in peer for peer in config.proxy_peers)


def subject_of(said: Any, config: Config) -> str:
    """The person's name as it is kept. Raises Unvouched for whatever cannot be one."""
    if not isinstance(said, str):
        raise Unvouched("missing")
    try:
        return naming.username(said, config.proxy_user_pattern, config.proxy_realm)
    except naming.Unfit as why:
        raise Unvouched(str(why)) from None


def described(config: Config, subject: str, name: Any = "", email: Any = "", groups: list | None = None) -> Vouched:
    """The person vouched for, with whatever else is said of them that can be shown."""
    lead = config.proxy_people_lead_group
    return Vouched(
        issuer=config.issuer,
        subject=subject,
        name=_fit(naming.name, name) or "",
        email=_fit(naming.email, email),
        leads=lead in (groups or []) if lead else None,
    )


def _fit(rule: Callable[[str], str], said: Any) -> str | None:
    """What is said of a person, if it can be shown: nobody is kept out by it."""
    try:
        return rule(said) if isinstance(said, str) else None
    except naming.Unfit:
        return None


def _variable(header: str) -> str:
    """The environ's key of a header."""
    return "HTTP_" + header.upper().replace("-", "_") if header else ""


def _utf8(text: str) -> str:
    """What a server handed on letter by letter, as the UTF-8 that it was; nothing if it was none."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""
