"""Files of the database and its backups: their owner's alone, and really on the disk."""

import os
from pathlib import Path

OWNER_ALONE = 0o600


def begin_file(path: Path) -> None:
    """An empty file, which there must not be yet, for its owner alone: a program's own would be for everybody."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE))


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
