"""Settings: their defaults, and one sentence for each that is refused."""

from pathlib import Path

import pytest

import settings
from config import Misconfigured


def test_the_defaults_hold_when_only_the_sign_in_is_set():
    found = settings.read({"SIGN_IN": "demo"})
    assert found.is_demo
    assert found.data_dir == Path("data").absolute()
    assert found.database == Path("data/duologue.db").absolute()
    assert found.secret_key_file == Path("data/secret_key").absolute()
    assert (found.host, found.port, found.time_zone) == ("127.0.0.1", 8000, "Europe/London")


def test_everything_can_be_set():
    found = settings.read(
        {
            "SIGN_IN": "demo",
            "DATA_DIR": "/srv/d",
            "DATABASE_URL": "sqlite:////srv/e/x.db",
            "SECRET_KEY_FILE": "/srv/key",
            "HOST": "::1",
            "PORT": "0",
            "TIME_ZONE": "America/New_York",
        }
    )
    assert (found.database, found.secret_key_file) == (Path("/srv/e/x.db"), Path("/srv/key"))
    assert (found.host, found.port, found.time_zone) == ("::1", 0, "America/New_York")


def test_an_empty_setting_is_one_that_is_not_set():
    assert settings.read({"SIGN_IN": "demo", "PORT": "", "HOST": "", "TIME_ZONE": ""}).port == 8000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "SIGN_IN is not set"),
        ({"SIGN_IN": ""}, "SIGN_IN is not set"),
        ({"SIGN_IN": "proxy"}, "SIGN_IN=proxy"),
        ({"SIGN_IN": "Demo"}, "SIGN_IN=Demo"),
        ({"SIGN_IN": "demo", "DATABASE_URL": "postgresql://x"}, "DATABASE_URL"),
        ({"SIGN_IN": "demo", "HOST": "0.0.0.0"}, "HOST=0.0.0.0"),
        ({"SIGN_IN": "demo", "PORT": "x"}, "PORT=x"),
        ({"SIGN_IN": "demo", "PORT": "-1"}, "PORT=-1"),
        ({"SIGN_IN": "demo", "PORT": "65536"}, "PORT=65536"),
        ({"SIGN_IN": "demo", "PORT": "²"}, "PORT=²"),
        ({"SIGN_IN": "demo", "PORT": "9" * 5000}, "is not a port"),
        ({"SIGN_IN": "demo", "TIME_ZONE": "London"}, "TIME_ZONE=London"),
        ({"SIGN_IN": "demo", "TIME_ZONE": "../../etc/passwd"}, "TIME_ZONE"),
    ],
)
def test_what_is_refused_is_said_in_one_sentence(given, words):
    with pytest.raises(Misconfigured) as refused:
        settings.read(given)
    sentence = str(refused.value)
    assert words in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("SIGN_IN=demo\nPORT=8100\nTIME_ZONE=Asia/Tokyo\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIGN_IN", raising=False)
    monkeypatch.setenv("PORT", "8200")
    found = settings.read()
    assert (found.sign_in, found.port, found.time_zone) == ("demo", 8200, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:hush@db/x", "postgresql://me@db/x"),
        ("postgresql://me@db/x?password=hush&sslmode=require", "postgresql://me@db/x?sslmode=require"),
        ("postgresql://me@db/x?%70assword=hush", "postgresql://me@db/x"),
        ("postgresql:///x?host=/run/postgresql", "postgresql:///x?host=/run/postgresql"),
        ("postgresql://me:hush@one:5432,two:5433/x", "postgresql://me@one:5432,two:5433/x"),
    ],
)
def test_the_address_of_a_server_is_said_without_a_password(url, said):
    found = settings.read({"SIGN_IN": "demo", "DATABASE_URL": url})
    assert (found.postgresql, found.database) == (url, None)
    assert found.database_url == found.shown()["DATABASE_URL"] == said
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    "url",
    ["postgresql://me@db", "postgresql://me:p%ss@db/x", "postgresql://me:12/x@db/x", "postgresql://", "mysql://x"],
)
def test_an_address_that_cannot_be_right_is_refused_without_being_quoted(url):
    with pytest.raises(Misconfigured, match="DATABASE_URL") as problem:
        settings.read({"SIGN_IN": "demo", "DATABASE_URL": url})
    assert url.removeprefix("postgresql://") not in str(problem.value) or url == "postgresql://"


@pytest.fixture
def by_mail(tmp_path) -> dict[str, str]:
    """The settings of a service that sends mail."""
    password = tmp_path / "password"
    password.write_text("pass word\n")
    password.chmod(0o600)
    signing_in = {"SIGN_IN": "proxy-env", "PUBLIC_URL": "https://m.example.org", "KEYRING_FILE": "/etc/k/keyring"}
    mail = {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "duo@example.org"}
    return {**signing_in, **mail, "SMTP_USER": "duo", "SMTP_PASSWORD_FILE": str(password)}


def test_mail_is_off_until_it_is_set_and_encrypted_then(by_mail):
    found = settings.read(by_mail)
    assert (found.smtp_port, found.smtp_security, found.mail_content) == (587, "starttls", False)
    assert found.smtp_password == "pass word"
    assert "pass word" not in repr(found) + str(found.shown())
    assert settings.read({"SIGN_IN": "demo"}).smtp_host == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"MAIL_FROM": ""}, "MAIL_FROM is not set"),
        ({"MAIL_FROM": "duo"}, "MAIL_FROM=duo is no address"),
        ({"MAIL_FROM": "dúo@example.org"}, "is no address"),
        ({"SMTP_HOST": ""}, "set SMTP_HOST"),
        ({"SMTP_HOST": "mail.example.org:25"}, "SMTP_PORT"),
        ({"SMTP_HOST": "smtp://mail"}, "SMTP_HOST=smtp://mail"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT=0"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY=ssl"),
        ({"SMTP_SECURITY": "none"}, "in clear"),
        ({"SMTP_USER": ""}, "belong together"),
        ({"SMTP_PASSWORD_FILE": ""}, "belong together"),
        ({"SMTP_PASSWORD_FILE": "/nowhere/at/all"}, "cannot be read"),
        ({"MAIL_CONTENT": "maybe"}, "MAIL_CONTENT=maybe"),
        ({"SIGN_IN": "demo", "PUBLIC_URL": ""}, "SIGN_IN=demo has no use for it"),
    ],
)
def test_settings_of_mail_that_cannot_be_right_are_refused(by_mail, given, words):
    with pytest.raises(Misconfigured) as refused:
        settings.read({**by_mail, **given})
    assert words in str(refused.value)
    assert str(refused.value).count("\n") == 0


def test_a_password_that_everybody_may_read_is_refused(by_mail, tmp_path):
    (tmp_path / "password").chmod(0o644)
    with pytest.raises(Misconfigured, match="open to everybody"):
        settings.read(by_mail)


def test_a_password_needs_no_encryption_on_ones_own_computer(by_mail):
    assert settings.read({**by_mail, "SMTP_HOST": "localhost", "SMTP_SECURITY": "none"}).smtp_user == "duo"
