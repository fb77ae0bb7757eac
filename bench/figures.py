"""What a measurement gives: figures beside their budgets, as a table, as JSON and as a picture."""

import argparse
import json
import os
import platform
import resource
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench import databases
from bench.pictures import Bar, bars
from bench.postgresql import PostgreSQL

KB, MB = 1_000, 1_000_000
# What a kind of database is called.
CALLED = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Figure(NamedTuple):
    """One measured value; `budget` is what it may be at most."""

    what: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "met" if self.value <= self.budget else "MISSED"

    @property
    def text(self) -> str:
        """The value with its unit, and the budget."""
        most = "" if self.budget is None else f" of {self.budget:g}"
        return f"{written(self.value)}{most} {self.unit}".strip()


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent of the values stay below."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def machine() -> dict[str, Any]:
    """What this was measured on."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": models[0].partition(": ")[2] if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def said(here: dict[str, Any]) -> str:
    """A machine in a line."""
    return "{processor}, {cores} cores, {system}, Python {python}".format(**here)


def table(figures: list[Figure]) -> None:
    """Print the figures, each beside its budget."""
    for figure in figures:
        budget = "" if figure.budget is None else f"≤ {figure.budget:g} {figure.unit}"
        print(
            f"{figure.what:<58}{written(figure.value):>12} {figure.unit:<4}{budget:>10}  {figure.verdict}", flush=True
        )


def written(value: float) -> str:
    """A number as people write it."""
    if value == int(value):
        return f"{value:,.0f}"
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if value >= 0.05 else f"{value:.4f}"


def against_budgets(title: str, figures: list[Figure]) -> str:
    """A picture of the figures that have a budget: how much of it each takes."""
    rows = [
        Bar(figure.what.strip(), figure.value / figure.budget * 100, f"{figure.text}", 100)
        for figure in figures
        if figure.budget
    ]
    return bars(title, "In percent of the budget, which is the dashed line.", rows)


def parser(purpose: str | None) -> argparse.ArgumentParser:
    """A command line that can ask for the figures as JSON and as a picture."""
    found = argparse.ArgumentParser(description=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    found.add_argument("--svg", type=Path, metavar="FILE", help="and a picture of them there")
    return found


def keep(options: argparse.Namespace, figures: list[Figure], picture: str, **more: Any) -> None:
    """Write what the command line asks for; `more` is what the figures were made from."""
    if options.json:
        found = [{**figure._asdict(), "verdict": figure.verdict} for figure in figures]
        whole = {"machine": machine(), **more, "figures": found}
        options.json.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if options.svg:
        options.svg.write_text(picture, "utf-8")


def allow_many_files() -> None:
    """Let this process, and those that it starts, have as many open files as the system lets it have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def measure(options: argparse.Namespace, measured: Callable[..., Iterator[list[Figure]]]) -> list[Figure]:
    """Have all measured on the database of the options, each part printed as it comes; what came of it."""
    print(said(machine()), "\n", flush=True)
    found: list[Figure] = []
    with on_database(options.database) as database:
        for some in measured(options, database):
            table(some)
            found += some
    return found


@contextmanager
def on_database(kind: str) -> Iterator[PostgreSQL | None]:
    """A PostgreSQL server to run on from now on, for so long; None where the database is a file."""
    if kind == "sqlite":
        databases.use(None)
        yield None
        return
    with PostgreSQL(max_connections="300", shared_buffers="512MB", max_wal_size="4GB") as server:
        databases.use(server)
        yield server
        databases.use(None)
