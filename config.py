"""Every setting: its name, its default and what it means; and the values of all of them together."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Which requests get a line in the log.
FAILED, ALL = "failed", "all"
SQLITE, POSTGRESQL = "sqlite:///", "postgresql://"
# What of a server's address may be said besides: anything else could be a secret.
SAID = ("host=", "port=", "dbname=", "user=", "sslmode=")
UNIX = "unix"
UNIX_HOST = "unix:"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# How what is said to the mail server is kept from others: TLS after a plain beginning, from the first byte on, or not.
STARTTLS, TLS, NO_TLS = "starttls", "tls", "none"


class Misconfigured(Exception):
    """The program cannot start like this; the message is one sentence that says what to do."""


class OutOfReach(Misconfigured):
    """The database does not answer now; it may in a moment, with the same settings."""


@dataclass(frozen=True)
class Setting:
    """One setting. `of` names the ways of signing in that it belongs to, if it is not everybody's."""

    default: str
    meaning: str
    of: tuple[str, ...] = ()


HEADER, JWT, ENV, DEMO = "proxy-header", "proxy-jwt", "proxy-env", "demo"
PROXIES = (HEADER, JWT, ENV)
WAYS = (*PROXIES, DEMO)

SETTINGS = {
    "SIGN_IN": Setting("", "who vouches for people: proxy-jwt, proxy-header, proxy-env, or demo"),
    "DATA_DIR": Setting("data", "the folder of the database"),
    "DATABASE_URL": Setting(
        "", "the database: sqlite:/// and a path (default: duologue.db in DATA_DIR), or postgresql://user@host/name"
    ),
    "KEYRING_FILE": Setting(
        "", "the keys that encrypt what people write; outside DATA_DIR, readable by its owner alone"
    ),
    "SECRET_KEY_FILE": Setting("", "the key of form tokens, made at the first start (default: secret_key in DATA_DIR)"),
    "PUBLIC_URL": Setting("", "where browsers find Duologue, such as https://meetings.example.org", PROXIES),
    "TRUSTED_HOSTS": Setting("", "the names that browsers may call it by (default: that of PUBLIC_URL)"),
    "PROXY_PEERS": Setting("", "the addresses or networks that the proxy speaks from, or unix", (HEADER, JWT)),
    "PROXY_SECRET_FILE": Setting("", "what the proxy sends in X-Proxy-Secret; two lines at a change", (HEADER, JWT)),
    "PROXY_USER_HEADER": Setting("X-Remote-User", "the header that names the person", (HEADER,)),
    "PROXY_NAME_HEADER": Setting("", "the header with the person's full name", (HEADER,)),
    "PROXY_EMAIL_HEADER": Setting("", "the header with the person's e-mail address", (HEADER,)),
    "PROXY_GROUPS_HEADER": Setting("", "the header with the person's groups, separated by commas", (HEADER,)),
    "PROXY_PEOPLE_LEAD_GROUP": Setting("", "the group whose members are people leads", (HEADER, JWT)),
    "PROXY_REALM": Setting("", r"what to strip from names: CORP\ before or @example.org after them", PROXIES),
    "PROXY_USER_PATTERN": Setting(
        "[a-z0-9][a-z0-9._-]{0,63}", "what a name is like, in full and in lower case", PROXIES
    ),
    "PROXY_AUTO_CREATE": Setting("no", "whether whom the proxy vouches for gets in without being added first", PROXIES),
    "PROXY_LOGOUT_URL": Setting("", "where one signs out of the proxy", PROXIES),
    "PROXY_JWT_HEADER": Setting("", "the header with the signed assertion", (JWT,)),
    "PROXY_JWT_ISSUER": Setting("", "who signs it, letter by letter", (JWT,)),
    "PROXY_JWT_AUDIENCE": Setting("", "for whom it is signed, letter by letter", (JWT,)),
    "PROXY_JWT_KEYS": Setting("", "the key set's https address, or its file", (JWT,)),
    "PROXY_JWT_ALGORITHMS": Setting("ES256,RS256", "the signatures that count; asymmetric ones alone", (JWT,)),
    "PROXY_JWT_SUBJECT": Setting("sub", "the claim that names the person", (JWT,)),
    "PROXY_ENV_VAR": Setting("REMOTE_USER", "the variable in which the server in front names the person", (ENV,)),
    "SESSION_IDLE_MINUTES": Setting("30", "after how long without a sign of life one is signed out"),
    "SESSION_HOURS": Setting("10", "after how long one is signed out in any case"),
    "FORMER_MANAGER_DAYS": Setting("0", "for how many days a manager may still read when a pair has ended"),
    "MEET_AT_LEAST": Setting("monthly", "how often two people should meet; *Today* says kindly when it slipped"),
    "FIGURES_NAMES": Setting("no", "whether people leads see by name who should have met again; everybody is told so"),
    "RETENTION_MONTHS": Setting("0", "after how many months 'duologue retention' deletes meetings; 0 for never"),
    "SMTP_HOST": Setting("", "the server that takes mail for people; without it none is sent", PROXIES),
    "SMTP_PORT": Setting("587", "its port", PROXIES),
    "SMTP_SECURITY": Setting(
        STARTTLS, "starttls, tls (from the first byte on, often at port 465) or none; never less than it says", PROXIES
    ),
    "SMTP_USER": Setting("", "the name to sign in there with, if it asks for one", PROXIES),
    "SMTP_PASSWORD_FILE": Setting("", "the file with the password that goes with it", PROXIES),
    "MAIL_FROM": Setting("", "whom mail comes from, such as meetings@example.org", PROXIES),
    "MAIL_CONTENT": Setting(
        "no", "whether mail may say what items and actions say, to those who ask for that themselves", PROXIES
    ),
    "CALENDAR_FEEDS": Setting(
        "no", "whether people may have a private address that calendar programs read without signing on"
    ),
    "HELP_CONTACT": Setting("", "whom people ask when they cannot get in"),
    "CHECK_ADDRESSES": Setting(
        "yes", "whether the server asks for a page before people are sent to it; no where it has no web"
    ),
    "LANGUAGE": Setting("en-GB", "the language of people who have not chosen one"),
    "TRANSLATIONS": Setting("", "a folder with translations of your own"),
    "TIME_ZONE": Setting("Europe/London", "the clock of people who have not chosen one"),
    "LOG_FORMAT": Setting("text", "how the log is written: text or json"),
    "LOG_REQUESTS": Setting(FAILED, "which requests get a line in the log: failed (and slow) ones, or all"),
    "METRICS_ADDRESS": Setting(
        "", "where monitoring finds its figures: an address and port such as 127.0.0.1:9464, or unix: and a path"
    ),
    "HOST": Setting("127.0.0.1", "the address it listens on, or unix: and a path"),
    "PORT": Setting("8000", "the port it listens on"),
    "PROCESSES": Setting("1", "how many processes gunicorn runs; several need a PostgreSQL server"),
}


