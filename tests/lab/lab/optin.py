"""Which regions the account has enabled. A call to any other fails, as its credentials are unknown there.

It deliberately knows names only, not Moto's regions; those that are always on need no entry.
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

from __future__ import annotations

ALWAYS, IN, OUT = "opt-in-not-required", "opted-in", "not-opted-in"
_TO_BE_ENABLED = (
    "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1",
    "me-central-1", "me-south-1", "mx-central-1",
)  # fmt: skip


class Regions:
    def __init__(self) -> None:
        self.reset()

    def status(self, region: str) -> str:
        return self._set.get(region, OUT if region in _TO_BE_ENABLED else ALWAYS)

    def enabled(self, region: str) -> bool:
        return self.status(region) != OUT

    def set(self, region: str, opt_in_status: str) -> None:
        if opt_in_status not in (ALWAYS, IN, OUT):
            raise ValueError(f"opt_in_status must be one of {ALWAYS}, {IN}, {OUT}")
        self._set[region] = opt_in_status

    def reset(self) -> None:
        self._set: dict[str, str] = {}


REGIONS = Regions()
