"""Signed assertions: forged, confused, borrowed, worn out; and key sets that rotate, lie or are away."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import assertions
from assertions import KeySet
from vouching import KeysAway

from .conftest import running
from .guarded import Guarded

ISSUER, AUDIENCE, HEADER = "https://sso.example.org", "duologue", "X-Pomerium-Jwt-Assertion"


class Issuer:
    """Somebody who signs, and serves a key set on loopback: `keys` by id, `answer` in the place of it if set."""

    def __init__(self) -> None:
        self.keys: dict[str, object] = {"first": ec.generate_private_key(ec.SECP256R1())}
        self.answer: tuple[int, bytes, dict] | None = None
        self.asked = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                status, body, headers = issuer.answer or (200, issuer.key_set(), {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/keys"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def key_set(self) -> bytes:
        """What it serves: its public keys."""
        return json.dumps({"keys": [public(id, key) for id, key in self.keys.items()]}).encode()

    def sign(self, key="first", algorithm: str = "ES256", headers: dict | None = None, **claims) -> str:
        """An assertion about Ada, good but for what is said otherwise. A claim of None is left out."""
        now = int(time.time())
        said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, **claims}
        signer = self.keys[key] if isinstance(key, str) and key in self.keys else key
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(
            said, signer, algorithm, headers={"kid": key if isinstance(key, str) else "first", **(headers or {})}
        )


def public(id: str, key) -> dict:
    """A public key as a key set holds it."""
    kind = jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": id, "use": "sig"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """The organisation's own."""
    found = Issuer()
    found.keys["rsa"] = rsa.generate_private_key(65537, 2048)
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, issuer) -> Iterator[Guarded]:
    """A server that believes this issuer."""
    settings = {"PROXY_JWT_HEADER": HEADER, "PROXY_JWT_ISSUER": ISSUER, "PROXY_JWT_AUDIENCE": AUDIENCE}
    folder = tmp_path_factory.mktemp("jwt")
    with running(folder, SIGN_IN="proxy-jwt", PROXY_JWT_KEYS=issuer.address, **settings) as server:
        yield server


@pytest.fixture
def sign(issuer) -> Callable[..., str]:
    return issuer.sign


def assert_refused(server, assertion: str, *more: str) -> None:
    answer = server.ask("/", f"{HEADER}: {assertion}", *more)
    assert (answer.status, answer.cookie) == (401, None), answer
    assert "Ada" not in answer.body
    if len(assertion) > 20:
        assert assertion[-20:] not in server.log


def assert_in(server, assertion: str, *more: str) -> None:
    answer = server.ask("/", f"{HEADER}: {assertion}", *more)
    assert answer.status == 200, answer
    assert "Hello, Ada" in answer.body


def unsigned(head: dict, claims: dict, signature: bytes = b"") -> str:
    parts = [json.dumps(head).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def claims(**more) -> dict:
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": int(time.time()) + 300, **more}


# The way it is meant


def test_a_good_assertion_is_enough_with_either_algorithm(server, sign):
    assert_in(server, sign())
    assert_in(server, sign("rsa", "RS256"))


def test_one_audience_of_several_is_ours(server, sign):
    assert_in(server, sign(aud=["other", AUDIENCE]))


def test_clocks_may_differ_by_half_a_minute(server, sign):
    assert_in(server, sign(exp=int(time.time()) - 20))
    assert_in(server, sign(nbf=int(time.time()) + 20))


# Signatures


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_an_unsigned_assertion_is_nobodys(server, name):
    assert_refused(server, unsigned({"alg": name, "kid": "first"}, claims()))


def test_an_assertion_signed_with_the_public_key_as_a_shared_secret_is_nobodys(server, issuer):
    for id, key in issuer.keys.items():
        shown = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for secret in (shown, shown.strip(), json.dumps(public(id, key)).encode()):
            head, body, _ = unsigned({"alg": "HS256", "kid": id}, claims()).split(".")
            signature = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
            assert_refused(server, f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


def test_another_key_is_not_the_issuers(server, sign):
    assert_refused(server, sign(ec.generate_private_key(ec.SECP256R1())))
    assert_refused(server, sign(rsa.generate_private_key(65537, 2048), "RS256"))


def test_the_right_key_under_the_name_of_another_is_wrong(server, issuer):
    assert_refused(server, issuer.sign(issuer.keys["first"], headers={"kid": "rsa"}))


def test_an_algorithm_that_was_not_chosen_does_not_count(server, issuer):
    assert_refused(server, issuer.sign(issuer.keys["rsa"], "RS512", headers={"kid": "rsa"}))
    assert_refused(server, issuer.sign(issuer.keys["rsa"], "PS256", headers={"kid": "rsa"}))


@pytest.mark.parametrize("id", ["unknown", "../first", "", "first\x00", "' OR 1=1", "/dev/null"])
def test_a_key_that_the_issuer_does_not_have_is_nobodys(server, issuer, id):
    assert_refused(server, issuer.sign(issuer.keys["first"], headers={"kid": id}))


def test_a_key_that_an_assertion_brings_along_or_points_to_is_not_looked_at(server):
    own = ec.generate_private_key(ec.SECP256R1())
    thief = Issuer()
    thief.keys = {"thief": own}
    try:
        heads = ({"jwk": public("thief", own)}, {"jku": thief.address}, {"x5u": thief.address})
        for head in heads:
            assert_refused(server, thief.sign("thief", headers=head))
            assert_refused(server, thief.sign("thief", headers={**head, "kid": "first"}))
        assert thief.asked == 0
    finally:
        thief.close()


def test_a_demand_that_is_not_understood_is_not_passed_over(server, sign):
    assert_refused(server, sign(headers={"crit": ["exp"], "exp": 1}))


def test_a_changed_claim_breaks_the_signature(server, sign):
    head, _, signature = sign().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(sub="lee")).encode()).rstrip(b"=").decode()
    assert_refused(server, f"{head}.{body}.{signature}")


