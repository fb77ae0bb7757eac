"""Reads the settings from the environment, one by one, and refuses what cannot be or does not go together."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

import clock
import languages
import naming
from config import (
    ALL,
    DEMO,
    FAILED,
    HEADER,
    JWT,
    LOOPBACK,
    NO_TLS,
    POSTGRESQL,
    SETTINGS,
    SQLITE,
    STARTTLS,
    TLS,
    UNIX,
    UNIX_HOST,
    WAYS,
    Config,
    Misconfigured,
    Network,
)

NOT_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")
WIDEST = {4: 24, 6: 64}
SECRET_LENGTH = 32
DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_SECRETS = 2
MAIL_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9a-f:]*:[0-9a-f:.]+")
ASYMMETRIC = {"ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"}
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,63}")
VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
HOST_NAME = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]")
# Headers that say something else already, so that no identity can be in them.
SPOKEN_FOR = {
    "host",
    "cookie",
    "connection",
    "authorization",
    "user-agent",
    "content-type",
    "x-csrftoken",
    "accept",
    "forwarded",
    "x-forwarded-for",
    "x-real-ip",
    "x-proxy-secret",
    "origin",
}
# Variables of CGI (RFC 3875) that hold what the browser sent.
BROWSERS_OWN = {"QUERY_STRING", "PATH_INFO", "REQUEST_URI", "SCRIPT_NAME", "CONTENT_TYPE", "CONTENT_LENGTH"} | {
    *("REQUEST_METHOD", "SERVER_NAME", "SERVER_PROTOCOL", "REMOTE_ADDR", "REMOTE_HOST", "REMOTE_IDENT", "REMOTE_PORT"),
    *("PATH_TRANSLATED", "RAW_URI", "SCRIPT_FILENAME", "DOCUMENT_URI", "AUTH_TYPE"),
}
# What no user pattern may take: it would let one header name two people, or nobody.
NEVER_A_NAME = ("", " ", "a b", "a,b", "a;b", "a\n", "a\x00", "a/b")


def read(environ: Mapping[str, str] | None = None) -> Config:
    """The settings from `environ` (by default the process's own, on top of a .env file). Raises Misconfigured."""
    given = environ if environ is not None else {**_dotenv(), **os.environ}
    values = _Given(given)
    sign_in = _sign_in(values)
    values.must_belong_to(sign_in)
    data_dir = Path(values["DATA_DIR"]).absolute()
    url = values["DATABASE_URL"] or f"{SQLITE}{data_dir}/duologue.db"
    config = Config(
        sign_in=sign_in,
        data_dir=data_dir,
        database=_database(url),
        postgresql=_postgresql(url),
        keyring_file=_keyring(values["KEYRING_FILE"], data_dir, sign_in),
        secret_key_file=Path(values["SECRET_KEY_FILE"] or data_dir / "secret_key").absolute(),
        public_url=_public_url(values["PUBLIC_URL"], sign_in),
        trusted_hosts=_trusted_hosts(values["TRUSTED_HOSTS"], values["PUBLIC_URL"]),
        proxy_peers=_peers(values["PROXY_PEERS"]),
        proxy_secret_file=_path(values["PROXY_SECRET_FILE"]),
        secrets=_secrets(values["PROXY_SECRET_FILE"]),
        proxy_user_header=_header(values, "PROXY_USER_HEADER"),
        proxy_name_header=_header(values, "PROXY_NAME_HEADER"),
        proxy_email_header=_header(values, "PROXY_EMAIL_HEADER"),
        proxy_groups_header=_header(values, "PROXY_GROUPS_HEADER"),
        proxy_people_lead_group=values["PROXY_PEOPLE_LEAD_GROUP"],
        proxy_realm=_realm(values["PROXY_REALM"]),
        proxy_user_pattern=_pattern(values["PROXY_USER_PATTERN"]),
        proxy_auto_create=_yes_or_no(values, "PROXY_AUTO_CREATE"),
        proxy_logout_url=_logout_url(values["PROXY_LOGOUT_URL"]),
        proxy_jwt_header=_header(values, "PROXY_JWT_HEADER"),
        proxy_jwt_issuer=values["PROXY_JWT_ISSUER"],
        proxy_jwt_audience=values["PROXY_JWT_AUDIENCE"],
        proxy_jwt_keys=_keys(values["PROXY_JWT_KEYS"]),
        proxy_jwt_algorithms=_algorithms(values["PROXY_JWT_ALGORITHMS"]),
        proxy_jwt_subject=values["PROXY_JWT_SUBJECT"],
        proxy_env_var=_variable(values["PROXY_ENV_VAR"]),
        session_idle_minutes=_number(values, "SESSION_IDLE_MINUTES", 10, 24 * 60),
        session_hours=_number(values, "SESSION_HOURS", 1, 24 * 7),
        former_manager_days=_number(values, "FORMER_MANAGER_DAYS", 0, 3660),
        meet_at_least=_one_of(values, "MEET_AT_LEAST", tuple(clock.RHYTHMS)),
        figures_names=_yes_or_no(values, "FIGURES_NAMES"),
        retention_months=_number(values, "RETENTION_MONTHS", 0, 1200),
        smtp_host=_mail_host(values["SMTP_HOST"]),
        smtp_port=_number(values, "SMTP_PORT", 1, 65_535),
        smtp_security=_one_of(values, "SMTP_SECURITY", (STARTTLS, TLS, NO_TLS)),
        smtp_user=values["SMTP_USER"],
        smtp_password_file=_path(values["SMTP_PASSWORD_FILE"]),
        smtp_password=_password(values["SMTP_PASSWORD_FILE"]),
        mail_from=_mail_from(values["MAIL_FROM"]),
        mail_content=_yes_or_no(values, "MAIL_CONTENT"),
        calendar_feeds=_yes_or_no(values, "CALENDAR_FEEDS"),
        help_contact=values["HELP_CONTACT"],
        check_addresses=_yes_or_no(values, "CHECK_ADDRESSES"),
        language=_language(values["LANGUAGE"], _path(values["TRANSLATIONS"])),
        translations=_path(values["TRANSLATIONS"]),
        time_zone=_zone(values["TIME_ZONE"]),
        log_format=_one_of(values, "LOG_FORMAT", ("text", "json")),
        log_requests=_one_of(values, "LOG_REQUESTS", (FAILED, ALL)),
        metrics_address=_metrics_address(values["METRICS_ADDRESS"]),
        host=_host(values["HOST"], sign_in),
        port=_port(values["PORT"]),
        processes=_number(values, "PROCESSES", 1, 64),
    )
    _must_fit_together(config)
    return config


class _Given:
    """The settings as they were given; an empty one is one that is not set."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def __getitem__(self, name: str) -> str:
        return self._given.get(name, "").strip() or SETTINGS[name].default

    def must_belong_to(self, sign_in: str) -> None:
        """Raise Misconfigured for a setting that would do nothing: somebody counts on it in vain."""
        for name, value in self._given.items():
            if value and name.startswith("PROXY_") and name not in SETTINGS:
                raise Misconfigured(f"{name} is no setting of Duologue: 'duologue check' lists those that there are.")
            ways = SETTINGS[name].of if name in SETTINGS else ()
            if value and ways and sign_in not in ways:
                raise Misconfigured(
                    f"{name} is set, but SIGN_IN={sign_in} has no use for it: unset it, or choose {' or '.join(ways)}."
                )


def elsewhere(config: Config, url: str) -> Config:
    """The same settings with another database. Raises Misconfigured."""
    return replace(config, database=_database(url), postgresql=_postgresql(url))


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _sign_in(values: _Given) -> str:
    found = values["SIGN_IN"]
    if not found:
        raise Misconfigured(
            "SIGN_IN is not set: set it to proxy-jwt, proxy-header or proxy-env, or to demo to try Duologue out."
        )
    if found not in WAYS:
        raise Misconfigured(f"SIGN_IN={found} is no way of signing in: use one of {', '.join(WAYS)}.")
    return found


def _database(url: str) -> Path | None:
    """The file of the database, if it is one."""
    if url.startswith(SQLITE):
        return Path(url.removeprefix(SQLITE)).absolute()
    if url.startswith(POSTGRESQL):
        return None
    raise Misconfigured("DATABASE_URL must begin with sqlite:/// (one file) or postgresql:// (a server).")


def _postgresql(url: str) -> str:
    """The address of the server's database, if it is on one. Raises Misconfigured."""
    if not url.startswith(POSTGRESQL):
        return ""
    place, _, query = url.removeprefix(POSTGRESQL).partition("?")
    who, _, where = place.rpartition("@")
    name = where.partition("/")[2]
    if "/" in who or "/" in name or not (name or "dbname=" in query):
        raise Misconfigured(
            "DATABASE_URL is written postgresql://user@host/name: a / or @ in a password is %2F or %40 there."
        )
    if NOT_ENCODED.search(url):
        raise Misconfigured("DATABASE_URL has a % that stands for nothing: write %25 for the sign itself.")
    return url


def _path(text: str) -> Path | None:
    return Path(text).absolute() if text else None


def _keyring(text: str, data_dir: Path, sign_in: str) -> Path:
    if sign_in == DEMO:
        return Path(text or data_dir / "keyring").absolute()
    if not text:
        raise Misconfigured("KEYRING_FILE is not set: choose a path outside DATA_DIR, then run 'duologue keys new'.")
    path = Path(text).absolute()
    if path.resolve().is_relative_to(data_dir.resolve()):
        raise Misconfigured(f"KEYRING_FILE={path} is inside DATA_DIR, where every backup would take it along: move it.")
    return path


def _public_url(text: str, sign_in: str) -> str:
    if sign_in == DEMO:
        return ""
    if not text:
        raise Misconfigured(
            "PUBLIC_URL is not set: say where browsers find Duologue, such as https://meetings.example.org."
        )
    parts = _url("PUBLIC_URL", text)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Misconfigured(f"PUBLIC_URL={text} is not safe: sessions need https.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Misconfigured(f"PUBLIC_URL={text} has more than a host: Duologue has a host name of its own.")
    # As browsers write an origin: without the port that goes without saying.
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{_bracketed(parts.hostname)}{port}"


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _url(name: str, text: str) -> Any:
    try:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise Misconfigured(f"{name}={text} is not an address: it begins with https:// and a host name.")


def _trusted_hosts(text: str, public_url: str) -> tuple[str, ...]:
    given = [host.strip().lower() for host in text.split(",") if host.strip()]
    for host in given:
        if not HOST_NAME.fullmatch(host):
            raise Misconfigured(f"TRUSTED_HOSTS names {host}, which is no host name: list names, separated by commas.")
    if given:
        return tuple(given)
    if public_url:
        return (_bracketed(urlsplit(public_url).hostname or ""),)
    return ("127.0.0.1", "localhost", "[::1]")


def _peers(text: str) -> tuple[Network | str, ...]:
    return tuple(_peer(part.strip()) for part in text.split(",") if part.strip())


def _peer(text: str) -> Network | str:
    if text == UNIX:
        return UNIX
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise Misconfigured(
            f"PROXY_PEERS names {text}: list addresses, networks such as 10.0.0.0/28, or unix."
        ) from None
    if network.prefixlen < WIDEST[network.version]:
        raise Misconfigured(
            f"PROXY_PEERS names {text}, which is too wide: nothing wider than /24 (or /64) is believed."
        )
    return network


def _private_lines(path: Path, name: str) -> list[bytes]:
    """The lines of a file that not everybody may read, without the empty ones. Raises Misconfigured."""
    try:
        mode, lines = path.stat().st_mode, [line.strip() for line in path.read_bytes().splitlines() if line.strip()]
    except OSError as problem:
        raise Misconfigured(f"The file {path} ({name}) cannot be read: {problem.strerror}.") from None
    if mode & 0o007:
        raise Misconfigured(f"The file {path} ({name}) is open to everybody: run 'chmod o= {path}'.")
    return lines


def _secrets(text: str) -> tuple[bytes, ...]:
    if not text:
        return ()
    path = Path(text).absolute()
    lines = _private_lines(path, "PROXY_SECRET_FILE")
    if not 1 <= len(lines) <= MOST_SECRETS:
        raise Misconfigured(f"The file {path} (PROXY_SECRET_FILE) must hold one secret, or two while it changes.")
    if any(b" " in line or len(line) < SECRET_LENGTH or len(set(line)) < SECRET_LENGTH / 4 for line in lines):
        raise Misconfigured(
            f"A secret in {path} (PROXY_SECRET_FILE) is weak: use {SECRET_LENGTH} random letters or more, "
            "such as 'openssl rand -hex 32' gives."
        )
    return tuple(lines)


def _mail_host(text: str) -> str:
    if text and not MAIL_HOST.fullmatch(text):
        raise Misconfigured(f"SMTP_HOST={text} is no host name: its port goes into SMTP_PORT.")
    return text


def _password(text: str) -> str:
    if not text:
        return ""
    lines = _private_lines(Path(text).absolute(), "SMTP_PASSWORD_FILE")
    if len(lines) != 1:
        raise Misconfigured(f"The file {Path(text).absolute()} (SMTP_PASSWORD_FILE) must hold one line: the password.")
    return lines[0].decode("utf-8", "replace")


def _mail_from(text: str) -> str:
    try:
        return naming.email(text.encode("ascii").decode()) if text else ""
    except (naming.Unfit, UnicodeError):
        raise Misconfigured(f"MAIL_FROM={text} is no address: one looks like meetings@example.org.") from None


def _header(values: _Given, name: str) -> str:
    found = values[name]
    if found and (not HEADER_NAME.fullmatch(found) or found.lower() in SPOKEN_FOR):
        raise Misconfigured(f"{name}={found} cannot be a header of its own: use letters, digits and dashes.")
    return found


def _variable(name: str) -> str:
    if name.startswith("HTTP_") or name in BROWSERS_OWN or not VARIABLE_NAME.fullmatch(name):
        raise Misconfigured(
            f"PROXY_ENV_VAR={name} is refused: HTTP_… variables come from the browser, so use one like REMOTE_USER."
        )
    return name


def _realm(text: str) -> str:
    if text and not re.fullmatch(r"[\w.-]+\\|@[\w.-]+", text, re.ASCII):
        raise Misconfigured(rf"PROXY_REALM={text} is not a realm: it is like CORP\ or like @example.org.")
    return text.lower()


def _pattern(text: str) -> re.Pattern:
    try:
        pattern = re.compile(text, re.ASCII)
    except re.error:
        raise Misconfigured(f"PROXY_USER_PATTERN={text} is not a regular expression.") from None
    if any(pattern.fullmatch(name) for name in NEVER_A_NAME):
        raise Misconfigured(f"PROXY_USER_PATTERN={text} takes too much: no empty name, space, comma or semicolon.")
    return pattern


def _logout_url(text: str) -> str:
    if text and not re.fullmatch(r"/[^/\\\s][^\\\s]*", text):
        _url("PROXY_LOGOUT_URL", text)
    return text


def _keys(text: str) -> str:
    if "://" not in text:
        return str(_path(text) or "")
    parts = _url("PROXY_JWT_KEYS", text)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise Misconfigured(
            f"PROXY_JWT_KEYS={text} is not safe: anybody on the way could change the keys, so use https."
        )
    return text


def _algorithms(text: str) -> tuple[str, ...]:
    given = tuple(name.strip() for name in text.split(","))
    for name in given:
        if name not in ASYMMETRIC:
            raise Misconfigured(
                f"PROXY_JWT_ALGORITHMS names {name or 'nothing'}: only {', '.join(sorted(ASYMMETRIC))} count."
            )
    return given


def _yes_or_no(values: _Given, name: str) -> bool:
    return _one_of(values, name, ("yes", "no", "on", "off", "true", "false", "1", "0")) in ("yes", "on", "true", "1")


def _one_of(values: _Given, name: str, known: tuple[str, ...]) -> str:
    found = values[name].lower()
    if found not in known:
        raise Misconfigured(f"{name}={values[name]} is not known: use {', '.join(known[:-1])} or {known[-1]}.")
    return found


def _number(values: _Given, name: str, least: int, most: int) -> int:
    text = values[name]
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or not least <= int(text) <= most:
        raise Misconfigured(f"{name}={text[:20]} is refused: use a whole number from {least} to {most}.")
    return int(text)


def _host(host: str, sign_in: str) -> str:
    if sign_in == DEMO and host not in LOOPBACK:
        raise Misconfigured(f"HOST={host} is refused: demo mode serves this machine alone, so use 127.0.0.1.")
    if host.startswith(UNIX_HOST):
        if not host.removeprefix(UNIX_HOST).startswith("/"):
            raise Misconfigured(
                f"HOST={host} is refused: after unix: comes a whole path, such as unix:/run/duologue.sock."
            )
    elif host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise Misconfigured(f"HOST={host} is not an address: use one such as 127.0.0.1.") from None
    return host


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise Misconfigured(f"PORT={text} is not a port: use a number up to 65535.")
    return int(text)


def _metrics_address(text: str) -> str:
    """An address and a port, with IPv6 in brackets, or a Unix socket's path, or nothing. Raises Misconfigured."""
    if not text or (text.startswith(f"{UNIX_HOST}/") and not text.endswith("/")):
        return text
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        if (":" in host) == host.startswith("[") and port.isascii() and 0 < int(port) <= 65535:
            return text
    except ValueError:
        pass
    raise Misconfigured(f"METRICS_ADDRESS={text} is refused: use one such as 127.0.0.1:9464 or unix:/run/metrics.sock.")


def _language(tag: str, translations: Path | None) -> str:
    if translations and not translations.is_dir():
        raise Misconfigured(f"TRANSLATIONS={translations} is no folder: make it, or unset TRANSLATIONS.")
    there = languages.available(translations)
    if tag not in there:
        raise Misconfigured(f"LANGUAGE={tag} is no language that Duologue has: use one of {', '.join(there)}.")
    return tag


def _zone(name: str) -> str:
    if not clock.is_zone(name):
        raise Misconfigured(f"TIME_ZONE={name} is not a time zone: use a name such as Europe/London.")
    return name


def _must_fit_together(config: Config) -> None:
    """Raise Misconfigured for settings that are each right and together wrong."""
    for check in (
        _headers_differ,
        _peers_fit,
        _hosts_fit,
        _processes_fit,
        _addresses_differ,
        _mail_fits,
        _WAY_NEEDS.get(config.sign_in, lambda config: None),
    ):
        check(config)


def _headers_differ(config: Config) -> None:
    names = ("PROXY_USER_HEADER", "PROXY_NAME_HEADER", "PROXY_EMAIL_HEADER", "PROXY_GROUPS_HEADER", "PROXY_JWT_HEADER")
    given = [found.lower() for name in names if (found := getattr(config, name.lower()))]
    if len(set(given)) < len(given):
        raise Misconfigured("Two of the PROXY_…_HEADER settings name the same header: each needs one of its own.")


def _peers_fit(config: Config) -> None:
    over_socket = config.socket_path is not None
    if any((peer == UNIX) != over_socket for peer in config.proxy_peers):
        raise Misconfigured(
            f"HOST={config.host} and PROXY_PEERS contradict each other: unix belongs to HOST=unix:… alone."
        )


def _hosts_fit(config: Config) -> None:
    name = _bracketed(urlsplit(config.public_url).hostname or "")
    if config.public_url and not any(name == host or name.endswith(host) for host in config.trusted_hosts):
        raise Misconfigured(f"TRUSTED_HOSTS leaves out {name}, the name in PUBLIC_URL: add it.")


def _processes_fit(config: Config) -> None:
    if config.processes > 1 and config.database:
        raise Misconfigured(
            f"PROCESSES={config.processes} needs a PostgreSQL server (DATABASE_URL): a SQLite file has room for one."
        )


def _addresses_differ(config: Config) -> None:
    site = config.socket_path.resolve() if config.socket_path else f"{_bracketed(config.host)}:{config.port}"
    path = config.metrics_address.removeprefix(UNIX_HOST)
    if site == (Path(path).resolve() if path != config.metrics_address else path):
        raise Misconfigured(
            f"METRICS_ADDRESS={config.metrics_address} is where people are answered (HOST, PORT): choose another."
        )


def _mail_fits(config: Config) -> None:
    for name in ("MAIL_FROM", "SMTP_USER", "SMTP_PASSWORD_FILE"):
        if getattr(config, name.lower()) and not config.smtp_host:
            raise Misconfigured(f"{name} is set, but there is no server to send mail by: set SMTP_HOST, or unset it.")
    if config.smtp_host and not config.mail_from:
        raise Misconfigured("MAIL_FROM is not set: say whom mail comes from, such as meetings@example.org.")
    if bool(config.smtp_user) != bool(config.smtp_password):
        raise Misconfigured("SMTP_USER and SMTP_PASSWORD_FILE belong together: set both, or neither.")
    if not (config.smtp_user + config.smtp_password).isascii():
        raise Misconfigured("SMTP_USER and what is in SMTP_PASSWORD_FILE have to be ASCII: SMTP takes nothing else.")
    if config.smtp_user and config.smtp_security == NO_TLS and config.smtp_host not in LOOPBACK:
        raise Misconfigured("SMTP_SECURITY=none would send the password of SMTP_USER in clear: use starttls or tls.")


def _header_needs(config: Config) -> None:
    if not config.proxy_peers:
        raise Misconfigured(
            "PROXY_PEERS is not set: SIGN_IN=proxy-header needs the address that the proxy speaks from."
        )
    if not config.secrets and not config.socket_path:
        raise Misconfigured(
            "PROXY_SECRET_FILE is not set: over TCP any program on the proxy's machine could name people, so "
            "SIGN_IN=proxy-header needs a secret."
        )
    if config.proxy_people_lead_group and not config.proxy_groups_header:
        raise Misconfigured("PROXY_PEOPLE_LEAD_GROUP needs PROXY_GROUPS_HEADER: say which header holds the groups.")


def _jwt_needs(config: Config) -> None:
    for name in ("PROXY_JWT_HEADER", "PROXY_JWT_ISSUER", "PROXY_JWT_AUDIENCE", "PROXY_JWT_KEYS"):
        if not getattr(config, name.lower()):
            raise Misconfigured(f"{name} is not set: SIGN_IN=proxy-jwt needs it ({SETTINGS[name].meaning}).")


_WAY_NEEDS: dict[str, Callable[[Config], None]] = {HEADER: _header_needs, JWT: _jwt_needs}
