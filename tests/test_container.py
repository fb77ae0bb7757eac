"""The container files: what they name is there, and what the image runs needs no privilege and no disk to write on."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .answering import OK, Site, status

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy" / "container"
PLACE = "/opt/duologue"
HEALTH = FOLDER / "health.py"
# What the image's user does there. It tells, line by line, what came of it.
STORY = """
duologue keys new >/dev/null && duologue create >/dev/null && echo made
"$@" & server=$!
tries=0
until {health}; do
  tries=$((tries + 1)); [ "$tries" -lt 200 ] && kill -0 "$server" || break
  sleep 0.1
done
{health} && echo healthy
for place in / /opt/duologue /opt/duologue/static /var/lib /usr /etc; do
  touch "$place/probe" 2>/dev/null && echo "wrote to $place"
done
id -u
kill -TERM "$server" && wait "$server" && echo stopped
{health} || echo gone
"""


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile, and what follows it."""
    lines = [line for line in (FOLDER / "Containerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in whole.splitlines() if line.strip()]


def all_of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def last(name: str) -> str:
    return all_of(name)[-1]


def environment() -> dict[str, str]:
    """What the image sets."""
    return dict(part.split("=", 1) for part in shlex.split(last("ENV")))


def health_check() -> list[str]:
    return json.loads(last("HEALTHCHECK").split(" CMD ")[1])


def compose() -> dict:
    return yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))


def in_project(path: str) -> Path:
    """Where a file of the image is in the project."""
    return ROOT / Path(path).relative_to(PLACE)


def test_the_image_has_nothing_but_the_project_and_what_the_lock_file_says():
    sources = [rest.split()[-2] for rest in all_of("COPY")]
    assert sources == [".", PLACE]
    assert any("bin/install requirements-postgresql.lock" in run for run in all_of("RUN"))
    assert "--require-hashes" in (ROOT / "bin" / "install").read_text("utf-8")
    assert len({base.split(" ")[0] for base in all_of("FROM")}) == 1


def test_its_user_is_nobody_who_could_do_harm():
    user, group = last("USER").split(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000
    order = [name for name, _ in instructions()]
    assert order.index("USER") > max(number for number, name in enumerate(order) if name in ("RUN", "COPY"))


def test_what_it_runs_is_there():
    for command in (json.loads(last("CMD")), health_check()):
        assert (Path(sys.executable).parent / command[0]).exists()
        assert all(in_project(part).is_file() for part in command[1:] if part.startswith("/"))


def test_its_volumes_are_where_its_settings_are():
    volumes = json.loads(last("VOLUME"))
    assert environment()["DATA_DIR"] in volumes
    assert str(Path(environment()["KEYRING_FILE"]).parent) in volumes


@pytest.mark.parametrize("kept_out", [".git", ".env", ".venv", "deploy/container/etc", "data"])
def test_no_secret_goes_into_the_image(kept_out):
    assert kept_out in (FOLDER / "Containerfile.dockerignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", compose()["services"])
def test_every_container_of_the_example_can_do_as_little_as_possible(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    if name == "duologue":
        assert "cap_add" not in service


def test_the_example_names_settings_files_and_volumes_that_there_are():
    import config

    found = compose()
    service = found["services"]["duologue"]
    assert set(service["environment"]) - {"PGPASSFILE"} <= set(config.SETTINGS)
    assert {"data", "keys", "database"} == set(found["volumes"])
    assert (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    told = (ROOT / "docs" / "operate.md").read_text("utf-8")
    for volume in [volume for other in found["services"].values() for volume in other["volumes"]]:
        source = volume.split(":")[0]
        assert source in found["volumes"] or f"`{Path(source).name}`" in told or (FOLDER / source).is_file(), source


def test_of_a_service_that_is_not_there_it_says_so():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert asked(port) == 1


@pytest.mark.parametrize(("answer", "expected"), [(OK, 0), (status("503 Service Unavailable"), 1), (b"nonsense", 1)])
def test_it_asks_for_health_by_the_name_that_people_use(answer, expected):
    site = Site()
    site.answers["/healthz"] = answer
    assert asked(site.port, PUBLIC_URL="https://meetings.example.org") == expected
    assert re.search("(?im)^host: meetings.example.org\r$", site.asked[0])
    site.close()


def asked(port: int, **settings: str) -> int:
    """How the health check ends."""
    return subprocess.run([sys.executable, HEALTH], env={"PORT": str(port), **settings}, check=False).returncode


def as_container(*command: str, port: str = "0") -> subprocess.CompletedProcess:
    """Run a command of the image's, as its user and with its environment, as far as one can without an engine."""
    user = last("USER").split(":")[0]
    # A privilege that is given up is gone from the next program on: the shell.
    drop = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all")
    given = {**environment(), "PORT": port, "KEYRING_FILE": "/mnt/keys/keyring"}
    return subprocess.run(
        [
            *("unshare", "--mount", "--propagation", "private", "sh", ROOT / "tests" / "as_container.sh"),
            *(ROOT, sys.base_prefix, user, *(f"{name}={value}" for name, value in given.items())),
            *(*drop, "sh", "-c", *command),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def why_not_as_container() -> str | None:
    """Why this machine cannot run the service as a container would; None if it can."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        return "it takes root, unshare and setpriv"
    mount = ("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")
    tried = subprocess.run(mount, capture_output=True, text=True, check=False)
    return f"it is not permitted here: {tried.stderr.strip()}" if tried.returncode else None


def test_the_service_runs_on_a_read_only_file_system_as_the_images_user():
    if reason := why_not_as_container():
        pytest.skip(reason)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    story = STORY.replace("{health}", shlex.join(health_check()))
    done = as_container(story, "story", *json.loads(last("CMD")), port=port)
    told = [*("made", "healthy"), last("USER").split(":")[0], "stopped", "gone"]
    said = [line for line in done.stdout.splitlines() if line and not line.startswith("  ")]
    assert said == told, done.stdout + done.stderr
