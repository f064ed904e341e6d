"""The few files that pages load, in memory, each with a stamp of its content: a new release is loaded anew."""

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file as it is sent."""

    content: bytes
    media_type: str
    stamp: str


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])


ASSETS: Final = {path.name: _read(path) for path in sorted((Path(__file__).parent / "static").iterdir())}
