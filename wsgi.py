"""Duologue for a server that runs WSGI applications itself (SIGN_IN=proxy-env): `application` is it."""

import logs
import process
from app import create_app
from config import Misconfigured, read

try:
    _config = read()
    logs.begin(_config)
    application = create_app(_config)
    process.begin(_config)
except Misconfigured as problem:
    raise SystemExit(f"duologue: {problem}") from None
