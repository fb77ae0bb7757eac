"""What a username, a name, an address and a department may be, wherever they come from: sign-in, a file, a command."""

import re
import unicodedata

# A username stays shorter than its column: what is set aside gets an ending.
USERNAME_LENGTH, NAME_LENGTH, EMAIL_LENGTH, DEPARTMENT_LENGTH = 160, 200, 254, 200
JOINED = re.compile(r"[,;]")
# Nothing that could end a mail's header or begin another address.
EMAIL = re.compile(r"[^\s@,;:<>()\"\\]+@[^\s@,;:<>()\"\\]+")


class Unfit(Exception):
    """It cannot be one. The message is one word that says why."""


def username(text: str, pattern: re.Pattern[str], realm: str = "") -> str:
    """The name that somebody signs in with: without its realm, in lower case, matching the pattern in full.

    Raises Unfit: "missing", "too-long", "not-ascii", "joined" or "malformed".
    """
    found = _without_realm(text.strip(" ").lower(), realm)
    if not text.strip(" "):
        raise Unfit("missing")
    if len(found) > USERNAME_LENGTH:
        raise Unfit("too-long")
    if not text.isascii():
        raise Unfit("not-ascii")
    if JOINED.search(text):
        raise Unfit("joined")
    if not pattern.fullmatch(found):
        raise Unfit("malformed")
    return found


def _without_realm(name: str, realm: str) -> str:
    if not realm:
        return name
    return name.removesuffix(realm) if realm.startswith("@") else name.removeprefix(realm)


def name(text: str) -> str:
    """A person's full name, tidied. Raises Unfit: "missing", "too-long" or "unseen"."""
    found = unicodedata.normalize("NFC", " ".join(text.split()))
    if not any(letter.isalpha() for letter in found):
        raise Unfit("missing")
    if len(found) > NAME_LENGTH:
        raise Unfit("too-long")
    if any(is_control(letter) for letter in found):
        raise Unfit("unseen")
    return found


def email(text: str) -> str:
    """An e-mail address. Raises Unfit: "malformed"."""
    found = text.strip()
    if not EMAIL.fullmatch(found) or len(found) > EMAIL_LENGTH or any(is_control(letter) for letter in found):
        raise Unfit("malformed")
    return found


def department(text: str) -> str:
    """What a department is called, in one line; "" for none. Raises Unfit: "too-long" or "unseen"."""
    found = " ".join(text.split())
    if len(found) > DEPARTMENT_LENGTH:
        raise Unfit("too-long")
    if not found.isprintable():
        raise Unfit("unseen")
    return found


def is_control(letter: str) -> bool:
    """Whether a character does something to the text around it instead of being seen."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") or unicodedata.bidirectional(letter) in (
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    )  # fmt: skip
