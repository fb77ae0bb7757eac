"""The gate below any server: each way of being vouched for, and what is left of a request behind it."""

import re

import pytest

import gate
import settings
from config import SETTINGS
from gate import Gate
from vouching import VOUCHED, Unvouched, Vouched

PUBLIC = {"PUBLIC_URL": "https://meetings.example.org", "KEYRING_FILE": "/etc/duologue/keyring"}


def passed(given: dict[str, str], **environ: object) -> dict:
    """The environ as it comes out of a gate with these settings."""
    found: dict = {}
    public = {} if given["SIGN_IN"] == "demo" else PUBLIC
    Gate(lambda environ, start_response: found.update(environ), settings.read({**public, **given}))(environ, None)
    return found


@pytest.fixture
def by_variable() -> dict[str, str]:
    return {"SIGN_IN": "proxy-env"}


@pytest.fixture
def over_unix() -> dict[str, str]:
    return {"SIGN_IN": "proxy-header", "PROXY_PEERS": "unix", "HOST": "unix:/run/duologue.sock"}


def test_the_servers_variable_names_the_person(by_variable):
    assert passed(by_variable, REMOTE_USER="Ada")[VOUCHED] == Vouched("proxy", "ada")


@pytest.mark.parametrize("name", ["HTTP_REMOTE_USER", "HTTP_X_REMOTE_USER", "REMOTE_IDENT", "AUTH_USER", "USER"])
def test_no_other_variable_names_anybody(by_variable, name):
    assert isinstance(passed(by_variable, **{name: "ada"})[VOUCHED], Unvouched)


@pytest.mark.parametrize("sent", ["", " ", "ada,sam", "аda", "a" * 300, "../ada", None, 7])
def test_a_variable_that_holds_no_name_is_nobodys(by_variable, sent):
    assert isinstance(passed(by_variable, REMOTE_USER=sent)[VOUCHED], Unvouched)


def test_another_variable_can_be_chosen(by_variable):
    assert passed({**by_variable, "PROXY_ENV_VAR": "SSO_USER"}, SSO_USER="ada")[VOUCHED].subject == "ada"


def test_demo_mode_looks_at_nothing():
    found = passed({"SIGN_IN": "demo"}, HTTP_X_REMOTE_USER="ada", REMOTE_USER="ada")
    assert found[VOUCHED] is None
    assert "HTTP_X_REMOTE_USER" not in found


def test_behind_the_gate_no_header_says_who_is_there(over_unix):
    sent = {
        *("HTTP_X_REMOTE_USER", "HTTP_REMOTE_USER", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_USER", "HTTP_FORWARDED"),
        *("HTTP_X_PROXY_SECRET", "HTTP_X.REMOTE.USER", "HTTP_X_REMOTE_USER ", "HTTP_x-remote-user", "HTTP_X_REAL_IP"),
    }
    found = passed(over_unix, **dict.fromkeys(sent, "ada"), HTTP_ACCEPT="text/html")
    assert {key for key in found if key.startswith("HTTP_")} == {"HTTP_ACCEPT"}


def test_a_request_over_tcp_is_not_one_over_a_unix_socket(over_unix):
    assert passed(over_unix, HTTP_X_REMOTE_USER="ada")[VOUCHED].subject == "ada"
    assert str(passed(over_unix, HTTP_X_REMOTE_USER="ada", REMOTE_ADDR="127.0.0.1")[VOUCHED]) == "peer"


@pytest.mark.parametrize(
    ("address", "is_peer"),
    [
        *(
            ("10.1.2.3", True),
            ("::ffff:10.1.2.3", True),
            ("10.1.2.4", False),
            ("fd00::5", True),
            ("fd00::5%eth0", True),
        ),
        *(("fd00::6", False), ("::ffff:10.1.2.4", False), ("", False), ("10.1.2.3, 10.1.2.4", False), ("x", False)),
    ],
)
def test_a_peer_is_told_by_its_own_address_however_that_is_written(tmp_path, address, is_peer):
    secret = tmp_path / "secret"
    secret.write_text("f0e1d2c3b4a5968778695a4b3c2d1e0f")
    secret.chmod(0o600)
    given = {"SIGN_IN": "proxy-header", "PROXY_PEERS": "10.1.2.3, fd00::5", "PROXY_SECRET_FILE": str(secret)}
    headers = {"HTTP_X_REMOTE_USER": "ada", "HTTP_X_PROXY_SECRET": secret.read_text()}
    found = passed(given, REMOTE_ADDR=address, **headers)[VOUCHED]
    assert isinstance(found, Vouched) == is_peer


@pytest.mark.parametrize(
    ("realm", "sent", "subject"),
    [
        ("CORP\\", "CORP\\Ada", "ada"), ("CORP\\", "corp\\ada", "ada"), ("CORP\\", "ada", "ada"),
        ("CORP\\", "EVIL\\ada", None), ("CORP\\", "CORP\\CORP\\ada", None), ("CORP\\", "ada\\CORP", None),
        ("@example.org", "Ada@Example.org", "ada"), ("@example.org", "ada@example.org@example.org", None),
        ("@example.org", "ada@example.org.evil", None), ("@example.org", "ada@evil.org", None),
        ("@example.org", "@example.org", None), ("@example.org", "ada@sub.example.org", None),
    ],
)  # fmt: skip
def test_one_realm_is_stripped_exactly_and_no_other(by_variable, realm, sent, subject):
    found = passed({**by_variable, "PROXY_REALM": realm}, REMOTE_USER=sent)[VOUCHED]
    assert (found.subject if isinstance(found, Vouched) else None) == subject


def test_whatever_goes_wrong_in_the_gate_lets_nobody_in(by_variable, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(gate, "subject_of", broken)
    assert str(passed(by_variable, REMOTE_USER="ada")[VOUCHED]) == "failed"


def test_the_pattern_of_a_name_must_match_in_full_and_in_no_time(by_variable):
    assert passed({**by_variable, "PROXY_USER_PATTERN": "[a-z]+[0-9]{4}"}, REMOTE_USER="ada1234")[VOUCHED].subject
    assert isinstance(
        passed({**by_variable, "PROXY_USER_PATTERN": "[a-z]+[0-9]{4}"}, REMOTE_USER="ada12345")[VOUCHED], Unvouched
    )
    assert re.compile(SETTINGS["PROXY_USER_PATTERN"].default).fullmatch("a" * 64)
