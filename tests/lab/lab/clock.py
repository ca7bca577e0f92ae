"""The clock of the lab's servers, which may go wrong against that of whoever asks them.

It deliberately is in the `Date` of answers alone: nothing that happens in the lab goes by it.
"""

from __future__ import annotations


class Clock:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.ahead = 0

    def set(self, ahead_s: int = 0) -> None:
        """For the control API: by how many seconds answers are ahead of this computer."""
        self.ahead = ahead_s


CLOCK = Clock()
