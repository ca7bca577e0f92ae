"""How a document arrives when something is wrong: refused, late, cut off, drop by drop, or without an end.

It deliberately draws no chances: a fault strikes the next requests for its path.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from ..web import HangUp

KINDS = ("status", "drop", "hang", "truncate", "trickle", "endless")
_CHUNK = 64 * 1024
_GZIP = 31


@dataclass
class FeedFault:
    """`times` counts down to nothing, None strikes until it is cleared."""

    kind: str
    path: str = "*"
    times: int | None = None
    status: int = 500
    ms: int = 0
    hang_ms: int = 0
    chunk_bytes: int = 1024
    bytes: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        self.path = unquote(self.path)

    def strikes(self, path: str) -> bool:
        return self.path in ("*", path) and self.times != 0

    def before(self) -> None:
        """What it does before anything is answered."""
        if self.kind == "drop":
            raise HangUp
        if self.kind == "hang":
            time.sleep(self.ms / 1000)

    def chunks(self, payload: bytes, encoded: bool) -> Iterator[bytes]:
        """The payload as it arrives."""
        if self.kind == "endless":
            return _without_end(payload, encoded)
        if self.kind == "truncate":
            return in_chunks(payload[: len(payload) // 2 if self.bytes is None else self.bytes])
        if self.kind == "trickle":
            return self._trickle(payload)
        return in_chunks(payload)

    def _trickle(self, payload: bytes) -> Iterator[bytes]:
        for chunk in in_chunks(payload, self.chunk_bytes):
            yield chunk
            time.sleep(self.hang_ms / 1000)


def in_chunks(payload: bytes, size: int = _CHUNK) -> Iterator[bytes]:
    for start in range(0, len(payload), size):
        yield payload[start : start + size]


def _without_end(body: bytes, encoded: bool) -> Iterator[bytes]:
    """The body, and spaces behind it for ever; in gzip they take next to no room on the way."""
    packer = zlib.compressobj(wbits=_GZIP)
    while True:
        yield packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH) if encoded else body
        body = b" " * _CHUNK
