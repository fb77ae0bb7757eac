"""What the gate finds: whom the sign-on proxy vouches for, or why nobody can be told."""

from typing import NamedTuple

# Where it stands in a request's environ.
VOUCHED = "duologue.vouched"


class Vouched(NamedTuple):
    """Who a request comes from: `(issuer, subject)`, and how the proxy describes them.

    `leads` says whether they are a people lead; None when that is not for the proxy to say.
    """

    issuer: str
    subject: str
    name: str = ""
    email: str | None = None
    leads: bool | None = None


class Unvouched(Exception):
    """Nobody is vouched for; the message is one word of the audit trail that says why."""


class KeysAway(Exception):
    """The issuer's keys cannot be had, so nobody can be told from anybody else."""


class PastTheProxy(Unvouched):
    """It does not even come from the proxy."""
