"""The keyring: the file that holds the keys, one in a line, and the only place that reads or writes it.

A line is `<key id> <role> <base64 of 32 bytes>`. What people write is sealed with the one `active` key; `next` is one
that waits to become active, and `old` ones still open what they sealed. The one `fixed` key is never changed, since
what is digested with it cannot be digested anew. A line that begins with # is a comment.
"""

import base64
import binascii
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from config import Misconfigured

ACTIVE, NEXT, OLD, FIXED = "active", "next", "old", "fixed"
ROLES = (ACTIVE, NEXT, OLD, FIXED)
ONLY_OWNERS = (0o400, 0o600)
WHOEVER_WRITES = (-1, -1)
KEY_BYTES = 32
# Random bytes have about 30 different ones among 32.
FEWEST_DIFFERENT = 16
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")
ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
HEADING = "# Duologue's keys. Without them nobody can read what is in the database: keep a copy, but not beside it."


@dataclass(frozen=True)
class Key:
    """One key, which never shows its bytes."""

    id: str
    role: str
    secret: bytes = field(repr=False)

    @property
    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.id} {self.role} {base64.b64encode(self.secret).decode()}"


def new_key(role: str) -> Key:
    """A key of random bytes."""
    return Key("".join(secrets.choice(ID_LETTERS) for _ in range(6)), role, secrets.token_bytes(KEY_BYTES))


def read(path: Path) -> list[Key]:
    """The keys of the file, found good. Raises Misconfigured."""
    keys = [_key(line, f"Line {number} of {path}") for number, line in _lines(path) if not _is_remark(line)]
    _must_fit_together(keys, path)
    return keys


def make(path: Path) -> list[Key]:
    """A new keyring, in a place where there is none. Raises Misconfigured."""
    keys = [new_key(FIXED), new_key(ACTIVE)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(path.parent):
            if path.exists():
                raise Misconfigured(f"There is a keyring at {path} already; nothing was changed.")
            _write(path, [HEADING, *(key.line for key in keys)], ONLY_OWNERS[-1])
    except OSError as problem:
        raise Misconfigured(f"No keyring can be made at {path} (KEYRING_FILE): {problem.strerror}.") from None
    return keys


def change(path: Path, decide: Callable[[list[Key]], list[Key]]) -> list[Key]:
    """Write the keyring anew, whole or not at all, with the keys that `decide` makes of those that are there.

    Comments, mode and owner stay. Raises Misconfigured.
    """
    try:
        with _alone_in(path.parent):
            before, lines = read(path), [line for _, line in _lines(path)]
            after = decide(before)
            _must_fit_together(after, path)
            remarks = [line for line in lines if _is_remark(line)]
            was = path.stat()
            _write(path, [*remarks, *(key.line for key in after)], stat.S_IMODE(was.st_mode), (was.st_uid, was.st_gid))
    except OSError as problem:
        raise Misconfigured(f"The keyring {path} (KEYRING_FILE) cannot be changed: {problem.strerror}.") from None
    return after


def promoted(keys: list[Key]) -> list[Key]:
    """The same keys, with the one that waited as the active one."""
    return [replace(key, role={ACTIVE: OLD, NEXT: ACTIVE}.get(key.role, key.role)) for key in keys]


def only(keys: list[Key], role: str) -> Key | None:
    """The one key in this role, if there is one."""
    return next((key for key in keys if key.role == role), None)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of the file that are not blank, by number. Raises Misconfigured where others could read them too."""
    try:
        with path.open("rb") as file:
            mode, content = stat.S_IMODE(os.fstat(file.fileno()).st_mode), file.read()
    except FileNotFoundError:
        raise Misconfigured(
            f"There is no keyring at {path} (KEYRING_FILE): restore it, or run 'duologue keys new' to make a first one."
        ) from None
    except OSError as problem:
        raise Misconfigured(f"The keyring {path} (KEYRING_FILE) cannot be read: {problem.strerror}.") from None
    if mode not in ONLY_OWNERS:
        raise Misconfigured(f"The keyring {path} (KEYRING_FILE) has mode {mode:04o}: run 'chmod 600 {path}'.")
    lines = enumerate(content.decode("ascii", "replace").splitlines(), 1)
    return ((number, line) for number, line in lines if line.strip())


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("#")


def _key(line: str, place: str) -> Key:
    words = line.split()
    if len(words) != 3 or not ID.fullmatch(words[0]) or words[1] not in ROLES:
        raise Misconfigured(
            f"{place} (KEYRING_FILE) is not a key: it needs an id, a role ({', '.join(ROLES)}) and 32 bytes as base64."
        )
    id, role, text = words
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Misconfigured(f"{place} (KEYRING_FILE) is damaged: the key {id} is not base64.") from None
    if len(secret) != KEY_BYTES:
        raise Misconfigured(f"{place} (KEYRING_FILE) is damaged: the key {id} has {len(secret)} bytes and needs 32.")
    if len(set(secret)) < FEWEST_DIFFERENT:
        raise Misconfigured(f"{place} (KEYRING_FILE) holds a weak key: {id} is not made of random bytes.")
    return Key(id, role, secret)


def _must_fit_together(keys: list[Key], path: Path) -> None:
    for what, found in (("id", [key.id for key in keys]), ("key", [key.secret for key in keys])):
        if len(set(found)) < len(found):
            raise Misconfigured(f"The keyring {path} (KEYRING_FILE) has one {what} twice: take one of the lines out.")
    for role, number in ((ACTIVE, "exactly one"), (FIXED, "exactly one"), (NEXT, "at most one")):
        count = sum(key.role == role for key in keys)
        if count > 1 or (count == 0 and role != NEXT):
            raise Misconfigured(
                f"The keyring {path} (KEYRING_FILE) has {count or 'no'} {role} key{'s' * (count > 1)}: "
                f"it needs {number}."
            )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """While nobody else changes the keyring. The file itself cannot be locked, since it is replaced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, lines: list[str], mode: int, owner: tuple[int, int] = WHOEVER_WRITES) -> None:
    """Put these lines in the place of the file: after a power cut it is the one before or this one."""
    making = path.with_name(f".{path.name}.making")
    making.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            # Root may change the keys of a service that runs as somebody else, and must not take them away from it.
            os.fchown(file.fileno(), *owner)
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        making.rename(path)
    except OSError:
        making.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
