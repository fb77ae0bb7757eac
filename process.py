"""The life of a process that serves: what begins with it beside the requests."""

from config import Config


def begin(config: Config) -> None:
    """Begin all that runs beside the requests. Called once, in the process that answers them, before the first."""
