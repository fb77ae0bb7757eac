"""Styles and scripts: put together and compressed once at the start, cached by browsers for ever."""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, abort, request
from markupsafe import Markup

from config import Misconfigured

STATIC = Path(__file__).parent / "static"
# Cascade layers are named in tokens.css; within a bundle order matters for scripts alone: htmx comes first.
BUNDLES = {
    "duologue.css": ("css/tokens.css", "css/base.css", "css/*.css"),
    "duologue.js": ("vendor/htmx.min.js", "vendor/hx-sse.min.js", "js/*.js"),
}
SINGLES = ("icons.svg",)
# What has lines of its own for people who read the files, a tenth of what would go over the wire.
COMMENTS = {".css": re.compile(rb"/\*.*?\*/\s*", re.DOTALL), ".js": re.compile(rb"^ *//.*\n", re.MULTILINE)}
COMPRESSIBLE = ("text/html", "text/plain", "application/json", "text/calendar")
# Below this, packing costs more time than sending: an item's answer is, a page is not.
WORTH_IT = 6_000

pages = Blueprint("assets", __name__)


class Asset(NamedTuple):
    """A file as it is sent: `path` holds a hash of its content."""

    path: str
    body: bytes
    packed: bytes
    mimetype: str


_assets: dict[str, Asset] = {}
_paths: dict[str, str] = {}


def register(app: Flask) -> None:
    """Read everything and serve it. Raises Misconfigured when htmx was not installed."""
    for name, parts in {**BUNDLES, **{single: (single,) for single in SINGLES}}.items():
        asset = _put_together(name, parts)
        _assets[asset.path], _paths[name] = asset, asset.path
    app.register_blueprint(pages)
    app.jinja_env.globals |= {"asset": _paths.__getitem__, "icon": icon}


def icon(name: str) -> Markup:
    """One of the drawings of icons.svg, to stand beside words that say the same."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(_paths["icons.svg"], name)


def _put_together(name: str, parts: tuple[str, ...]) -> Asset:
    found: dict[Path, None] = {}
    for part in parts:
        files = sorted(STATIC.glob(part))
        if not files:
            raise Misconfigured(f"static/{part} is missing: install the project, its build brings it.")
        found.update(dict.fromkeys(files))
    comment = COMMENTS.get(Path(name).suffix)
    body = b"\n".join(file.read_bytes() for file in found)
    body = comment.sub(b"", body) if comment else body
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(
        f"/static/{digest}/{name}",
        body,
        gzip.compress(body, 9, mtime=0),
        mimetypes.guess_type(name)[0] or "application/octet-stream",
    )


@pages.get("/static/<digest>/<name>")
def serve(digest: str, name: str) -> Response:
    asset = _assets.get(f"/static/{digest}/{name}") or abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.packed if packed else asset.body, mimetype=asset.mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.vary.add("Accept-Encoding")
    return response


def compress(response: Response) -> Response:
    """Pack a page on its way out. Never an event stream: it would be held back."""
    if (
        response.mimetype not in COMPRESSIBLE
        or response.direct_passthrough
        or response.is_streamed
        or "Content-Encoding" in response.headers
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return response
    body = response.get_data()
    if len(body) >= WORTH_IT:
        # As quick as level 1, and a tenth smaller.
        response.set_data(gzip.compress(body, 2, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response
