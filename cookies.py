"""What a browser holds: one cookie with a random token, from which the tokens of its forms follow."""

import hmac
import re

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

import sessions

# The prefix has browsers refuse the cookie unless it is Secure, for this very host, and for the whole of it.
SAFE_NAME, PLAIN_NAME = "__Host-duologue", "duologue"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Held(dict, SessionMixin):
    """What the browser of a request holds. Nothing else is kept in it."""

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self.token, self.is_new = token, False
        # By the key that they were reckoned with.
        self._form_tokens: dict[bytes, str] = {}

    def give(self, token: str) -> None:
        """Have the browser hold this token from now on."""
        self.token, self.is_new, self._form_tokens = token, True, {}

    def take(self) -> None:
        """Have it hold none."""
        self.token, self.is_new, self._form_tokens = None, True, {}

    def form_token(self, key: bytes) -> str:
        """The token of this browser's forms, the same for all: a keyed digest of what the browser holds."""
        if self.token is None:
            self.give(sessions.new_token())
        if key not in self._form_tokens:
            self._form_tokens[key] = hmac.new(key, str(self.token).encode(), "sha256").hexdigest()
        return self._form_tokens[key]


class Cookies(SessionInterface):
    """Reads and writes the cookie. On demo mode's plain http it cannot be Secure."""

    def __init__(self, is_demo: bool) -> None:
        self._is_safe = not is_demo
        self._name = PLAIN_NAME if is_demo else SAFE_NAME

    def open_session(self, app: Flask, request: Request) -> Held:
        """What the browser holds; a token that we would not have given is none."""
        token = request.cookies.get(self._name, "")
        return Held(token if TOKEN.fullmatch(token) else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Tell the browser what to hold, if that has changed."""
        if not isinstance(session, Held) or not session.is_new:
            return
        settings = {"secure": self._is_safe, "httponly": True, "samesite": "Lax", "path": "/"}
        if session.token:
            response.set_cookie(self._name, session.token, **settings)
        else:
            response.delete_cookie(self._name, **settings)
