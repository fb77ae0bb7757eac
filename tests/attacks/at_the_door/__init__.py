"""Attacks on a server behind a sign-on proxy; whatever a client library would tidy is sent over a raw socket."""
