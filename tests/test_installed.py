"""What the lock files for production bring is enough: nothing is needed that only tests install."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bench.server import Gunicorn, Server
from bench.wire import Connection

from .conftest import copy_folder

ROOT = Path(__file__).parents[1]
LOCKED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
# Python runs this first in each process; whatever only tests have is not there then.
REFUSE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refuse())
"""
IMPORT = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
# What is run as a program, or needs a server of another kind to be imported by.
NOT_IMPORTED = {"build_vendor", "build_messages", "wsgi"}


def plain(name: str) -> str:
    """The name of a distribution as all spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def without(lock: str, folder: Path) -> dict[str, str]:
    """The environment in which nothing can be imported that this lock file does not bring."""
    brought = {plain(name) for name in LOCKED.findall((ROOT / lock).read_text("utf-8"))} | {"duologue"}
    absent = {module for module, names in packages_distributions().items() if not brought & set(map(plain, names))}
    assert "pytest" in absent
    (folder / "sitecustomize.py").write_text(REFUSE.format(absent=absent), "utf-8")
    return {"PYTHONPATH": str(folder)}


def our_own() -> list[str]:
    """Every module of the program."""
    files = [*ROOT.glob("*.py"), *(ROOT / "documents").glob("*.py"), *(ROOT / "engines").glob("*.py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return sorted(set(names) - NOT_IMPORTED, key=lambda name: (name != "commands", name))


def test_every_module_of_ours_finds_what_it_imports(tmp_path):
    environ = os.environ | without("requirements-postgresql.lock", tmp_path)
    command = [sys.executable, "-c", IMPORT, "commands", *our_own()]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", [Server, Gunicorn])
def test_both_servers_serve_with_what_is_installed_for_one_file(demo_folder, tmp_path, kind):
    site = tmp_path / "site"
    site.mkdir()
    folder = copy_folder(demo_folder, tmp_path / "data")
    with kind(folder, **without("requirements.lock", site)) as server, Connection(server.address) as connection:
        assert connection.get("/readyz", {}).status == 200
        assert b"Ada Marsh" in connection.get("/demo", {}).body
        server.stop()