@dataclass(frozen=True)
class Config:
    """The settings as they hold for this process; `secrets` are those of PROXY_SECRET_FILE."""

    sign_in: str
    data_dir: Path
    database: Path | None
    keyring_file: Path
    secret_key_file: Path
    public_url: str
    trusted_hosts: tuple[str, ...]
    proxy_peers: tuple[Network | str, ...]
    proxy_secret_file: Path | None
    proxy_user_header: str
    proxy_name_header: str
    proxy_email_header: str
    proxy_groups_header: str
    proxy_people_lead_group: str
    proxy_realm: str
    proxy_user_pattern: re.Pattern
    proxy_auto_create: bool
    proxy_logout_url: str
    proxy_jwt_header: str
    proxy_jwt_issuer: str
    proxy_jwt_audience: str
    proxy_jwt_keys: str
    proxy_jwt_algorithms: tuple[str, ...]
    proxy_jwt_subject: str
    proxy_env_var: str
    session_idle_minutes: int
    session_hours: int
    former_manager_days: int
    meet_at_least: str
    figures_names: bool
    retention_months: int
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password_file: Path | None
    mail_from: str
    mail_content: bool
    calendar_feeds: bool
    help_contact: str
    check_addresses: bool
    language: str
    translations: Path | None
    time_zone: str
    log_format: str
    log_requests: str
    metrics_address: str
    host: str
    port: int
    processes: int
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    smtp_password: str = field(default="", repr=False)
    postgresql: str = field(default="", repr=False)

    @property
    def is_demo(self) -> bool:
        return self.sign_in == DEMO

    @property
    def issuer(self) -> str:
        """Whose names the people's subjects are."""
        return {DEMO: DEMO, JWT: self.proxy_jwt_issuer}.get(self.sign_in, "proxy")

    @property
    def socket_path(self) -> Path | None:
        """Where its Unix socket is, if it listens on one."""
        return Path(self.host.removeprefix(UNIX_HOST)) if self.host.startswith(UNIX_HOST) else None

    @property
    def database_url(self) -> str:
        """Where the database is, to be said: the path of the file, or the server's address without a password."""
        if self.database:
            return str(self.database)
        place, _, query = self.postgresql.removeprefix(POSTGRESQL).partition("?")
        who, at, where = place.rpartition("@")
        said = "&".join(part for part in query.split("&") if part.startswith(SAID))
        return f"{POSTGRESQL}{who.partition(':')[0]}{at}{where}" + (f"?{said}" if said else "")

    def shown(self) -> dict[str, str]:
        """Every setting as it holds, by name, in words. Secrets are in files or left out."""
        return {name: _shown(getattr(self, name.lower())) for name in SETTINGS}


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.pattern if isinstance(value, re.Pattern) else str("" if value is None else value)
