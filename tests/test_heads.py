"""The head of a request is plain, or refused."""

from io import BytesIO

import pytest

import heads


def read(*lines: str, end: str = "\r\n") -> heads.Head:
    """What is read from these header lines."""
    return heads.read(BytesIO("".join(line + end for line in (*lines, "")).encode("latin-1")))


def test_plain_headers_reach_the_application_under_their_names_there():
    for end in ("\r\n", "\n"):
        found = read(
            "Host: example.org", "X-Note:\t caf\xe9 \t", "Content-Type: text/plain", "Content-Length: 3", end=end
        )
        assert list(found.variables()) == [("HTTP_HOST", "example.org"), ("HTTP_X_NOTE", "caf\xe9")]
        assert (found.typeheader, found.getheader("Content-Length")) == ("text/plain", "3")


def test_of_several_headers_of_one_name_all_are_handed_on():
    found = read("Accept: a", "accept: b")
    assert (found.get("ACCEPT"), found.all("accept")) == ("a", ["a", "b"])
    assert list(found.variables()) == [("HTTP_ACCEPT", "a"), ("HTTP_ACCEPT", "b")]


def test_a_name_with_an_underscore_is_not_handed_on():
    assert list(read("X_Remote_User: ada", "X-Page: p").variables()) == [("HTTP_X_PAGE", "p")]


@pytest.mark.parametrize(
    "line",
    [
        *("No colon", ": no name", "Space : before", " Folded: here", "N\xe4me: x", "Name: a\x00b", "Name: a\rb"),
        *(
            "Name: a\x7f",
            "Name: \x85",
            "Name: \xa0a",
            "Content-Length: +3",
            "Content-Length: -1",
            "Content-Length: 3, 3",
        ),
        *("Transfer-Encoding: gzip", "Transfer-Encoding: chunked, chunked"),
    ],
)
def test_whatever_else_is_refused(line):
    with pytest.raises(heads.Unreadable):
        read("Host: example.org", line)


@pytest.mark.parametrize("second", ["Content-Length: 3", "content-length: 4", "Transfer-Encoding: chunked"])
def test_a_body_has_one_length(second):
    with pytest.raises(heads.Unreadable):
        read("Content-Length: 3", second)


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        b"Host: example.org\r\n",
        b"Host: exam",
        b"Host: " + b"a" * 70_000 + b"\r\n\r\n",
        b"A: b\r\n" * 101 + b"\r\n",
    ],
)
def test_a_head_has_an_end_and_is_not_too_long(whole):
    with pytest.raises(heads.Unreadable):
        heads.read(BytesIO(whole))


@pytest.mark.parametrize("line", ["GET / HTTP/1.1\r\n", "POST /a?b=%20c HTTP/1.0\n", "M-SEARCH * HTTP/1.1\r\n"])
def test_a_plain_first_line_is_taken(line):
    heads.must_begin_plainly(line)


@pytest.mark.parametrize(
    "line",
    [
        *("GET\t/ HTTP/1.1\r\n", "GET\x0b/ HTTP/1.1\r\n", "GET /\xa0HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n"),
        *("GET / HTTP/1.1 \r\n", " GET / HTTP/1.1\r\n", "GET /a b HTTP/1.1\r\n", "GET / HTTP/1.1\r\r\n"),
        *("GET / HTTP/1.9\r\n", "GET / HTTP/2.0\r\n", "GET / HTTP/1.10\r\n", "GET / http/1.1\r\n", "GET /\r\n"),
        *("G(T / HTTP/1.1\r\n", "GET /\xe4 HTTP/1.1\r\n", "GET /\x00 HTTP/1.1\r\n", "GET / HTTP/1.1", "\r\n"),
    ],
)
def test_whatever_else_begins_no_request(line):
    with pytest.raises(heads.Unreadable):
        heads.must_begin_plainly(line)
