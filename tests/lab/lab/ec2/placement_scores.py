"""How likely AWS thinks a spot request to succeed, per region or zone: what the control API set, else invented.

It deliberately follows from types and place alone; what the account launched before does not count.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-placement-score.html
"""

from __future__ import annotations

import re
import zlib
from threading import Lock

from ..errors import AwsError

_FEW_TYPES, _LOW = 3, 3


class PlacementScores:
    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def set(
        self,
        region: str | None = None,
        score: int | None = None,
        zone_id: str | None = None,
        most_configurations: int | None = None,
    ) -> None:
        """The score of a region or, with its id, of a zone; or how many different configurations may be asked for."""
        if score is not None and not 1 <= score <= 10:
            raise ValueError("score must be between 1 and 10")
        with self._lock:
            if region is not None and score is not None:
                self._scores[region, zone_id] = score
            elif most_configurations is None:
                raise ValueError("region and score, or most_configurations, are needed")
            self._most = self._most if most_configurations is None else most_configurations

    def score(self, types: list[str], region: str, zone_id: str | None) -> int:
        """Fewer than three different types, or variations of one, always score low."""
        with self._lock:
            found = self._scores.get((region, zone_id))
        if found is None:
            found = 1 + zlib.crc32(f"{region} {zone_id} {sorted(types)}".encode()) % 10
        return found if _different(types) >= _FEW_TYPES else min(found, _LOW)

    def count(self, configuration: str) -> None:
        """Refuses one configuration too many; one that was used before may be asked for again."""
        with self._lock:
            if configuration in self._asked:
                return
            if self._most is not None and len(self._asked) >= self._most:
                raise AwsError(
                    400,
                    "MaxConfigLimitExceeded",
                    "You've exceeded your maximum allowed Spot placement configurations. You can retry configurations "
                    "that you used within the last 24 hours, or wait for 24 hours before specifying a new "
                    "configuration.",
                )
            self._asked.add(configuration)

    def reset(self) -> None:
        with self._lock:
            self._scores: dict[tuple[str, str | None], int] = {}
            self._asked: set[str] = set()
            self._most: int | None = None


SCORES = PlacementScores()


def _different(types: list[str]) -> int:
    """m3.xlarge with and without instance storage counts once."""
    return len({re.sub(r"^([a-z]+\d+[a-z-]*?)d(?=[a-z]*\.)", r"\1", name) for name in types})
