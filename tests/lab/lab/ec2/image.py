"""An image with the volumes, the owner and the dates that AWS tells of it.

It deliberately gives every image that says nothing else Amazon Linux 2023's own figures: 8 GiB of gp3, deleted with the
machine.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.amis import Ami

ROOT_GIB = 8
# What DescribeImages tells of the speed of a volume, by its kind.
_SPEED = {"gp3": {"Iops": 3000, "Throughput": 125}, "gp2": {}}


class LabAmi(Ami):
    def __init__(
        self,
        *arguments: Any,
        root_gib: int = ROOT_GIB,
        root_type: str = "gp3",
        devices: list[dict[str, Any]] | None = None,
        deprecation_time: str | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.ebs_snapshot.volume.size = root_gib
        self.deprecation_time = deprecation_time
        self._root = {"VolumeSize": root_gib, "VolumeType": root_type, **_SPEED.get(root_type, {})}
        self._devices = devices or []

    @property
    def image_owner_alias(self) -> str | None:
        return self.owner_alias

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        root = {"SnapshotId": self.ebs_snapshot.id, "DeleteOnTermination": True, "Encrypted": False, **self._root}
        return [{"DeviceName": self.root_device_name, "Ebs": root}, *self._devices]
