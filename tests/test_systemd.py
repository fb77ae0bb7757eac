"""The units of deploy/systemd, as systemd itself reads them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[1] / "deploy" / "systemd"
INSTALLED = re.compile(r"/opt/duologue/\S+")
# What no service of ours may do, and how systemd is told.
# The unit that the .conf file adds to.
ADDED_TO = "duologue-backup.service"
HARDENED = (
    *("CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes"),
    *("RestrictSUIDSGID=yes", "RestrictNamespaces=yes", "UMask=0077", "LimitCORE=0", "User=duologue"),
)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_finds_nothing_wrong_with_any_unit(tmp_path):
    for unit in UNITS.iterdir():
        # Duologue is installed where the tests are, not where the units say.
        path = tmp_path / (unit.name if unit.suffix != ".conf" else f"{ADDED_TO}.d/{unit.name}")
        path.parent.mkdir(exist_ok=True)
        path.write_text(INSTALLED.sub("/bin/true", unit.read_text("utf-8")))
    command = ["systemd-analyze", "verify", "--man=no", *sorted(path for path in tmp_path.iterdir() if path.is_file())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda unit: unit.name)
def test_no_service_can_do_more_than_it_needs(unit):
    lines = unit.read_text("utf-8").splitlines()
    assert [line for line in HARDENED if line not in lines] == []
