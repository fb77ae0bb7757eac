"""A proxy that signs what it says: nginx sends an assertion for each person; its keys are served, and change."""

import json
import signal
import time
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from playwright.sync_api import expect

from ...attacks.at_the_door.test_assertions import AUDIENCE, HEADER, ISSUER, Issuer
from .asking import ask, basic
from .conftest import assert_goes_live
from .fronts import PATIENCE_SECONDS, Front, nginx

NEW_KEYS = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


class SigningFront:
    """nginx with an assertion for each person in a map; `sign` writes them anew."""

    def __init__(self, front: Front, issuer: Issuer, algorithm: str) -> None:
        self.front, self.issuer, self.algorithm = front, issuer, algorithm

    def sign(self, key: str) -> None:
        """Have nginx send assertions signed with this key from now on."""
        lines = (
            f'"{name}" "{self.issuer.sign(key, self.algorithm, sub=name)}";' for name in ("ada", "sam", "lee", "zoe")
        )
        said = "map_hash_bucket_size 1024;\nmap $remote_user $assertion {\n" + "\n".join(lines) + "\n}\n"
        (self.front.folder / "assertions.conf").write_text(said)

    def reload(self) -> None:
        """Have nginx read its files again."""
        self.front.process.send_signal(signal.SIGHUP)


@pytest.fixture(params=["ES256", "RS256"])
def signing(request, front, guarded) -> Iterator[SigningFront]:
    """A server that believes nothing but signatures, and nginx that sends them."""
    issuer = Issuer()
    issuer.keys = {"first": NEW_KEYS[request.param]()}
    settings = {"PROXY_JWT_HEADER": HEADER, "PROXY_JWT_ISSUER": ISSUER, "PROXY_JWT_AUDIENCE": AUDIENCE}
    front.server = guarded(SIGN_IN="proxy-jwt", PROXY_JWT_KEYS=issuer.address, **settings)
    found = SigningFront(front, issuer, request.param)
    found.sign("first")
    sends = {"X-Remote-User   $remote_user;": f"{HEADER} $assertion;"}
    more = f"include {front.folder}/assertions.conf;"
    with nginx(front, "{}:{}".format(*front.server.address), headers=sends, more=more):
        yield found
    issuer.close()


def test_a_meeting_goes_live_on_signed_assertions(signing, at_browser, complaints):
    complaints.foresee("401")
    assert_goes_live(at_browser("ada"), at_browser("sam"))


def test_the_browsers_own_assertion_does_not_get_through(signing):
    forged = signing.issuer.sign("first", signing.algorithm, sub="ada")
    assert "Hello, Lee" in ask(signing.front, "/", basic("lee"), f"{HEADER}: {forged}").body


def test_people_stay_signed_in_while_the_issuer_changes_its_keys(signing, at_browser, complaints):
    complaints.foresee("401")
    ada = at_browser("ada")
    expect(ada.page.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    assert json.loads(signing.issuer.key_set())["keys"][0]["kid"] == "first"
    signing.issuer.keys["second"] = NEW_KEYS[signing.algorithm]()
    signing.sign("second")
    signing.reload()
    # The server asks for keys that it does not know after a pause of ten seconds; until then it lets nobody in.
    expect(ada.page.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    _until_in(ada, signing)


def _until_in(desk, signing) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        desk.page.reload()
        if desk.page.get_by_role("heading", name="Hello, Ada").is_visible() and signing.issuer.asked > 1:
            return
    raise AssertionError("The new key is never believed")
