"""The record of every AWS request in order of arrival, and what it was answered.

`depth` is how many calls, one after the other, had been answered before a call came, itself included: where each takes long,
it counts the calls that waited for each other. It deliberately keeps the bodies of changing calls only, and of those only what is small.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timezone
from threading import Lock
from typing import Any

from .calls import Call
from .errors import error_code
from .web import Response

_KEPT_BODY_BYTES = 64 * 1024


class RequestLog:
    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[dict[str, Any]] = []

    def arrived(self, call: Call) -> dict[str, Any]:
        body = call.request.body
        kept = call.mutating and len(body) <= _KEPT_BODY_BYTES
        entry = {
            "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "service": call.service,
            "action": call.action,
            "region": call.region,
            "mutating": call.mutating,
            "params": call.params,
            "bytes": len(body),
            "body_sha256": hashlib.sha256(body).hexdigest(),
            "body_base64": base64.b64encode(body).decode() if kept else None,
            "access_key": call.access_key,
            "expected_bucket_owner": call.request.headers.get("x-amz-expected-bucket-owner"),
            "status": None,
            "error": None,
        }
        with self._lock:
            entry["n"] = len(self._entries) + 1
            answered = (one["depth"] for one in self._entries if one["status"] is not None)
            entry["depth"] = max(answered, default=0) + 1
            self._entries.append(entry)
        return entry

    def answered(self, entry: dict[str, Any], response: Response) -> None:
        with self._lock:
            entry["status"] = response.status
            entry["error"] = error_code(response)

    def since(self, number: int) -> list[dict[str, Any]]:
        """Every entry after that number; `status` is null while, or if, no answer was given."""
        with self._lock:
            return [dict(entry) for entry in self._entries[number:]]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
