"""Client tokens: the same launch asked twice makes one reservation.

It deliberately compares the parameters as they were sent, as EC2 compares requests, and forgets nothing before reset.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any

from ..errors import AwsError

# Presigned calls carry their signature among the parameters.
_SIGNING = "X-Amz-"


class Launches:
    """The launches of one account and region; they are done one at a time."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._by_token: dict[str, tuple[dict[str, str], Any]] = {}

    def once(self, token: str | None, parameters: dict[str, str], launch: Callable[[], Any]) -> Any:
        """The reservation of this token, made by `launch` if there is none yet."""
        asked = {name: value for name, value in parameters.items() if not name.startswith(_SIGNING)}
        with self._lock:
            if token and token in self._by_token:
                before, reservation = self._by_token[token]
                if before != asked:
                    raise AwsError(
                        400,
                        "IdempotentParameterMismatch",
                        "Arguments on this idempotent request are inconsistent with arguments used in previous "
                        "request(s).",
                    )
                return reservation
            reservation = launch()
            if token:
                self._by_token[token] = (asked, reservation)
            return reservation
