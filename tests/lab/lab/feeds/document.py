"""One document: its bytes, from text or from a file, and the headers that go with them.

It deliberately serves whole documents only; ranges are not looked at.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from ..web import Request

_FRESH = ""
_TOP_LEVEL = 6


class Document:
    """`gzip`: False never, True for those who accept it, "always" for everyone, as some of AWS's price lists are.

    `etag` and `last_modified` follow from the bytes and the time when they were set, unless told; None is none.
    """

    def __init__(
        self,
        path: str,
        body: str | None = None,
        file: str | None = None,
        content_type: str | None = None,
        gzip: bool | str = False,
        etag: str | None = _FRESH,
        last_modified: str | None = _FRESH,
    ) -> None:
        if (body is None) == (file is None):
            raise ValueError("either body or file is needed")
        if gzip not in (True, False, "always"):
            raise ValueError('gzip must be true, false or "always"')
        self._body = None if body is None else body.encode()
        self._file = None if file is None else _existing(file)
        self.gzip = gzip
        self.content_type = content_type or mimetypes.guess_type(path)[0] or "application/octet-stream"
        self._etag = etag
        self._last_modified = last_modified
        if last_modified:
            parsedate_to_datetime(last_modified)
        self._set_at = datetime.now(timezone.utc)

    @property
    def body(self) -> bytes:
        return self._file.read_bytes() if self._file else self._body or b""

    @property
    def etag(self) -> str | None:
        return f'"{hashlib.md5(self.body).hexdigest()}"' if self._etag == _FRESH else self._etag

    @property
    def last_modified(self) -> str | None:
        if self._last_modified != _FRESH:
            return self._last_modified
        changed = self._set_at
        if self._file:
            changed = datetime.fromtimestamp(self._file.stat().st_mtime, timezone.utc)
        return format_datetime(changed, usegmt=True)

    def encodes(self, request: Request) -> bool:
        """Whether the request is answered in gzip."""
        accepted = request.headers.get("Accept-Encoding", "")
        return self.gzip == "always" or (self.gzip is True and _accepts_gzip(accepted))

    def payload(self, encoded: bool) -> bytes:
        return _compressed(self.body) if encoded else self.body

    def unchanged(self, request: Request) -> bool:
        """Whether the request has it already; an entity tag goes before a date (RFC 9110, 13.2.2)."""
        tags, since = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        if tags is not None:
            known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
            return "*" in known or (self.etag or "").removeprefix("W/") in known
        if since is None or self.last_modified is None:
            return False
        try:
            return parsedate_to_datetime(self.last_modified) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def headers(self) -> list[tuple[str, str]]:
        """Those that an answer has with and without the bytes."""
        found = [("Vary", "Accept-Encoding")] if self.gzip is True else []
        found += [("ETag", self.etag)] if self.etag else []
        found += [("Last-Modified", self.last_modified)] if self.last_modified else []
        return found


def _existing(file: str) -> Path:
    path = Path(file)
    if not path.is_absolute() or not path.is_file():
        raise ValueError(f"{file} is not the absolute path of a file")
    return path


def _accepts_gzip(header: str) -> bool:
    """Whether gzip, or everything, is named without a weight of nothing."""
    weights = {}
    for part in header.split(","):
        name, _, weight = part.partition(";")
        weights[name.strip().lower()] = weight.strip().replace(" ", "")
    told = weights.get("gzip", weights.get("*"))
    return told is not None and told not in ("q=0", "q=0.0", "q=0.00", "q=0.000")


@lru_cache(maxsize=8)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, _TOP_LEVEL, mtime=0)
