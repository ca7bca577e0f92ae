"""The listener for public documents: conditional requests, encodings, faults, and a log of its own.

It deliberately looks at paths only: a query is logged and otherwise ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from threading import Lock
from typing import Any
from urllib.parse import unquote

from ..faults import Faults
from ..web import Request, Response
from .document import Document
from .faults import FeedFault, in_chunks


class Feeds:
    def __init__(self) -> None:
        self.faults = Faults(FeedFault)
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._documents: dict[str, Document] = {}
            self._log: list[dict[str, Any]] = []
        self.faults.clear()

    def set(self, path: str, **document: Any) -> None:
        """Serve a document at this path, in place of the one before."""
        if not path.startswith("/"):
            raise ValueError("path must begin with /")
        path = unquote(path)
        made = Document(path, **document)
        with self._lock:
            self._documents[path] = made

    def requests(self, since: str = "0") -> list[dict[str, Any]]:
        """Every request after that number; `status` is null while, or if, no answer was given."""
        with self._lock:
            return [dict(entry) for entry in self._log[int(since) :]]

    def __call__(self, request: Request) -> Response:
        entry = self._arrived(request)
        fault = self.faults.strike(request.path)
        with self._lock:
            document = self._documents.get(request.path)
        entry["fault"] = fault and fault.kind
        if fault:
            fault.before()
        response = _answer(request, document, fault)
        entry["status"] = response.status
        if response.chunks is not None and request.method != "HEAD":
            response.chunks = _counted(response.chunks, entry)
        return response

    def _arrived(self, request: Request) -> dict[str, Any]:
        entry = {
            "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "method": request.method,
            "path": request.path,
            "query": request.query_string,
            "headers": dict(request.headers.items()),
            "status": None,
            "bytes": 0,
            "fault": None,
        }
        with self._lock:
            entry["n"] = len(self._log) + 1
            self._log.append(entry)
        return entry


def _answer(request: Request, document: Document | None, fault: FeedFault | None) -> Response:
    if fault and fault.kind == "status":
        return _short(fault.status, "An error that was asked for\n")
    if request.method not in ("GET", "HEAD"):
        return _short(405, "Method Not Allowed\n")
    if document is None:
        return _short(404, "Not Found\n")
    if document.unchanged(request):
        return Response(304, headers=document.headers())
    encoded = document.encodes(request)
    payload = document.payload(encoded)
    headers = [("Content-Type", document.content_type), *document.headers()]
    if encoded:
        headers.append(("Content-Encoding", "gzip"))
    if fault and fault.kind == "endless":
        return Response(200, headers=headers, chunks=fault.chunks(document.body, encoded))
    headers.append(("Content-Length", str(len(payload))))
    return Response(200, headers=headers, chunks=fault.chunks(payload, encoded) if fault else in_chunks(payload))


def _short(status: int, text: str) -> Response:
    response = Response.text(text, status)
    response.headers.append(("Content-Length", str(len(response.body))))
    response.chunks = in_chunks(response.body)
    return response


def _counted(chunks: Iterator[bytes], entry: dict[str, Any]) -> Iterator[bytes]:
    """The chunks, those that were taken being counted in the log."""
    for chunk in chunks:
        yield chunk
        entry["bytes"] += len(chunk)
