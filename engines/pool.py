"""How many connections an engine has, in use and kept ready."""

from collections.abc import Sized


class Pool:
    """What both kinds of pool have."""

    _in_use: Sized
    _connections: Sized

    @property
    def connections_in_use(self) -> int:
        """How many somebody has."""
        return len(self._in_use)

    @property
    def connections_idle(self) -> int:
        """How many are kept ready."""
        return len(self._connections)
