"""What Lighthouse says of Today, a meeting and Actions, as a signed-in person has them on a slow phone.

Run it by bin/lighthouse, which installs it. It loads each page in Chromium, and reckons how long that would take with a
processor four times slower and on a slow mobile network; of some times, the one in the middle counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.browser import CHROMIUM
from bench.figures import Figure, against_budgets, keep, parser, table
from bench.server import Server
from bench.wire import Connection, Reception

PROGRAM = Path(__file__).parent / "npm" / "node_modules" / ".bin" / "lighthouse"
# How many points of 100 may be missing.
MAY_MISS = {"performance": 2, "accessibility": 0, "best-practices": 0}
FLAGS = "--headless=new --no-sandbox"
MEASURED = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def signed_in(server: Server, folder: Path) -> tuple[Path, dict[str, str]]:
    """A file with the headers of the demo's Ada; her pages, by name."""
    demo = json.loads(server.run(sys.executable, "-m", "bench.people"))
    connection = Connection(server.address)
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": Reception(connection).sign_in(connection, demo["people"][0]).cookie}))
    return headers, {"Today": "/", "a meeting": f"/meetings/{demo['meeting']}", "Actions": "/actions"}


def report(address: str, headers: Path) -> dict[str, Any]:
    """All that Lighthouse says of a page."""
    command = [
        PROGRAM,
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(MAY_MISS)}",
        f"--extra-headers={headers}",
        f"--chrome-flags={FLAGS}",
    ]
    environ = {**os.environ, "CHROME_PATH": CHROMIUM}
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def usual(address: str, headers: Path, runs: int) -> dict[str, Any]:
    """The one in the middle of so many reports, by its performance."""
    found = [report(address, headers) for _ in range(runs)]
    return sorted(found, key=lambda one: one["categories"]["performance"]["score"])[runs // 2]


def figures(name: str, found: dict[str, Any]) -> list[Figure]:
    """What a report says of a page: the points that are missing, and what was reckoned."""
    missing = {key: round(100 - 100 * found["categories"][key]["score"]) for key in MAY_MISS}
    points = [Figure(f"{name}: {key}, points missing", missing[key], "", most) for key, most in MAY_MISS.items()]
    return points + [_reckoned(name, found["audits"][key]) for key in MEASURED]


def _reckoned(name: str, audit: dict[str, Any]) -> Figure:
    unit = "ms" if audit["numericUnit"] == "millisecond" else ""
    return Figure(f"{name}: {audit['title'].lower()}", audit["numericValue"], unit)


def complaints(found: dict[str, Any]) -> Iterator[str]:
    """What costs points, in Lighthouse's own words."""
    for key in MAY_MISS:
        for part in found["categories"][key]["auditRefs"]:
            audit = found["audits"][part["id"]]
            if part["weight"] and (audit["score"] if audit["score"] is not None else 1) < 1:
                yield f"{key}: {audit['title']} {audit.get('displayValue', '')}"


def looked_at(server: Server, folder: Path, runs: int) -> Iterator[Figure]:
    """The figures of each page, printed as they come."""
    headers, pages = signed_in(server, folder)
    for name, path in pages.items():
        found = usual(server.origin + path, headers, runs)
        some = figures(name, found)
        table(some)
        print(*complaints(found), sep="\n", flush=True)
        yield from some


def main(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.make_demo()
        with server:
            found = list(looked_at(server, Path(folder), options.runs))
    keep(options, found, against_budgets("What Lighthouse misses", found))
    return any(figure.verdict == "MISSED" for figure in found)


if __name__ == "__main__":
    line = parser(__doc__)
    line.add_argument("--runs", type=int, default=3, help="how often each page is loaded (3)")
    sys.exit(main(line.parse_args()))
