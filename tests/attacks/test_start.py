"""A server that would trust too much does not start: every misconfiguration is refused in one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gate
import settings
from config import SETTINGS, Misconfigured

GOOD_SECRET = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
PUBLIC = {"PUBLIC_URL": "https://meetings.example.org", "KEYRING_FILE": "/etc/duologue/keyring"}


@pytest.fixture
def secret_file(tmp_path) -> Path:
    """A file with a good secret."""
    path = tmp_path / "proxy_secret"
    path.write_text(GOOD_SECRET + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def good(secret_file) -> dict[str, dict[str, str]]:
    """Settings that are taken, by the way of signing in."""
    jwt = {"HEADER": "X-Assertion", "ISSUER": "https://sso", "AUDIENCE": "duologue", "KEYS": "https://sso/keys"}
    return {
        "proxy-header": {
            **PUBLIC,
            "SIGN_IN": "proxy-header",
            "PROXY_PEERS": "10.1.2.3",
            "PROXY_SECRET_FILE": str(secret_file),
        },
        "unix": {**PUBLIC, "SIGN_IN": "proxy-header", "PROXY_PEERS": "unix", "HOST": "unix:/run/duologue.sock"},
        "proxy-jwt": {**PUBLIC, "SIGN_IN": "proxy-jwt", **{f"PROXY_JWT_{name}": value for name, value in jwt.items()}},
        "proxy-env": {**PUBLIC, "SIGN_IN": "proxy-env"},
        "demo": {"SIGN_IN": "demo"},
    }


def refusal(given: dict[str, str]) -> str:
    """The sentence with which these settings are refused."""
    with pytest.raises(Misconfigured) as refused:
        settings.read(given)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert GOOD_SECRET not in sentence
    return sentence


@pytest.mark.parametrize("way", ["proxy-header", "unix", "proxy-jwt", "proxy-env", "demo"])
def test_settings_that_are_whole_are_taken_and_shown_without_a_secret(good, way):
    found = settings.read(good[way])
    shown = found.shown()
    assert set(shown) == set(SETTINGS)
    assert GOOD_SECRET not in str(shown) + repr(found)


@pytest.mark.parametrize("wrong", ["", "none", "proxy", "header", "PROXY-HEADER", "demo,proxy-jwt", "basic", "oidc"])
def test_no_way_of_signing_in_is_guessed(wrong):
    assert "SIGN_IN" in refusal({**PUBLIC, "SIGN_IN": wrong})


@pytest.mark.parametrize(
    ("way", "name"),
    [
        *((way, name) for way in ("proxy-header", "proxy-jwt", "proxy-env") for name in ("PUBLIC_URL", "KEYRING_FILE")),
        *(("proxy-header", name) for name in ("PROXY_PEERS", "PROXY_SECRET_FILE")),
        ("unix", "PROXY_PEERS"),
        *(("proxy-jwt", f"PROXY_JWT_{name}") for name in ("HEADER", "ISSUER", "AUDIENCE", "KEYS")),
    ],
)
def test_nothing_that_a_way_needs_may_be_missing(good, way, name):
    given = {**good[way], name: ""}
    assert name in refusal(given)


@pytest.mark.parametrize(
    "peers",
    [
        *(
            "*",
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/8",
            "10.0.0.0/23",
            "fd00::/48",
            "any",
            "all",
            "localhost",
            "proxy.example.org",
        ),
        *("10.1.2.3/24", "10.1.2.3 10.1.2.4", "10.1.2.300", "unix, 10.1.2.3", "10.1.2.3, unix", "unix", "127.0.0.1-9"),
    ],
)
def test_peers_that_are_too_many_or_not_to_be_told_are_refused(good, peers):
    assert "PROXY_PEERS" in refusal({**good["proxy-header"], "PROXY_PEERS": peers})


def test_a_bare_address_is_itself_alone(good):
    (peer,) = settings.read(good["proxy-header"]).proxy_peers
    assert peer.num_addresses == 1


@pytest.mark.parametrize("peers", ["10.1.2.3", "127.0.0.1"])
def test_addresses_contradict_a_unix_socket(good, peers):
    assert "contradict" in refusal({**good["unix"], "PROXY_PEERS": peers})


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("", 0o600, "must hold one secret"),
        ("short\n", 0o600, "weak"),
        ("a" * 64 + "\n", 0o600, "weak"),
        ("abab" * 16 + "\n", 0o600, "weak"),
        (f"{GOOD_SECRET}\n{GOOD_SECRET[::-1]}\n{GOOD_SECRET.upper()}\n", 0o600, "must hold one secret"),
        (f"{GOOD_SECRET}\nshort\n", 0o600, "weak"),
        (f"{GOOD_SECRET}\n", 0o604, "open to everybody"),
        (f"{GOOD_SECRET}\n", 0o666, "open to everybody"),
    ],
)
def test_a_secret_that_is_weak_or_open_to_all_is_refused(good, secret_file, content, mode, words):
    secret_file.write_text(content)
    secret_file.chmod(mode)
    sentence = refusal(good["proxy-header"])
    assert words in sentence
    assert "PROXY_SECRET_FILE" in sentence


def test_a_secret_that_is_not_there_is_refused(good, secret_file):
    secret_file.unlink()
    assert "cannot be read" in refusal(good["proxy-header"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("PROXY_USER_HEADER", value)
            for value in ("X_Remote_User", "X Remote", "Host", "Cookie", "X-Forwarded-For", "ä")
        ),
        *(("PROXY_USER_HEADER", value) for value in ("X-Proxy-Secret", "X-Real-IP", "X-Forwarded-For", "X-User:")),
        *(("PROXY_NAME_HEADER", value) for value in ("X-Remote-User", "x-remote-user", "Origin")),
        *(("PROXY_USER_PATTERN", value) for value in (".*", ".+", "[a-z", "[a-z,]+", "[a-z;]*", r"\S+", "a?")),
        *(("PROXY_REALM", value) for value in ("CORP", "example.org", "*@example.org", "@", "\\")),
        *(
            ("PUBLIC_URL", value)
            for value in ("meetings.example.org", "http://meetings.example.org", "https://x/y", "ftp://x")
        ),
        *(("PUBLIC_URL", value) for value in ("https://", "https://user@x", "https://x?y", "javascript:x", "//x")),
        *(("TRUSTED_HOSTS", value) for value in ("*", "https://x", "x y", "*.example.org", "x/y")),
        *(("PROXY_LOGOUT_URL", value) for value in ("javascript:alert(1)", "//evil", "logout", "data:x")),
        *(("SESSION_IDLE_MINUTES", value) for value in ("0", "-1", "1441", "soon", "1.5", "٣")),
        *(("SESSION_HOURS", value) for value in ("0", "169", "x")),
        *(("FORMER_MANAGER_DAYS", value) for value in ("-1", "x", "9999")),
        *(("PROXY_AUTO_CREATE", value) for value in ("maybe", "2", "yes please")),
        *(("HOST", value) for value in ("example.org", "unix:relative", "*", "10.0.0.0/24")),
        *(("LOG_FORMAT", value) for value in ("xml", "syslog")),
        ("PROXY_PEOPLE_LEAD_GROUP", "hr"),
        *(("PROXY_USER", "x"), ("PROXY_PEER", "10.1.2.3"), ("PROXY_HEADER_USER", "x"), ("PROXY_SECRET", GOOD_SECRET)),
        *(("PROXY_JWT_ISSUER", "https://sso"), ("PROXY_ENV_VAR", "REMOTE_USER")),
    ],
)
def test_a_setting_that_is_wrong_misspelt_or_anothers_is_refused_by_name(good, name, value):
    sentence = refusal({**good["proxy-header"], name: value})
    assert name in sentence or "same header" in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("PROXY_JWT_ALGORITHMS", value)
            for value in ("none", "HS256", "ES256,HS256", "RS256,none", "*", "es256", ",")
        ),
        *(("PROXY_JWT_KEYS", value) for value in ("http://sso.example.org/keys", "ftp://sso/keys", "file:///x")),
        *(("PROXY_JWT_HEADER", value) for value in ("Cookie", "X_Assertion", "X-Forwarded-For")),
        *(("PROXY_USER_HEADER", "X-User"), ("PROXY_GROUPS_HEADER", "X-Groups"), ("PROXY_ENV_VAR", "USER")),
    ],
)
def test_an_assertion_that_could_be_forged_is_not_configured(good, name, value):
    assert name in refusal({**good["proxy-jwt"], name: value})


@pytest.mark.parametrize("name", ["HTTP_REMOTE_USER", "HTTP_X", "remote_user", "REMOTE-USER", "X"])
def test_a_variable_that_a_browser_could_set_is_refused(good, name):
    assert "PROXY_ENV_VAR" in refusal({**good["proxy-env"], "PROXY_ENV_VAR": name})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "unix:/run/duologue.sock", "example.org"])
def test_the_demo_listens_to_this_machine_alone(good, host):
    assert "HOST" in refusal({**good["demo"], "HOST": host})


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.of])
def test_the_demo_has_no_use_for_a_proxys_settings_and_says_so(good, name):
    assert name in refusal({**good["demo"], name: "x"})


def test_keys_among_the_data_are_refused(good, tmp_path):
    for inside in (tmp_path / "keyring", tmp_path / "below" / "keyring", tmp_path / "x" / ".." / "keyring"):
        given = {**good["proxy-header"], "DATA_DIR": str(tmp_path), "KEYRING_FILE": str(inside)}
        assert "inside DATA_DIR" in refusal(given)


def test_keys_among_the_data_by_way_of_a_link_are_refused(good, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    given = {"DATA_DIR": str(tmp_path / "data"), "KEYRING_FILE": str(tmp_path / "link" / "keyring")}
    assert "inside DATA_DIR" in refusal({**good["proxy-header"], **given})


def run(folder: Path, given: dict[str, str], command: str) -> subprocess.CompletedProcess:
    """The real program with these settings and no others."""
    environ = {**given, "DATA_DIR": str(folder / "data"), "PATH": os.environ["PATH"]}
    whole = [sys.executable, "-m", "commands", command]
    return subprocess.run(whole, env=environ, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["check", "serve", "create"])
@pytest.mark.parametrize("way", ["proxy-header", "proxy-jwt"])
def test_the_program_says_it_in_one_line_and_makes_nothing(good, tmp_path, way, command):
    given = {**good[way], "PROXY_PEERS": "0.0.0.0/0", "DATA_DIR": str(tmp_path / "data"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "commands", command],
        env=given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("duologue: PROXY_PEERS names 0.0.0.0/0")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


ODD = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": []}
NO_KEYS = {"none": b"{}", "deep": b"[" * 200_000, "odd": json.dumps({"keys": [ODD]}).encode()}


@pytest.mark.parametrize("name", NO_KEYS)
def test_a_file_without_keys_is_refused_in_one_sentence(good, tmp_path, name):
    path = tmp_path / "keys"
    path.write_bytes(NO_KEYS[name])
    with pytest.raises(Misconfigured, match="is not a key set with a public key in it"):
        gate.must_be_able(settings.read({**good["proxy-jwt"], "PROXY_JWT_KEYS": str(path)}))


def test_the_check_says_that_the_keys_cannot_be_read_as_the_start_would(good, tmp_path):
    done = run(tmp_path, {**good["proxy-jwt"], "PROXY_JWT_KEYS": str(tmp_path / "nowhere")}, "check")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "(PROXY_JWT_KEYS) cannot be read" in done.stderr


def test_the_variable_of_a_server_in_front_is_not_served_by_our_own(good, tmp_path):
    given = {**good["proxy-env"], "DATA_DIR": str(tmp_path / "data"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "commands", "serve"],
        env=given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "wsgi.py" in done.stderr
