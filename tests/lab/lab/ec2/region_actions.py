"""DescribeRegions: the regions of the caller's partition, those that are not enabled only when they are asked for.

It deliberately leaves zones to Moto.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from ..optin import OUT, REGIONS
from .lists import invalid, matching

_FILTERS = {"endpoint": "Endpoint", "opt-in-status": "OptInStatus", "region-name": "RegionName"}


class RegionActions:
    """Mixed into the answers of EC2, of which it uses the parameters and the region."""

    def describe_regions(self: Any) -> ActionResult:
        names = self._get_param("RegionNames", [])
        known = partition_regions(self.region)
        if unknown := [name for name in names if name not in known]:
            raise invalid(f"Invalid region name: {unknown[0]}")
        self.error_on_dryrun()
        everything = bool(names) or self._get_param("AllRegions", False)
        shapes = [
            {"RegionName": name, "Endpoint": endpoint, "OptInStatus": REGIONS.status(name)}
            for name, endpoint in known.items()
            if not names or name in names
        ]
        shapes = [shape for shape in shapes if everything or shape["OptInStatus"] != OUT]
        return ActionResult({"Regions": matching(shapes, self._filters_from_querystring(), _FILTERS)})


def partition_regions(of_region: str) -> dict[str, str]:
    """Every region of the partition by name, with its endpoint."""
    partition = _partition(of_region)
    return {
        region.name: region.endpoint
        for region in RegionsAndZonesBackend.regions
        if _partition(region.name) == partition
    }


def _partition(region: str) -> str:
    return next((prefix for prefix in ("cn-", "us-gov-") if region.startswith(prefix)), "aws")
