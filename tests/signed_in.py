"""A browser without JavaScript, and what htmx would send: both with the CSRF token that the page gave them."""

import re
from typing import Any

from flask.testing import FlaskClient

from models import Person
from rows import db

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class SignedInClient(FlaskClient):
    """Flask's test client, with the ways in which the pages speak to the server."""

    token = ""

    def open(self, *args: Any, **kwargs: Any):
        try:
            return super().open(*args, **kwargs)
        finally:
            # A request closes the connection that the test has been using.
            db.connect(reuse_if_open=True)

    def sign_in(self, person: Person) -> None:
        """Press the person's button on the demo's page."""
        self.read_token("/demo")
        assert self.form("/demo", person=person.id).status_code == 303
        self.read_token("/search")

    def read_token(self, path: str) -> None:
        """Take the token from the page at `path`."""
        self.token = TOKEN.search(self.see(path)).group(1)

    def see(self, path: str) -> str:
        """What a page shows."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def form(self, path: str, undo: bool = False, **fields: Any):
        """Send a plain HTML form. `undo` sends the one that stands for a DELETE."""
        return self.post(path + ("?_method=DELETE" if undo else ""), data={"csrf_token": self.token, **fields})

    def htmx(self, path: str, undo: bool = False, at: str = "", **fields: Any):
        """Send what htmx sends from a page, which is the one `at` this path."""
        headers = {**HTMX, "X-CSRFToken": self.token, "X-Page": "a-page"}
        headers |= {"HX-Current-URL": f"http://localhost{at}"} if at else {}
        return self.open(path, method="DELETE" if undo else "POST", data=fields, headers=headers)

    def region(self, path: str):
        """Fetch a fragment as htmx does."""
        return self.get(path, headers=HTMX)
