"""An image with the root device that AWS tells of it.

It deliberately gives every image Amazon Linux 2023's own figures: 8 GiB of gp3, deleted with the machine.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.amis import Ami

ROOT_GIB = 8


class LabAmi(Ami):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.ebs_snapshot.volume.size = ROOT_GIB

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        root = {
            "SnapshotId": self.ebs_snapshot.id,
            "VolumeSize": ROOT_GIB,
            "VolumeType": "gp3",
            "Iops": 3000,
            "Throughput": 125,
            "DeleteOnTermination": True,
            "Encrypted": False,
        }
        return [{"DeviceName": self.root_device_name, "Ebs": root}]
