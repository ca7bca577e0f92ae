"""Long lists in pages: opaque tokens that fit one kind of list, and a switch that makes every page small.

It deliberately keeps no lists: a token says where to go on, and the list is made anew for each page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class BadToken(Exception):
    """A token that was not given out for this kind of list."""


@dataclass
class Paging:
    """No page has more than `largest` items, whatever a call asks for; services may always send fewer."""

    largest: int | None = None

    def set(self, largest: int | None = None) -> None:
        if largest is not None and largest < 1:
            raise ValueError("largest must be at least 1, or null")
        self.largest = largest


PAGING = Paging()


Page = tuple["list[Any]", "str | None"]


def page(kind: str, items: Sequence[Any], token: str | None, size: int, kept: Any = None) -> Page:
    """The items of the page that the token asks for, and the token of the next one; `kept` travels in the token."""
    start, _ = read_token(kind, token)
    end = start + min(size, PAGING.largest or size)
    following = _write_token(kind, end, kept) if end < len(items) else None
    return list(items[start:end]), following


def read_token(kind: str, token: str | None) -> tuple[int, Any]:
    """Where the page begins, and what was kept for it."""
    if not token:
        return 0, None
    try:
        told, start, kept = json.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise BadToken(token) from None
    if told != kind:
        raise BadToken(token)
    return start, kept


def _write_token(kind: str, start: int, kept: Any) -> str:
    return base64.b64encode(json.dumps([kind, start, kept]).encode()).decode()
