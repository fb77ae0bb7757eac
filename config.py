"""Every setting: its name, its default, what it means and what is refused. All are read from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

import clock


class Misconfigured(Exception):
    """The program cannot start like this; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Config:
    """The settings as they hold for this process."""

    sign_in: str
    data_dir: Path
    database: Path
    secret_key_file: Path
    host: str
    port: int
    time_zone: str

    @property
    def is_demo(self) -> bool:
        return self.sign_in == "demo"


def read(environ: Mapping[str, str] | None = None) -> Config:
    """The settings from `environ` (by default the process's own, on top of a .env file). Raises Misconfigured."""
    given = environ if environ is not None else {**_dotenv(), **os.environ}
    data_dir = Path(given.get("DATA_DIR") or "data").absolute()
    return Config(
        sign_in=_sign_in(given),
        data_dir=data_dir,
        database=_database(given.get("DATABASE_URL") or f"sqlite:///{data_dir}/duologue.db"),
        secret_key_file=Path(given.get("SECRET_KEY_FILE") or data_dir / "secret_key").absolute(),
        host=_loopback(given.get("HOST") or "127.0.0.1"),
        port=_port(given.get("PORT") or "8000"),
        time_zone=_zone(given.get("TIME_ZONE") or "Europe/London"),
    )


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _sign_in(given: Mapping[str, str]) -> str:
    found = given.get("SIGN_IN")
    if not found:
        raise Misconfigured("SIGN_IN is not set: set SIGN_IN=demo to try Duologue with invented people.")
    if found != "demo":
        raise Misconfigured(f"SIGN_IN={found} is not there yet: this version knows SIGN_IN=demo alone.")
    return found


def _database(url: str) -> Path:
    if not url.startswith("sqlite:///"):
        raise Misconfigured("DATABASE_URL must begin with sqlite:/// in this version.")
    return Path(url.removeprefix("sqlite:///")).absolute()


def _loopback(host: str) -> str:
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise Misconfigured(f"HOST={host} is refused: demo mode serves this machine alone, so use 127.0.0.1.")
    return host


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise Misconfigured(f"PORT={text} is not a port: use a number up to 65535.")
    return int(text)


def _zone(name: str) -> str:
    if not clock.is_zone(name):
        raise Misconfigured(f"TIME_ZONE={name} is not a time zone: use a name such as Europe/London.")
    return name
