"""Holds docs/operate.md and docs/security.md to the program: its settings, its commands, its files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import config

ROOT = Path(__file__).parents[1]
OPERATE, SECURITY = ((ROOT / "docs" / name).read_text("utf-8") for name in ("operate.md", "security.md"))
DEPLOYED = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file() and path.suffix != ".pyc")
EVERY_WAY = "all"
# In a process of its own: importing the command line changes the standard library.
WALK = """
from commands import duologue
def walk(command, said):
    if not hasattr(command, "commands"):
        return print(said)
    for name, below in command.commands.items():
        walk(below, f"{said} {name}")
walk(duologue, "duologue")
"""


def row(name: str, setting: config.Setting) -> tuple[str, ...]:
    """A setting as the table has it: name, default, meaning, and the ways of signing in that it is for."""
    ways = ", ".join(f"`{way}`" for way in setting.of) if setting.of else EVERY_WAY
    return f"`{name}`", f"`{setting.default}`" if setting.default else "", f"{setting.meaning}", ways


def rows_below(heading: str) -> list[tuple[str, ...]]:
    """The rows of the first table below a heading, without its head."""
    lines = OPERATE.split(f"\n{heading}\n")[1].splitlines()
    table = [line for line in lines[: _end_of_table(lines)] if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table[2:]]


def _end_of_table(lines: list[str]) -> int:
    begin = next(number for number, line in enumerate(lines) if line.startswith("|"))
    return next((begin + n for n, line in enumerate(lines[begin:]) if not line.startswith("|")), len(lines))


def test_the_table_of_settings_is_what_the_program_reads():
    assert rows_below("## Every setting") == [row(name, setting) for name, setting in config.SETTINGS.items()]


def test_every_command_is_named():
    walked = subprocess.run([sys.executable, "-c", WALK], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = walked.stdout.splitlines()
    assert "duologue people merge" in commands
    assert [command for command in commands if not re.search(rf"\b{command}\b", OPERATE)] == []


@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: path.name)
def test_every_file_to_deploy_is_named(path):
    assert f"`{path.relative_to(ROOT).as_posix()}`" in OPERATE


def test_the_settings_to_begin_with_are_settings():
    lines = (ROOT / "deploy" / "duologue.env").read_text("utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert names
    assert set(names) <= set(config.SETTINGS)


@pytest.mark.parametrize("text", [OPERATE, SECURITY], ids=["operate", "security"])
def test_whatever_file_is_named_is_there(text):
    named = re.findall(r"`((?:deploy|tests|docs|bin)/[\w./-]+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_attack_is_told_of():
    attacks = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "attacks").rglob("test_*.py")}
    assert {path for path in attacks if f"`{path}`" not in SECURITY} == set()
