"""What a username, a name and an address may be; and the one word that says why something is none."""

import re

import pytest

import naming
from naming import Unfit

PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]*")


@pytest.mark.parametrize(
    ("text", "realm", "found"),
    [
        (" Ada.Marsh ", "", "ada.marsh"),
        ("CORP\\Ada", "corp\\", "ada"),
        ("Ada@Example.org", "@example.org", "ada"),
        ("x" * 160 + "@example.org", "@example.org", "x" * 160),
    ],
)
def test_a_username_is_lower_cased_without_its_realm(text, realm, found):
    assert naming.username(text, PATTERN, realm) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("a" * 161, "too-long"),
        ("ad\u00e4", "not-ascii"),
        ("\u212aim", "not-ascii"),
        ("ada,eve", "joined"),
        ("ada;eve", "joined"),
        ("-ada", "malformed"),
        ("ada\n", "malformed"),
        ("eve@corp@example.org", "malformed"),
    ],
)
def test_what_is_no_username_is_said_in_one_word(text, why):
    with pytest.raises(Unfit, match=f"^{why}$"):
        naming.username(text, PATTERN, "@example.org")


@pytest.mark.parametrize(("text", "why"), [("--", "missing"), ("x" * 201, "too-long"), ("Ada\u202eMarsh", "unseen")])
def test_what_is_no_name_is_said_in_one_word(text, why):
    with pytest.raises(Unfit, match=f"^{why}$"):
        naming.name(text)


def test_an_address_has_a_limit():
    assert naming.email(f" {'a' * 242}@example.org ") == f"{'a' * 242}@example.org"
    with pytest.raises(Unfit, match="malformed"):
        naming.email(f"{'a' * 243}@example.org")
