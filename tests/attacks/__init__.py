"""One test per attack; whatever a client library would tidy is sent over a raw socket."""
