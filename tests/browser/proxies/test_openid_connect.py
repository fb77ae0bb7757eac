"""Apache with mod_auth_openidc, by deploy/apache/duologue-oidc.conf, before a real OpenID Connect provider."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import assert_goes_live
from .fronts import Front, apache, own_address

PROVIDER = Path(sys.executable).parent / "oidc-provider-mock"
START_SECONDS = 20
PROVIDER_PORT = 9400
NAMES = {"ada": "Ada Marsh", "sam": "Sam Okoro", "zoe": "Zoe Stranger"}


@pytest.fixture
def provider() -> Iterator[str]:
    """Where the provider is; it knows some people."""
    address = own_address()
    people = [json.dumps({"sub": sub, "name": name, "email": f"{sub}@example.org"}) for sub, name in NAMES.items()]
    command = [PROVIDER, "--host", address, "--port", str(PROVIDER_PORT)]
    for person in people:
        command += ["--user-claims", person]
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen([*map(str, command)], stdout=nowhere, stderr=nowhere)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((address, PROVIDER_PORT), timeout=1):
            break
        time.sleep(0.05)
    yield f"http://{address}:{PROVIDER_PORT}"
    process.terminate()
    process.wait(timeout=START_SECONDS)


@pytest.fixture
def behind_openid(front, guarded, provider) -> Iterator[Front]:
    """Apache before a server; people sign in at the provider."""
    front.server = guarded(PROXY_NAME_HEADER="X-Remote-Name", PROXY_EMAIL_HEADER="X-Remote-Email")
    (front.folder / "apache-oidc-client.conf").write_text(
        "OIDCClientID duologue\nOIDCClientSecret known-to-both\nOIDCCryptoPassphrase a-passphrase-of-this-test-alone\n"
        # The provider of this test speaks plain http on loopback.
        "OIDCSSLValidateServer Off\n"
    )
    changes = {"https://sso.example.org": provider, "https://meetings.example.org/oidc": f"{front.url}/oidc"}
    with apache(
        front, "duologue-oidc.conf", "{}:{}".format(*front.server.address), ("auth_openidc", "authz_host"), **changes
    ):
        yield front


def at_the_provider(page: Page, name: str) -> None:
    """Sign in there, and be sent back."""
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()


# The provider's own page asks for a style and an icon that are not there.
PROVIDERS_OWN = ("ERR_NAME_NOT_RESOLVED", "favicon")


def test_people_sign_in_at_the_provider_and_their_meeting_goes_live(behind_openid, at_browser, complaints):
    complaints.foresee(*PROVIDERS_OWN)
    assert_goes_live(at_browser("ada", at_the_provider), at_browser("sam", at_the_provider))
    assert behind_openid.server.sql("SELECT email FROM person WHERE subject = 'sam'") == [("sam@example.org",)]


def test_whom_the_provider_knows_and_duologue_does_not_reads_a_kind_page(behind_openid, at_browser, complaints):
    complaints.foresee("403", *PROVIDERS_OWN)
    zoe = at_browser("zoe", at_the_provider)
    expect(zoe.page.get_by_role("heading", name="Duologue does not have you yet")).to_be_visible()
