"""One region of EC2: Moto's, and what it does not hold together.

It deliberately keeps its own state on the backend itself, so that Moto's reset clears it too.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ..errors import AwsError
from .idempotency import Launches
from .image import LabAmi
from .machine import Machine
from .networks import Networks
from .public_images import PUBLIC_IMAGES


class LabEc2Backend(Networks):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.launches = Launches()
        self.reservation_requests = Launches()
        self.template_requests = Launches()
        self.fleet_requests = Launches()

    def _load_amis(self) -> None:
        super()._load_amis()
        for image in PUBLIC_IMAGES:
            image_id = image.id_in(self.region_name)
            self.amis[image_id] = LabAmi(self, image_id, **image.members())

    @property
    def _url_module(self) -> Any:
        """What Moto takes from the `urls` module of a service."""
        from moto.ec2 import urls

        from .response import LabEc2Response

        return SimpleNamespace(url_bases=urls.url_bases, url_paths={"{0}/": LabEc2Response.dispatch})

    def machines(self) -> list[Machine]:
        return [machine for reservation in list(self.reservations.values()) for machine in reservation.instances]

    def run_instances(self, *arguments: Any, **named: Any) -> Any:
        interface_tags = (named.get("tags") or {}).get("network-interface", {})
        before = set(self.reservations)
        try:
            reservation = super().run_instances(*arguments, **named)
        except Exception:
            self._undo_launch(before)
            raise
        for machine in reservation.instances:
            for nic in machine.nics.values():
                nic.add_tags(interface_tags)
        return reservation

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group and group.name == "default" and group.vpc_id != self._going:
            raise AwsError(
                400, "CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
            )
        if group and self._in_use(group.id):
            raise AwsError(400, "DependencyViolation", f"resource {group.id} has a dependent object")
        super().delete_security_group(name, group_id)

    def attach_volume(
        self, volume_id: str, instance_id: str, device_path: str, delete_on_termination: bool = False
    ) -> Any:
        """As Moto's, but the volume too tells whether it ends with its machine."""
        attachment = super().attach_volume(volume_id, instance_id, device_path, delete_on_termination)
        if attachment:
            attachment.delete_on_termination = delete_on_termination
        return attachment

    def modify_instance_metadata_options(self, instance_id: str, **asked: Any) -> Any:
        """As Moto's, but what was not asked for stays as it was."""
        before = dict(vars(self.get_instance(instance_id).metadata_options))
        if asked.get("hop_limit") is None:
            asked["hop_limit"] = before["http_put_response_hop_limit"]
        options = super().modify_instance_metadata_options(instance_id, **asked)
        for name, value in before.items():
            if getattr(options, name) is None:
                setattr(options, name, value)
        return options

    def _undo_launch(self, before: set[str]) -> None:
        """Moto leaves what it had made when it found the rest impossible."""
        for reservation_id in set(self.reservations) - before:
            for machine in self.reservations[reservation_id].instances:
                machine.terminate()
            del self.reservations[reservation_id]

    def _in_use(self, group_id: str) -> bool:
        holders = [machine.security_groups for machine in self.machines() if machine.state != "terminated"]
        holders += [nic.group_set for nic in list(self.enis.values())]
        return any(group.id == group_id for groups in holders for group in groups)