def test_a_signature_cut_short_or_lengthened_is_none(server, sign):
    good = sign()
    for sent in (good[:-4], good + "AAAA", good.rpartition(".")[0], good.rpartition(".")[0] + ".", good + ".x"):
        assert_refused(server, sent)


@pytest.mark.parametrize(
    "sent", ["", "x", "a.b.c", "..", "e30.e30.e30", "eyJhbGciOiJFUzI1NiJ9..", "null", "{}", "A" * 9000]
)
def test_what_is_no_assertion_is_nobodys(server, sent):
    assert_refused(server, sent)


# Claims


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"}, {"aud": []}, {"aud": None}, {"aud": "duologue2"}, {"aud": "Duologue"}, {"aud": 7},
        {"iss": "https://sso.example.com"}, {"iss": ISSUER + "/"}, {"iss": None}, {"iss": [ISSUER]},
        {"iss": ISSUER.upper()},
        {"exp": None}, {"exp": 1}, {"exp": "soon"}, {"exp": -1},
        {"sub": None}, {"sub": ""}, {"sub": " "}, {"sub": 7}, {"sub": ["ada"]}, {"sub": {"name": "ada"}},
        {"sub": "ada,sam"}, {"sub": "аda"}, {"sub": "a" * 300}, {"sub": "ada\nsam"}, {"sub": "ada\x00"}, {"sub": True},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_is_wrong_or_missing_lets_nobody_in(server, issuer, wrong):
    said = {name: value for name, value in {**claims(), **wrong}.items() if value is not None}
    head = {"alg": "ES256", "kid": "first", "typ": "JWT"}
    first, body, _ = unsigned(head, said).split(".")
    signer = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    signature = signer.sign(f"{first}.{body}".encode(), issuer.keys["first"])
    assert_refused(server, f"{first}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


def test_an_assertion_is_worn_out_after_its_time_and_not_good_before_it(server, sign):
    assert_refused(server, sign(exp=int(time.time()) - 31))
    assert_refused(server, sign(nbf=int(time.time()) + 90))
    assert_refused(server, sign(iat=int(time.time()) + 90))


def test_two_assertions_in_one_request_are_none(server, sign):
    assert_refused(server, sign(), f"{HEADER}: {sign()}")
    assert_refused(server, f"{sign()},{sign()}")


def test_a_name_in_a_plain_header_is_not_looked_at(server, sign):
    assert server.ask("/", "X-Remote-User: ada").status == 401
    assert_in(server, sign(), "X-Remote-User: lee", "X-Pomerium_Jwt_Assertion: x")


def test_an_assertion_in_another_place_is_not_looked_at(server, sign):
    assertion = sign()
    assert server.ask("/", f"Authorization: Bearer {assertion}").status == 401
    assert server.ask("/", f"Cookie: {HEADER}={assertion}").status == 401
    assert server.ask(f"/?{HEADER}={assertion}").status == 401


def test_the_same_name_at_another_issuer_is_another_person(server, sign):
    server.sql("UPDATE person SET issuer = 'https://old.example.org' WHERE subject = 'lee'")
    try:
        assert server.ask("/", f"{HEADER}: {sign(sub='lee')}").status == 403
    finally:
        server.sql("UPDATE person SET issuer = ? WHERE subject = 'lee'", ISSUER)


def test_an_e_mail_address_never_makes_one_into_somebody_else(server, sign):
    answer = server.ask("/", f"{HEADER}: {sign(sub='lee', email='ada@example.org')}")
    assert "Hello, Lee" in answer.body
    assert server.sql("SELECT subject FROM person WHERE email = 'ada@example.org' ORDER BY subject") == [
        ("ada",),
        ("lee",),
    ]


# Key sets


@pytest.fixture
def own_issuer() -> Iterator[Issuer]:
    """An issuer of this test's own, whose keys may come and go."""
    found = Issuer()
    yield found
    found.close()


def test_a_new_key_is_fetched_when_it_is_first_seen_and_not_at_every_forgery(own_issuer, monkeypatch):
    keys = KeySet(own_issuer.address)
    assert keys.key("first")
    own_issuer.keys["second"] = ec.generate_private_key(ec.SECP256R1())
    assert keys.key("second") is None, "it asks again after a pause"
    for number in range(50):
        assert keys.key(f"forged-{number}") is None
    assert own_issuer.asked == 1
    monkeypatch.setattr(assertions, "PAUSE_SECONDS", 0.0)
    assert keys.key("second")
    assert own_issuer.asked == 2


def test_a_key_that_was_withdrawn_is_forgotten(own_issuer, monkeypatch):
    keys = KeySet(own_issuer.address)
    assert keys.key("first")
    own_issuer.keys = {"second": ec.generate_private_key(ec.SECP256R1())}
    monkeypatch.setattr(assertions, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(assertions, "FRESH_SECONDS", 0.0)
    assert keys.key("first") is None
    assert keys.key("second")


def test_keys_that_cannot_be_had_let_nobody_in(own_issuer):
    own_issuer.answer = 500, b"", {}
    with pytest.raises(KeysAway):
        KeySet(own_issuer.address).key("first")


def test_known_keys_do_for_a_while_and_stale_ones_let_nobody_in(own_issuer, monkeypatch):
    keys = KeySet(own_issuer.address)
    assert keys.key("first")
    own_issuer.answer = 503, b"", {}
    monkeypatch.setattr(assertions, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(assertions, "FRESH_SECONDS", 0.0)
    assert keys.key("first")
    monkeypatch.setattr(assertions, "STALE_SECONDS", 0.0)
    with pytest.raises(KeysAway):
        keys.key("first")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"keys": []}',
        b'{"keys": "x"}',
        b'{"keys": [7]}',
        b'{"keys": 7}',
        b'{"keys": true}',
        b"<html>",
        b"\xff",
        b'{"keys": [{"kty": "EC"}]}',
    ],
)
def test_a_key_set_that_is_none_lets_nobody_in(own_issuer, body):
    own_issuer.answer = 200, body, {}
    with pytest.raises(KeysAway):
        KeySet(own_issuer.address).key("first")


