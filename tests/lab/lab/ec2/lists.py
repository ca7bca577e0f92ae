"""What EC2's lists have in common: bounds of a page, tokens, filters with wildcards, times.

It deliberately knows no list of its own; each says which filters it takes.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

from ..errors import AwsError
from ..paging import BadToken, Page, page, read_token


def invalid(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterValue", message)


def missing(name: str) -> AwsError:
    return AwsError(400, "MissingParameter", f"The request must contain the parameter {name}")


def not_together(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterCombination", message)


def check_size(size: int | None, least: int, most: int) -> int:
    """How many items a page may have; `most` where the call does not say."""
    if size is None:
        return most
    if size < least:
        raise invalid(f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value greater than {least}.")
    if size > most:
        raise invalid(
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value less than or equal to {most}."
        )
    return size


def cut(kind: str, items: Sequence[Any], token: str | None, size: int, kept: Any = None) -> Page:
    """One page of the items, and the token of the next."""
    try:
        return page(kind, items, token, size, kept)
    except BadToken:
        raise _bad_token() from None


def kept_in(kind: str, token: str | None) -> Any:
    """What was put into the token when the page before was cut."""
    try:
        return read_token(kind, token)[1]
    except BadToken:
        raise _bad_token() from None


def matching(
    items: Iterable[dict[str, Any]], filters: Mapping[str, list[str]], members: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The items that every filter lets pass; `members` says which member each filter is about."""
    for name in filters:
        if name not in members:
            raise invalid(f"The filter '{name}' is invalid")
    return [item for item in items if all(_passes(item.get(members[name]), filters[name]) for name in filters)]


def time_of(value: Any) -> datetime:
    """A time as EC2's parameters, the control API and Moto give it."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def now() -> datetime:
    return datetime.now(timezone.utc)


def written(moment: datetime) -> str:
    """As AWS writes a time."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _passes(value: Any, patterns: list[str]) -> bool:
    text = written(value) if isinstance(value, datetime) else str(value)
    return value is not None and any(fnmatchcase(text, pattern) for pattern in patterns)


def _bad_token() -> AwsError:
    return AwsError(400, "InvalidNextToken", "The specified token is not valid.")
