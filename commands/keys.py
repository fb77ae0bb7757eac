"""Commands for the keys: make one, change over to it, take one out, and list them. None ever shows a key."""

import os
from pathlib import Path

import click

import audit
import keyring_file
import resealing
import settings
from config import Misconfigured
from database import MODELS
from keyring_file import ACTIVE, FIXED, NEXT, Key

from .opening import bar, opened

MOST_NAMED = 5
ROOT = 0
FOR_BACKUPS = "Backups made before the change still need it: keep a copy of its line until they are gone."


@click.group()
def keys() -> None:
    """Make, change and list the keys that encrypt what people write."""


@keys.command()
def new() -> None:
    """Make the keyring, or put one more key into it, which waits for 'keys rotate'."""
    config = settings.read()
    if not config.keyring_file.exists():
        made = keyring_file.make(config.keyring_file)
        click.echo(f"Made {config.keyring_file} with the key {_id(made, ACTIVE)}: keep a copy away from the database.")
        if os.geteuid() == ROOT:
            click.echo(f"Root owns it: run 'chown duologue {config.keyring_file}' if the service runs as duologue.")
        return
    with opened():
        added = _id(keyring_file.change(config.keyring_file, _with_one_more), NEXT)
        audit.note("keys", about=f"added {added}")
    click.echo(f"Added the key {added}: copy {config.keyring_file}, then run 'duologue keys rotate' to use it.")


@keys.command()
def rotate() -> None:
    """Use the newest key from now on, and seal with it what is stored. People may go on working.

    When it was broken off, running it again goes on where it was.
    """
    with opened() as config:
        active = _changed_over(config.keyring_file)
        others = sum(number for id, number in resealing.uses(MODELS).items() if id != active)
        with bar("Sealing", others) as progress:
            resealed = resealing.reseal(MODELS, progress.update)
        with bar("Verifying", resealing.count(MODELS)) as progress:
            broken = resealing.verify(MODELS, progress.update)
        audit.note("keys", about=f"rotated to {active}: {resealed} texts sealed, {len(broken)} do not open")
        _must_all_open(broken)
    click.echo(f"Sealed {resealed} texts anew: all that is stored opens with {active}.")
    if not resealed:
        click.echo("If another key was meant, run 'duologue keys new' first.")


@keys.command()
@click.argument("key_id")
def retire(key_id: str) -> None:
    """Take a key out of the keyring, once nothing is sealed with it any more.

    Backups made before the keys were changed still need it: keep a copy of its line until those are gone.
    """
    with opened() as config:
        keyring_file.change(config.keyring_file, lambda found: _without(key_id, found))
        audit.note("keys", about=f"retired {key_id}")
    click.echo(f"Took the key {key_id} out of {config.keyring_file}. {FOR_BACKUPS}")


@keys.command(name="list")
def list_() -> None:
    """Say which keys there are, and how much is sealed with each."""
    with opened() as config:
        uses = resealing.uses(MODELS)
    for key in keyring_file.read(config.keyring_file):
        click.echo(f"{key.id:16}  {key.role:6}  " + ("digests" if key.role == FIXED else f"{uses[key.id]} texts"))


def _id(found: list[Key], role: str) -> str:
    key = keyring_file.only(found, role)
    return key.id if key else ""


def _with_one_more(found: list[Key]) -> list[Key]:
    if waiting := _id(found, NEXT):
        raise Misconfigured(f"The key {waiting} waits already: run 'duologue keys rotate' to use it.")
    return [*found, keyring_file.new_key(NEXT)]


def _changed_over(path: Path) -> str:
    """The id of the newest key, which is the active one from now on."""
    found = keyring_file.read(path)
    if _id(found, NEXT):
        found = keyring_file.change(path, keyring_file.promoted)
    return _id(found, ACTIVE)


def _without(id: str, found: list[Key]) -> list[Key]:
    key = next((key for key in found if key.id == id), None)
    if key is None:
        raise Misconfigured(f"There is no key {id}: 'duologue keys list' names those that there are.")
    if key.role in (ACTIVE, FIXED):
        raise Misconfigured(f"The key {id} is the {key.role} one: it stays.")
    if number := resealing.uses(MODELS)[id]:
        raise Misconfigured(f"The key {id} still seals {number} texts: run 'duologue keys rotate' first.")
    return [other for other in found if other.id != id]


def _must_all_open(broken: list[str]) -> None:
    if broken:
        named = ", ".join(broken[:MOST_NAMED]) + (" and others" if len(broken) > MOST_NAMED else "")
        raise Misconfigured(f"{len(broken)} texts do not open, so no key may be retired: see {named}.")