def test_a_key_set_that_sends_one_elsewhere_is_not_followed(own_issuer, issuer):
    before = issuer.asked
    own_issuer.answer = 302, b"", {"Location": issuer.address}
    with pytest.raises(KeysAway):
        KeySet(own_issuer.address).key("first")
    assert issuer.asked == before


def test_what_is_no_key_for_signatures_in_a_key_set_is_passed_over(own_issuer):
    good = public("first", own_issuer.keys["first"])
    shared = {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "shared", "alg": "HS256"}
    odd = [{**good, "kid": "enc", "use": "enc"}, {**good, "kid": ["first"]}]
    own_issuer.answer = 200, json.dumps({"keys": [shared, *odd, good]}).encode(), {}
    keys = KeySet(own_issuer.address)
    assert keys.key("shared") is None
    assert keys.key("enc") is None
    assert keys.key("first")


def test_a_person_at_the_door_is_told_kindly_when_the_keys_are_away(tmp_path):
    settings = {"PROXY_JWT_HEADER": HEADER, "PROXY_JWT_ISSUER": ISSUER, "PROXY_JWT_AUDIENCE": AUDIENCE}
    issuer = Issuer()
    issuer.close()
    with running(tmp_path, SIGN_IN="proxy-jwt", PROXY_JWT_KEYS=issuer.address, **settings) as server:
        answer = server.ask("/", f"{HEADER}: {issuer.sign()}")
        assert (answer.status, answer.cookie) == (503, None)
        assert "try again in a minute" in answer.body
        assert server.ask("/healthz").status == 200
